"""Signing in by mail: customers of a brand and drivers of an operator, without a password."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from auth.sessions import Kept, Rotation, SignedIn, Why
from auth.sign_in_codes import SignInCodes
from db import events, guest_sessions, jobs
from db.callers import Caller
from db.database import Transaction
from domain.errors import Unauthenticated
from domain.guest_sign_in import (
    ATTEMPT,
    ENDED,
    Door,
    From,
    NewSession,
    asking_bounds,
    ended_event,
    guessing_bound,
    signed_in_event,
)
from domain.identity import NOBODY, Kind, Principal
from domain.ids import Ids
from domain.sign_in import WINDOW, Bound, TooManyTries, normal_email
from services.ports import Limiter

WRONG: Final = "The link or the code is wrong, over, or was used. Ask for a new one."
FindByCode = Callable[[Transaction], Awaitable[Caller | None]]


@dataclass(frozen=True, slots=True)
class GuestGate:
    """What signing in by mail works with."""

    rotation: Rotation
    codes: SignInCodes
    limiter: Limiter
    ids: Ids


async def ask_to_sign_in(gate: GuestGate, door: Door, email: str, address: str) -> UUID:
    """Whether a mail may be asked for from there, now; the attempt's id, whoever it is.

    Errors: TooManyTries.
    """
    await _take(gate, asking_bounds(door, normal_email(email), address))
    return gate.ids.new()


async def send_sign_in(
    gate: GuestGate, door: Door, email: str, attempt: UUID, *, now: datetime
) -> None:
    """Have the attempt mailed to a customer or driver of that address; to nobody else.

    Shape:  done behind the answer, which says the same to everybody, as soon.
    """
    if door.tenant is None:
        return
    tenant, kind = door.tenant, door.kind
    found = await gate.rotation.database.session(NOBODY).write(
        lambda tx: guest_sessions.by_email(
            tx, kind, tenant=tenant, brand=door.brand, email=normal_email(email)
        )
    )
    if found is None:
        return
    caller = found

    async def work(tx: Transaction) -> None:
        until = now + ATTEMPT
        await guest_sessions.insert_code(
            tx, kind, attempt, caller.actor_id, now=now, expires_at=until
        )
        await jobs.enqueue(tx, "mail_sign_in", {"kind": kind.value, "code_id": str(attempt)})

    # Not as that person: whoever asked has not shown that they are.
    worker = Principal(Kind.WORKER, caller.brand, caller.actor_id, role=Kind.WORKER.value)
    await gate.rotation.database.session(worker).write(work)


async def sign_in_by_link(
    gate: GuestGate, door: Door, token: str, where: From, *, now: datetime
) -> SignedIn:
    """Begin a session by the link of a mail, once. Errors: Unauthenticated, TooManyTries."""
    await _take(gate, [guessing_bound(where.address)])
    attempt = gate.codes.links.read(token)
    caller = await _found(
        gate, door, lambda tx: guest_sessions.by_code(tx, door.kind, attempt, now=now)
    )
    if caller is None:
        raise Unauthenticated(WRONG)
    return await _begin(gate, door, caller, attempt, where, by="link", now=now)


async def sign_in_by_code(
    gate: GuestGate, door: Door, request: str, digits: str, where: From, *, now: datetime
) -> SignedIn:
    """Begin a session by the digits of a mail, once, where it was asked for.

    Shape:  the digits are compared whether or not there is anybody to sign in.
    Errors: Unauthenticated, TooManyTries.
    """
    await _take(gate, [guessing_bound(where.address)])
    attempt = gate.codes.requests.read(request)
    caller = await _found(
        gate, door, lambda tx: guest_sessions.by_try(tx, door.kind, attempt, now=now)
    )
    if not gate.codes.are_digits_of(attempt, digits) or caller is None:
        raise Unauthenticated(WRONG)
    return await _begin(gate, door, caller, attempt, where, by="code", now=now)


async def refresh_guest_session(
    gate: GuestGate, door: Door, token: str, *, now: datetime
) -> SignedIn:
    """Go on with a session. A token that comes a second time was stolen: the session is over.

    Errors: Unauthenticated.
    """
    return await gate.rotation.refreshed(_kept(gate, door), token, now=now)


async def sign_guest_out(gate: GuestGate, door: Door, token: str, *, now: datetime) -> None:
    """End a session, whatever its turn. Errors: Unauthenticated."""
    await gate.rotation.ended(_kept(gate, door), token, now=now)


async def _begin(
    gate: GuestGate,
    door: Door,
    caller: Caller,
    attempt: UUID,
    where: From,
    *,
    by: str,
    now: datetime,
) -> SignedIn:
    """Errors: Unauthenticated if another was faster."""
    who = (door.kind, caller.actor_id, caller.brand.code)
    new = NewSession.of(gate.ids.new(), *who, where, now=now)
    told = signed_in_event(new, id=gate.ids.new(), by=by, now=now)

    async def work(tx: Transaction) -> None:
        if not await guest_sessions.use_code(tx, door.kind, attempt, now=now):
            raise Unauthenticated(WRONG)
        await guest_sessions.begin(tx, new, now=now)
        await events.append(tx, told)

    await gate.rotation.session_of(door.kind, caller).write(work)
    return gate.rotation.signed(door.kind, caller, new.id, 1, now=now)


async def _found(gate: GuestGate, door: Door, find: FindByCode) -> Caller | None:
    """Who an attempt is of, if it was begun at this door."""
    caller = await gate.rotation.database.session(NOBODY).write(find)
    return _admitted(door, caller)


def _admitted(door: Door, caller: Caller | None) -> Caller | None:
    if caller is None or not door.admits(caller.brand.tenant_slug, caller.brand.code):
        return None
    return caller


async def _take(gate: GuestGate, bounds: Sequence[Bound]) -> None:
    for each in bounds:
        if wait := await gate.limiter.take(
            each.name, each.most, seconds=int(WINDOW.total_seconds())
        ):
            raise TooManyTries(wait)


def _kept(gate: GuestGate, door: Door) -> Kept:
    kind = door.kind

    async def find(tx: Transaction, session: UUID, now: datetime) -> tuple[Caller, int] | None:
        found = await guest_sessions.by_session(tx, kind, session, now=now)
        return found if found and _admitted(door, found[0]) else None

    async def end(tx: Transaction, session: UUID, now: datetime, why: Why) -> None:
        turn = await guest_sessions.revoke(tx, kind, session, now=now)
        if turn is not None:
            event = ended_event(kind, session, ENDED[why], id=gate.ids.new(), turn=turn, now=now)
            await events.append(tx, event)

    return Kept(
        kind,
        find,
        lambda tx, session, turn, now: guest_sessions.take_turn(tx, kind, session, turn, now=now),
        end,
    )
