"""Signing in and out: sessions of staff, refreshed by tokens of which each is good once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from auth.session_tokens import Challenge
from auth.sessions import Kept, SignedIn, Why
from db import events, jobs, second_factors, sign_in
from db.callers import Caller
from db.database import Transaction
from db.sign_in import NewSession, Password
from domain.errors import Unauthenticated
from domain.identity import NOBODY, Kind
from domain.proofs import PASSWORD, SecondFactorRequired
from domain.session_events import ended, happened_to
from domain.sign_in import (
    CODES,
    SESSION,
    bounds_of,
    check_password,
    normal_email,
)
from services.gate import Gate, as_member, check_way_in, new_session, rotation, signed, take

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
    lasts: timedelta = SESSION


async def sign_in_by_password(gate: Gate, given: Presented, *, now: datetime) -> SignedIn:
    """Begin a session.

    Shape:  somebody who is not there is refused as somebody with a wrong password is, in words and
            in the time that it takes.
    Errors: Unauthenticated, TooManyTries; SecondFactorRequired for a member who has one;
            SignOnRequired where members sign in by an issuer alone.
    """
    email = normal_email(given.email)
    bounds = bounds_of(TRIED, given.tenant, email, given.address)
    await take(gate, bounds)
    since = asyncio.get_running_loop().time()
    found = await gate.database.session(NOBODY).write(
        lambda tx: sign_in.by_email(tx, given.tenant, given.brand, email)
    )
    verdict = await gate.passwords.check(given.password, found[1].hash if found else None)
    if found is None or not verdict.right:
        if found is not None:
            await _told(gate, found[0], "SignInRefused", given.address, now=now)
        await asyncio.sleep(since + gate.refuse_after - asyncio.get_running_loop().time())
        raise Unauthenticated(WRONG)
    caller, seen = found
    anew = await gate.passwords.hash(given.password) if verdict.outdated else None
    begun = gate.ids.new()
    new = new_session(caller, given, id=begun, methods=PASSWORD, now=now, lasts=given.lasts)
    challenge = await _begin(gate, caller, new, seen, anew, now=now)
    await gate.limiter.forget([each.name for each in bounds[1:]])
    if challenge is not None:
        raise SecondFactorRequired(gate.challenges.sign(challenge, now=now))
    return signed(gate, caller, new, now=now)


async def refresh_session(gate: Gate, token: str, *, now: datetime) -> SignedIn:
    """Go on with a session. A token that comes a second time was stolen: the session is over.

    Errors: Unauthenticated.
    """
    return await rotation(gate).refreshed(_kept(gate), token, now=now)


async def sign_out(gate: Gate, token: str, *, now: datetime) -> None:
    """End a session, whatever its turn. Errors: Unauthenticated."""
    await rotation(gate).ended(_kept(gate), token, now=now)


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
        told = happened_to(
            "PasswordSet", caller.actor_id, id=gate.ids.new(), now=now, address=address
        )
        await events.append(tx, told)

    await as_member(gate, caller).write(work)
    bounds = bounds_of(TRIED, caller.brand.tenant_slug, email, address)
    await gate.limiter.forget([each.name for each in bounds[1:]])


async def ask_for_code(gate: Gate, tenant: str, email: str, address: str) -> None:
    """Whether a new password may be asked for from there, now. Errors: TooManyTries."""
    await take(gate, bounds_of(FORGOTTEN, tenant, normal_email(email), address))


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

    await as_member(gate, found[0]).write(work)


async def _begin(
    gate: Gate, caller: Caller, new: NewSession, seen: Password, anew: str | None, *, now: datetime
) -> Challenge | None:
    """Begin the session, unless its member has a second factor: then it waits for that.

    Errors: Unauthenticated if the password was changed while it was being checked, SignOnRequired.
    """

    async def work(tx: Transaction) -> Challenge | None:
        at = seen.changed_at
        if at is None or not await sign_in.is_as_seen(tx, caller.actor_id, at):
            raise Unauthenticated(WRONG)
        await check_way_in(tx, caller)
        if anew is not None:
            await sign_in.set_password(tx, caller.actor_id, anew, now=now)
            at = now
        factor = await second_factors.lock(tx, caller.actor_id)
        if factor is not None and factor.counts:
            brand = caller.brand
            return Challenge(caller.actor_id, brand.tenant_slug, brand.code, new.id, at)
        await sign_in.begin(tx, new, now=now)
        return None

    return await as_member(gate, caller).write(work)


async def _told(gate: Gate, caller: Caller, kind: str, address: str, *, now: datetime) -> None:
    """Somebody who is known was refused; who is not known leaves nothing."""
    event = happened_to(kind, caller.actor_id, id=gate.ids.new(), now=now, address=address)
    await as_member(gate, caller).write(lambda tx: events.append(tx, event))


def _kept(gate: Gate) -> Kept:
    """How sessions of staff are found, go on, and end."""

    async def end(tx: Transaction, session: UUID, now: datetime, why: Why) -> None:
        await sign_in.revoke(tx, session, now=now)
        await events.append(tx, ended(session, why, id=gate.ids.new(), now=now))

    return Kept(
        Kind.STAFF,
        lambda tx, session, now: sign_in.by_session(tx, session, now=now),
        lambda tx, session, turn, now: sign_in.take_turn(tx, session, turn, now=now),
        end,
    )
