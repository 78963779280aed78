"""What staff sign in by, and the steps that every way of proving who they are shares."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from auth.passwords import Passwords
from auth.second_factors import SecondFactors
from auth.session_tokens import Challenges, RefreshTokens, StaffCodes
from auth.sessions import OVER, Rotation, SignedIn
from auth.tokens import Claims, Tokens
from db import callers, sign_in
from db.callers import Caller
from db.database import Database, Session, Transaction
from db.sign_in import NewSession
from domain.errors import Unauthenticated
from domain.federation import FEDERATED
from domain.identity import NOBODY, Kind
from domain.ids import Ids
from domain.sign_in import ACCESS, SESSION, WINDOW, Bound, TooManyTries
from domain.sign_on import SignOnRequired
from services.ports import Limiter

OWNER: Final = "owner"


class Origin(Protocol):
    """Where somebody speaks from, and by which program."""

    @property
    def address(self) -> str: ...

    @property
    def user_agent(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Gate:
    """What signing in works with.

    Units:  whoever is refused is told so `refuse_after` seconds, whatever hash was compared.
    """

    database: Database
    tokens: Tokens
    refreshing: RefreshTokens
    codes: StaffCodes
    passwords: Passwords
    limiter: Limiter
    ids: Ids
    factors: SecondFactors
    challenges: Challenges
    refuse_after: float = 0.5


async def take(gate: Gate, bounds: Sequence[Bound]) -> None:
    seconds = int(WINDOW.total_seconds())
    for each in bounds:
        if wait := await gate.limiter.take(each.name, each.most, seconds=seconds):
            raise TooManyTries(wait)


async def caller_of(gate: Gate, claims: Claims, *, now: datetime) -> Caller:
    """Errors: Unauthenticated for who is no member by now, or whose session is over."""
    found = await gate.database.session(NOBODY).write(
        lambda tx: callers.by_subject(tx, claims, claims.brand, now=now)
    )
    if found is None:
        raise Unauthenticated(OVER)
    return found


def new_session(
    caller: Caller,
    given: Origin,
    *,
    id: UUID,
    methods: tuple[str, ...],
    now: datetime,
    lasts: timedelta = SESSION,
) -> NewSession:
    return NewSession(
        id=id,
        staff_id=caller.actor_id,
        brand_code=caller.brand.code,
        user_agent=given.user_agent[:300] if given.user_agent else None,
        address=given.address,
        expires_at=now + lasts,
        methods=methods,
    )


async def check_way_in(tx: Transaction, caller: Caller) -> None:
    """Owners have a password to come in by, whatever has become of the issuer.

    Errors: SignOnRequired.
    """
    if caller.role != OWNER and await sign_in.is_enforced(tx):
        raise SignOnRequired(caller.brand.tenant_slug)


def by_provider(
    new: NewSession, provider_id: UUID, methods: tuple[str, ...], *, now: datetime
) -> NewSession:
    """As an issuer begins one: it lasts as long as a day's work."""
    return replace(new, provider_id=provider_id, methods=methods, expires_at=now + FEDERATED)


def as_member(gate: Gate, caller: Caller) -> Session:
    return rotation(gate).session_of(Kind.STAFF, caller)


def signed(gate: Gate, caller: Caller, new: NewSession, *, now: datetime) -> SignedIn:
    """The first tokens of a session that has just proved who is asking."""
    brand = caller.brand
    claims = Claims(
        Kind.STAFF,
        caller.actor_id,
        brand.tenant_slug,
        brand.code,
        new.id,
        new.proved_at or now,
        new.methods,
    )
    access = gate.tokens.sign(claims, now=now, lifetime=ACCESS)
    return SignedIn(access, gate.refreshing.sign(new.id, 1))


def rotation(gate: Gate) -> Rotation:
    return Rotation(gate.database, gate.tokens, gate.refreshing)
