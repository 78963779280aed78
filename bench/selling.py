"""How fast bookings are made: by the use case through the door, and by bare psycopg sending the
same statements with the same values over as many connections, to a copy of the same database.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final, LiteralString, cast
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql
from pydantic import SecretStr

from bench.stage import DATABASE, Stage
from bootstrap.settings import Settings
from bootstrap.wiring import TimeOrderedIds, doors
from db import callers
from db.database import ENTER, Connection, Database, Params, Transaction
from db.idempotency import once
from domain.customers import Contact
from domain.errors import NotFound
from domain.idempotency import Key
from domain.identity import NOBODY, Brand, Kind, Principal
from domain.quotes import Wish
from domain.sales import Buyer, NewBooking
from services.quotes import quote
from services.sales import create_booking

CLIENTS: Final = 16
ASKED: Final = 0.6
COPIES: Final = ("selling_ours", "selling_bare")
BEGINS: Final = datetime(2031, 1, 6, 18, tzinfo=UTC)
Script = list[tuple[LiteralString, Params | None]]


@dataclass(frozen=True, slots=True)
class Round:
    """Bookings a second, of each."""

    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


class Noted:
    """A transaction that writes down what it is asked."""

    def __init__(self, tx: Transaction, script: Script) -> None:
        self._tx = tx
        self._script = script
        self.principal = tx.principal

    async def rows(
        self, statement: LiteralString, params: Params | None = None
    ) -> list[tuple[Any, ...]]:
        self._script.append((statement, params))
        return await self._tx.rows(statement, params)

    async def row(
        self, statement: LiteralString, params: Params | None = None
    ) -> tuple[Any, ...] | None:
        self._script.append((statement, params))
        return await self._tx.row(statement, params)

    async def run(self, statement: LiteralString, params: Params | None = None) -> int:
        self._script.append((statement, params))
        return await self._tx.run(statement, params)


def sell(stage: Stage, *, rounds: int = 5, each: int = 10) -> Sequence[Round]:
    """Some rounds after one that warms up; in each, every client makes as many bookings."""
    ours, bare = (_copied(stage.settings, name) for name in COPIES)
    try:
        return asyncio.run(_sell(stage, ours, bare, rounds=rounds, each=each))
    finally:
        for name in COPIES:
            _drop(stage.settings, name)


async def _sell(
    stage: Stage, ours: Settings, bare: Settings, *, rounds: int, each: int
) -> Sequence[Round]:
    database = Database(doors(ours))
    await database.open()
    # Kept open like those of the pool: a new connection plans everything anew.
    url = _secret(bare.database_url)
    connections = [await psycopg.AsyncConnection.connect(url) for _ in range(CLIENTS)]
    try:
        seller = await _seller(database, stage)
        new = await _wanted(database, seller)
        # Alone: the first sale makes the customer whom all others name.
        _, first = await _through_the_door(database, seller, [_on(new, 0)])
        await _bare(connections, _entering(bare, seller), first)
        done = []
        for place in range(rounds + 1):
            start = 1 + place * CLIENTS * each
            wishes = [_on(new, start + number) for number in range(CLIENTS * each)]
            took, scripts = await _through_the_door(database, seller, wishes)
            replayed = await _bare(connections, _entering(bare, seller), scripts)
            done.append(Round(len(wishes) / took, len(wishes) / replayed))
        return done[1:]
    finally:
        for connection in connections:
            await connection.close()
        await database.close()


async def _through_the_door(
    database: Database, seller: Principal, wishes: Sequence[NewBooking]
) -> tuple[float, Sequence[Script]]:
    scripts: list[Script] = []
    waiting, session = list(wishes), database.session(seller)

    async def sold(new: NewBooking, script: Script) -> None:
        ids, now = TimeOrderedIds(), datetime.now(UTC)
        id = ids.new()
        key = Key(str(id), b"k" * 32)

        async def sale(tx: Transaction) -> UUID:
            return await create_booking(tx, new, id=id, now=now, ids=ids)

        async def work(tx: Transaction) -> UUID:
            script.clear()
            return await once(cast("Transaction", Noted(tx, script)), key, sale, now=now)

        await session.write(work)

    async def client() -> None:
        while waiting:
            scripts.append([])
            await sold(waiting.pop(), scripts[-1])

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return time.perf_counter() - began, scripts


async def _bare(
    connections: Sequence[Connection], entering: Mapping[str, str], scripts: Sequence[Script]
) -> float:
    """The same statements in the same transactions, by nothing but psycopg."""
    waiting = list(scripts)

    async def client(connection: Connection) -> None:
        while waiting:
            script = waiting.pop()
            await connection.execute(ENTER, entering)
            for statement, params in script:
                cursor = await connection.execute(statement, params)
                if cursor.description:
                    await cursor.fetchall()
            await connection.commit()

    began = time.perf_counter()
    await asyncio.gather(*map(client, connections))
    return time.perf_counter() - began


def _entering(settings: Settings, seller: Principal) -> Mapping[str, str]:
    brand = cast("Brand", seller.brand)
    return {
        "role": f"{settings.database_role_prefix}{seller.kind.value}",
        "tenant": str(brand.tenant_id),
        "brand": str(brand.id),
        "actor": str(seller.actor_id),
        "object": "",
        "timeout": "10000",
    }


async def _seller(database: Database, stage: Stage) -> Principal:
    told = stage.rival
    async with database.session(NOBODY).read() as tx:
        brand = await callers.brand(tx, "nw-touring", "wwt")
    if brand is None:
        raise NotFound
    return Principal(Kind.STAFF, brand, UUID(told.actor_id), role="manager")


async def _wanted(database: Database, seller: Principal) -> NewBooking:
    """A tour of two for four hours, priced by the demo's own book."""
    wish = Wish("wine_tour", BEGINS, 2, minutes=300)
    async with database.session(seller).read() as tx:
        priced = await quote(tx, wish, now=datetime.now(UTC))
    buyer = Buyer(contact=Contact("Bench Guest", "bench@example.com", "+15095550142"))
    return NewBooking(wish, priced.totals.total_cents, "console", buyer=buyer)


def _on(new: NewBooking, number: int) -> NewBooking:
    """The same on another Monday, at the same hour of the brand's clock: one van is always free."""
    zone = ZoneInfo("America/Los_Angeles")
    day = BEGINS.astimezone(zone).replace(tzinfo=None)
    later = (day + timedelta(weeks=number)).replace(tzinfo=zone)
    return replace(new, wish=replace(new.wish, starts_at=later))


def summary(rounds: Sequence[Round]) -> str:
    """Markdown: each round, and the median of the ratios beside what is asked."""
    lines = [
        f"{CLIENTS} clients make bookings at once, each with its key, its customer, its price and"
        " its van; bare psycopg then sends the recorded statements to a copy of the database.",
        "",
        "| round | tourbase bookings/s | bare psycopg bookings/s | ratio |",
        "|---|---|---|---|",
        *(
            f"| {place} | {one.ours:.0f} | {one.bare:.0f} | {one.ratio:.2f} |"
            for place, one in enumerate(rounds, start=1)
        ),
        "",
        f"Median ratio {median(one.ratio for one in rounds):.2f}; asked is at least {ASKED}.",
    ]
    return "\n".join(lines)


def _copied(settings: Settings, name: str) -> Settings:
    """The seeded database once more, with the addresses of its logins."""
    _drop(settings, name)
    with psycopg.connect(_maintenance(settings), autocommit=True) as owner:
        source = urlsplit(_secret(settings.database_admin_url)).path.removeprefix("/") or DATABASE
        owner.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
    moved = {
        each: SecretStr(_named(_secret(getattr(settings, each)), name))
        for each in ("database_url", "database_read_url", "database_admin_url")
    }
    return settings.model_copy(update=moved)


def _drop(settings: Settings, name: str) -> None:
    with psycopg.connect(_maintenance(settings), autocommit=True) as owner:
        drop = sql.SQL("drop database if exists {} with (force)")
        owner.execute(drop.format(sql.Identifier(name)))


def _maintenance(settings: Settings) -> str:
    return _named(_secret(settings.database_admin_url), "postgres")


def _named(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def _secret(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
