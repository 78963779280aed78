"""Signing in and out: sessions of staff, refreshed by tokens of which each is good once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from auth.passwords import Passwords
from auth.session_tokens import RefreshTokens, StaffCodes
from auth.sessions import Kept, Rotation, SignedIn, Why
from auth.tokens import Tokens
from db import jobs, sign_in
from db.callers import Caller
from db.database import Database, Session, Transaction
from db.sign_in import NewSession, Password
from domain.errors import Unauthenticated
from domain.identity import NOBODY, Kind
from domain.ids import Ids
from domain.sign_in import (
    CODES,
    SESSION,
    WINDOW,
    Bound,
    TooManyTries,
    bounds_of,
    check_password,
    normal_email,
)
from services.ports import Limiter

TRIED: Final = "sign-in"
FORGOTTEN: Final = "forgotten"
WRONG: Final = "The tenant, the address or the password is wrong."
USED: Final = "The code is over or was used. Ask for a new one."


@dataclass(frozen=True, slots=True)
class Presented:
    """What somebody says to sign in, and where from."""

    tenant: str
    email: str
    password: str
    brand: str | None
    address: str
    user_agent: str | None


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
    refuse_after: float = 0.5


async def sign_in_by_password(gate: Gate, given: Presented, *, now: datetime) -> SignedIn:
    """Begin a session.

    Shape:  somebody who is not there is refused as somebody with a wrong password is, in words and
            in the time that it takes.
    Errors: Unauthenticated, TooManyTries.
    """
    email = normal_email(given.email)
    bounds = bounds_of(TRIED, given.tenant, email, given.address)
    await _take(gate, bounds)
    since = asyncio.get_running_loop().time()
    found = await gate.database.session(NOBODY).write(
        lambda tx: sign_in.by_email(tx, given.tenant, given.brand, email)
    )
    verdict = await gate.passwords.check(given.password, found[1].hash if found else None)
    if found is None or not verdict.right:
        await asyncio.sleep(since + gate.refuse_after - asyncio.get_running_loop().time())
        raise Unauthenticated(WRONG)
    caller, seen = found
    anew = await gate.passwords.hash(given.password) if verdict.outdated else None
    new = NewSession(
        id=gate.ids.new(),
        staff_id=caller.actor_id,
        brand_code=caller.brand.code,
        user_agent=given.user_agent[:300] if given.user_agent else None,
        address=given.address,
        expires_at=now + SESSION,
    )
    await _begin(gate, caller, new, seen, anew, now=now)
    await gate.limiter.forget([each.name for each in bounds[1:]])
    return _signed(gate, caller, new.id, 1, now=now)


async def refresh_session(gate: Gate, token: str, *, now: datetime) -> SignedIn:
    """Go on with a session. A token that comes a second time was stolen: the session is over.

    Errors: Unauthenticated.
    """
    return await _rotation(gate).refreshed(STAFF, token, now=now)


async def sign_out(gate: Gate, token: str, *, now: datetime) -> None:
    """End a session, whatever its turn. Errors: Unauthenticated."""
    await _rotation(gate).ended(STAFF, token, now=now)


async def set_password_by_code(
    gate: Gate, code: str, password: str, *, address: str, now: datetime
) -> None:
    """Accept an invitation, or take a forgotten password back.

    Shape:  all sessions and codes of before are over, and what was tried from there is forgotten.

    Errors: InvalidInput, Unauthenticated.
    """
    id = gate.codes.read(code)
    check_password(password)
    found = await gate.database.session(NOBODY).write(lambda tx: sign_in.by_code(tx, id, now=now))
    if found is None:
        raise Unauthenticated(USED)
    caller, email = found
    password_hash = await gate.passwords.hash(password)

    async def work(tx: Transaction) -> None:
        if not await sign_in.use_code(tx, id, caller.actor_id, now=now):
            raise Unauthenticated(USED)
        await sign_in.set_password(tx, caller.actor_id, password_hash, now=now)
        await sign_in.revoke_all(tx, caller.actor_id, now=now)

    await _as_member(gate, caller).write(work)
    bounds = bounds_of(TRIED, caller.brand.tenant_slug, email, address)
    await gate.limiter.forget([each.name for each in bounds[1:]])


async def ask_for_code(gate: Gate, tenant: str, email: str, address: str) -> None:
    """Whether a new password may be asked for from there, now. Errors: TooManyTries."""
    await _take(gate, bounds_of(FORGOTTEN, tenant, normal_email(email), address))


async def send_code(gate: Gate, tenant: str, email: str, *, now: datetime) -> None:
    """Have a code mailed to a member of that address; to anybody else nothing happens.

    Shape:  done behind the answer, which says the same to everybody, as soon.
    """
    found = await gate.database.session(NOBODY).write(
        lambda tx: sign_in.by_email(tx, tenant, None, normal_email(email))
    )
    if found is None:
        return
    staff, code = found[0].actor_id, gate.ids.new()
    kind = "invitation" if found[1].hash is None else "reset"

    async def work(tx: Transaction) -> None:
        await sign_in.insert_code(tx, code, staff, kind, now=now, expires_at=now + CODES[kind])
        await jobs.enqueue(tx, "mail_password_code", {"code_id": str(code)})

    await _as_member(gate, found[0]).write(work)


async def _take(gate: Gate, bounds: Sequence[Bound]) -> None:
    seconds = int(WINDOW.total_seconds())
    for each in bounds:
        if wait := await gate.limiter.take(each.name, each.most, seconds=seconds):
            raise TooManyTries(wait)


async def _begin(
    gate: Gate, caller: Caller, new: NewSession, seen: Password, anew: str | None, *, now: datetime
) -> None:
    """Errors: Unauthenticated if the password was changed while it was being checked."""

    async def work(tx: Transaction) -> None:
        at = seen.changed_at
        if at is None or not await sign_in.is_as_seen(tx, caller.actor_id, at):
            raise Unauthenticated(WRONG)
        await sign_in.begin(tx, new, now=now)
        if anew is not None:
            await sign_in.set_password(tx, caller.actor_id, anew, now=now)

    await _as_member(gate, caller).write(work)


def _as_member(gate: Gate, caller: Caller) -> Session:
    return _rotation(gate).session_of(Kind.STAFF, caller)


def _signed(gate: Gate, caller: Caller, session: UUID, turn: int, *, now: datetime) -> SignedIn:
    return _rotation(gate).signed(Kind.STAFF, caller, session, turn, now=now)


def _rotation(gate: Gate) -> Rotation:
    return Rotation(gate.database, gate.tokens, gate.refreshing)


async def _end(tx: Transaction, session: UUID, now: datetime, _why: Why) -> None:
    await sign_in.revoke(tx, session, now=now)


STAFF: Final = Kept(
    Kind.STAFF,
    lambda tx, session, now: sign_in.by_session(tx, session, now=now),
    lambda tx, session, turn, now: sign_in.take_turn(tx, session, turn, now=now),
    _end,
)
