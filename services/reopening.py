"""What takes the cancellation of a booking back."""

from datetime import datetime
from uuid import UUID

from db import events, fleet, reopening
from db.database import ResourcesChanged, Transaction
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids
from domain.reopening import Reopening, reopen


async def reopen_booking(tx: Transaction, wish: Reopening, *, now: datetime, ids: Ids) -> UUID:
    """Pencil a cancelled tour in again, with the vehicles and drivers that it had.

    Errors: NotFound, StaleVersion, WrongState, StartInPast, VehicleBusy, DriverBusy.
    """
    taken = await reopening.assigned(tx, wish.booking_id)
    await fleet.lock(tx, *taken)
    before = await reopening.lock(tx, wish.booking_id)
    if before is None:
        raise NotFound(path="id")
    if await reopening.assigned(tx, wish.booking_id) != taken:
        raise ResourcesChanged  # Assigned or freed while this waited for the booking's row.
    change = reopen(before, wish, now=now)
    await fleet.release_expired_holds(tx, taken[0], now=now)
    await reopening.reopen(tx, before.id, change, taken, now=now, ids=ids)
    reason = before.cancel_reason
    await events.append(
        tx,
        Event(
            id=ids.new(),
            kind="BookingReopened",
            entity="booking",
            entity_id=before.id,
            entity_version=change.version,
            occurred_at=now,
            changes=change.changes(before),
            personal={"cancel_reason": (reason, None)} if reason is not None else {},
        ),
    )
    return before.id
