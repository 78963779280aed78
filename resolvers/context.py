"""One operation: who asks, what it reads on one snapshot, and what it writes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, overload
from uuid import UUID
from zoneinfo import ZoneInfo

from strawberry.dataloader import DataLoader

from auth.links import LinkTokens
from auth.quote_tokens import QuoteTokens
from auth.second_factors import SecondFactors
from auth.tokens import Claims
from auth.vault import Vault
from auth.visitors import VisitorSecrets
from db import members
from db.database import Database, Session, Transaction, TransactionEnded
from db.idempotency import once
from db.reading import Slice, Wanted
from db.relations import Relation, Row
from domain.errors import DomainError
from domain.idempotency import Key
from domain.identity import NOBODY, Brand, Kind, Principal
from domain.ids import Ids
from domain.limits import Limits
from domain.listing import Page
from domain.places import Marks
from domain.quotas import NOTHING, Passing, Rates, Shape, Tally, Verdict, demand_of
from integrations.telemetry import Telemetry
from resolvers.cached import Reads
from resolvers.changes import Showing
from resolvers.history import connection, may_look_back, place
from resolvers.loaders import Loaders
from resolvers.registry import Registry
from schema.brand_profiles import BrandOfViewer
from schema.history import HistoryConnection
from services.field_usage import FieldTally
from services.ports import Cache, EventStream, Quotas

T = TypeVar("T")
Prove = Callable[[], Awaitable[Principal]]
Ambient = Callable[[str | None], Claims]
"""Whose session a browser added by itself, given the proof that only a page of ours has."""
Work = Callable[[Transaction], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class World:
    """What outlives an operation: made by `bootstrap`, the same for all."""

    database: Database
    relations: Mapping[str, Relation]
    events: EventStream
    now: Callable[[], datetime]
    ids: Ids
    quotes: QuoteTokens
    links: LinkTokens
    limits: Limits = field(default_factory=Limits)
    production: bool = False
    telemetry: Telemetry | None = None
    cache: Cache | None = None
    quotas: Quotas | None = None
    rates: Rates = field(default_factory=Rates)
    visitors: VisitorSecrets | None = None
    factors: SecondFactors | None = None
    registry: Registry | None = None
    uses: FieldTally | None = None
    vault: Vault | None = None


class Snapshot:
    """A read transaction that opens with the first read, and the loaders that live on it."""

    def __init__(
        self,
        session: Session,
        relations: Mapping[str, Relation],
        cache: Cache | None,
        tally: Tally,
    ) -> None:
        self._session = session
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._transaction: Transaction | None = None
        self._closed = False
        self._opened: float | None = None
        self.reads = Reads(
            cache, session.principal, self.transaction, lambda: self._opened, tally.add
        )
        self.loaders = Loaders(relations, self.reads)

    async def transaction(self) -> Transaction:
        """Errors: TransactionEnded for a resolver that outlives its operation."""
        async with self._opening:
            if self._closed:
                raise TransactionEnded
            if self._transaction is None:
                self._opened = asyncio.get_running_loop().time()
                self._transaction = await self._stack.enter_async_context(self._session.read())
            return self._transaction

    async def close(self) -> None:
        async with self._opening:
            self._closed = True
            await self._stack.aclose()


class OperationContext:
    """What resolvers of one operation share. An event of a subscription starts it anew."""

    ambient: Ambient | None = None

    def __init__(
        self,
        world: World,
        principal: Principal = NOBODY,
        *,
        request_id: str = "",
        origin: str | None = None,
        address: str = "",
        prove: Prove | None = None,
        idempotency_key: str | None = None,
        passing: Passing | None = None,
    ) -> None:
        self.world = world
        self.principal = principal
        self.request_id = request_id
        self.origin = origin
        self._address = address
        self.idempotency_key = idempotency_key
        self.connection_params: dict[str, object] | None = None
        self.refusal: DomainError | None = None
        self.untrusted: DomainError | None = None
        self.cost = 0
        self.shape: Shape | None = None
        self.tally = Tally()
        self.passing = passing or Passing()
        self.barred: Verdict | None = None
        self._prove = prove
        self._cache = world.cache
        self.session = world.database.session(principal)
        self.snapshot = Snapshot(self.session, world.relations, self._cache, self.tally)

    @property
    def brand(self) -> Brand:
        if self.principal.brand is None:
            raise LookupError("an operation without a brand")
        return self.principal.brand

    @property
    def address(self) -> str:
        """Where the request comes from; nothing where that is not known."""
        return self.principal.address or self._address

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.brand.time_zone)

    @property
    def over_socket(self) -> bool:
        return self._prove is not None

    @property
    def keeps_its_schema(self) -> bool:
        """Whether this caller is told nothing of the schema but what it names."""
        return self.world.production and self.principal.kind in {Kind.SITE, Kind.NOBODY}

    async def become(self, prove: Prove) -> None:
        """A socket's caller proves who they are, and will again for each operation and event."""
        self.principal = await prove()
        self._prove = prove

    async def begun(self) -> "OperationContext":
        """A context of its own for one operation; a socket's caller is asked anew who they are."""
        begun = OperationContext(
            self.world,
            self.principal,
            request_id=self.request_id,
            prove=self._prove,
            idempotency_key=self.idempotency_key,
            passing=None if self.over_socket else self.passing,
        )
        try:
            await begun.prove_again()
        except DomainError as error:
            begun.refusal = error
        begun.barred = begun._bar()
        return begun

    def _bar(self) -> Verdict | None:
        """A refusal that is known to hold still: nothing more is done for such an operation."""
        if self.world.quotas is None:
            return None
        demand = demand_of(self.principal, self.world.rates, NOTHING, cost=0)
        return self.world.quotas.barred(demand)

    async def prove_again(self) -> None:
        """Errors: what the credential is refused for by now: revoked, expired, no member."""
        if self._prove is not None:
            self.principal = await self._prove()
            self.session = self.world.database.session(self.principal)
            await self.renew()

    async def renew(self) -> None:
        """Close the snapshot and forget what was loaded, so that the next read sees the present."""
        fresh = Snapshot(self.session, self.world.relations, self._cache, self.tally)
        old, self.snapshot = self.snapshot, fresh
        await old.close()

    async def close(self) -> None:
        await self.snapshot.close()

    async def edge(self, row: Any, name: str) -> Any:
        return await self.snapshot.loaders.edge(row, name)

    async def brands_of_viewer(self) -> list[BrandOfViewer]:
        """Only staff work for several brands."""
        if self.principal.kind is not Kind.STAFF:
            return []
        found = await members.brands_of_caller(await self.snapshot.transaction())
        return [BrandOfViewer(**asdict(each)) for each in found]

    async def counted(self, name: str, id: UUID) -> int | None:
        return await self.snapshot.loaders.counted(name, self.world.now()).load(id)

    async def history(self, row: Any, first: int | None, after: str | None) -> HistoryConnection:
        """Errors: Forbidden for whoever is not of the staff, InvalidInput for size and cursor."""
        may_look_back(self.principal)
        size = Page.of(first, most=self.world.limits.page).size
        events = await self.snapshot.loaders.history(size, place(after)).load(row.id)
        showing = Showing(self.principal, self.zone, self.world.relations)
        return connection(showing, row.relation, events, size=size, after=after is not None)

    async def asked(self, row: Any, name: str) -> Any:
        return await self.snapshot.loaders.asked(row, name)

    async def noted(self, row: Any, name: str) -> Any:
        return await self.snapshot.loaders.noted(row, name)

    async def marks(self) -> Mapping[str, Marks]:
        return await self.snapshot.loaders.marks()

    def by(self, relation: str, column: str = "id") -> DataLoader[Any, Row | None]:
        return self.snapshot.loaders.by(relation, column)

    async def page(self, wanted: Wanted, request: Page) -> Slice:
        return await self.snapshot.reads.page(wanted, request)

    async def count(self, wanted: Wanted) -> int:
        return await self.snapshot.reads.count(wanted)

    def opening(self, object_id: UUID) -> Session:
        """A session of the caller with this one object in hand; staff have their own anyway."""
        return self.world.database.session(self.principal.opening(object_id))

    @overload
    async def write(self, work: Work[T], *, session: Session | None = None) -> T: ...

    @overload
    async def write(
        self, work: Work[UUID], *, key: Key, session: Session | None = None
    ) -> UUID: ...

    async def write(
        self, work: Work[Any], *, key: Key | None = None, session: Session | None = None
    ) -> Any:
        """One transaction for one mutation field; what is read afterwards is read anew.

        Shape:  under a key, the id that the same request gave before is given again; the caller's
                own session is used unless another is named.
        Errors: IdempotencyInFlight, IdempotencyKeyReused, and those of `work`.
        """
        # The cache may not have heard of it yet: the rest of the operation goes past it.
        self._cache = None
        await self.renew()
        if key is not None:
            work = partial(once, key=key, work=work, now=self.world.now())
        return await (session or self.session).write(work)
