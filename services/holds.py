"""Holds: longer, given back, or run out; what was held is then free for everybody."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import booking_states, events, jobs, links, sales
from db.database import Transaction
from domain.booking_states import event, go, longer_hold
from domain.errors import NotFound
from domain.events import Change
from domain.ids import Ids


async def extend_hold(
    tx: Transaction, booking_id: UUID, expected_version: int, *, now: datetime, ids: Ids
) -> None:
    """Let a hold last its minutes again, up to an hour from when it was made.

    Errors: NotFound, StaleVersion, HoldExpired, WrongState.
    """
    state = await booking_states.lock_seen(tx, booking_id, expected_version)
    held_since, minutes = await sales.held_since(tx, booking_id, now=now, zone=_zone(tx))
    expires_at = longer_hold(state, held_since=held_since, minutes=minutes, now=now)
    await booking_states.extend(tx, state, expires_at, now=now)
    before = state.hold_expires_at.isoformat() if state.hold_expires_at else None
    changes: dict[str, Change] = {"hold_expires_at": (before, expires_at.isoformat())}
    await events.append(tx, event("HoldExtended", state, changes, id=ids.new(), now=now))
    await jobs.enqueue(tx, "expire_hold", {"booking_id": str(booking_id)}, run_at=expires_at)


async def release_hold(
    tx: Transaction, booking_id: UUID, expected_version: int, *, now: datetime, ids: Ids
) -> None:
    """Give a hold back before its time; its token opens nothing any more.

    Errors: NotFound, StaleVersion, HoldExpired, WrongState.
    """
    state = await booking_states.lock_seen(tx, booking_id, expected_version)
    if state.status != "held":
        go(state, "held", now=now)
    go(state, "cancelled", now=now)
    await booking_states.cancel(tx, state, "released", 0, now=now)
    await links.revoke(tx, booking_id, now=now)
    changes: dict[str, Change] = {"status": ("held", "cancelled")}
    await events.append(tx, event("HoldReleased", state, changes, id=ids.new(), now=now))


async def expire_hold(tx: Transaction, booking_id: UUID, *, now: datetime, ids: Ids) -> bool:
    """End a hold whose time is over; one that was extended, sold or given back is left alone."""
    state = await booking_states.lock(tx, booking_id)
    if state is None or not state.has_run_out(now):
        return False
    await booking_states.update(tx, state, "expired", now=now)
    await booking_states.release(tx, booking_id, now=now)
    changes: dict[str, Change] = {"status": ("held", "expired")}
    await events.append(tx, event("HoldExpired", state, changes, id=ids.new(), now=now))
    return True


def _zone(tx: Transaction) -> ZoneInfo:
    if tx.principal.brand is None:
        raise NotFound
    return ZoneInfo(tx.principal.brand.time_zone)
