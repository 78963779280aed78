"""What takes the cancellation of a booking back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import assignments, booking_states, compliance, events, fleet, reopening, tasks
from db.database import ResourcesChanged, Transaction
from domain.booking_states import overpayment_task
from domain.compliance import faults_at_another_time, permit
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids
from domain.reopening import Closed, Reopening, reopen
from domain.tasks import REFUND_IF_WON
from domain.tasks import event as told_of


async def reopen_booking(tx: Transaction, wish: Reopening, *, now: datetime, ids: Ids) -> UUID:
    """Pencil a cancelled tour in again, with the vehicles and drivers that it had.

    Shape:  nobody has to give back any more what the cancellation was to give back.
    Errors: NotFound, StaleVersion, WrongState, StartInPast, VehicleBusy, DriverBusy,
            NotCompliant.
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
    await _check_drivers(tx, before.id, taken[1], now=now)
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
    await _settle(tx, before, now=now, ids=ids)
    return before.id


async def _settle(tx: Transaction, before: Closed, *, now: datetime, ids: Ids) -> None:
    """What the cancellation asked for; what staff wrote down before is not settled by it.

    Shape:  what was paid beyond the total was a part of it, and is to be given back by itself.
    """
    off = before.cancelled_at or now
    settled = await tasks.settle(tx, before.id, "refund", REFUND_IF_WON, since=off, now=now)
    await events.append_alike(tx, [each.event(id=ids.new(), now=now) for each in settled])
    state = await booking_states.read(tx, before.id)
    if state is not None and before.paid_cents > state.total_cents:
        of = (state.id, state.number, before.paid_cents - state.total_cents, state.currency)
        task = overpayment_task(*of, id=ids.new(), now=now)
        await tasks.insert(tx, task)
        await events.append(tx, told_of("TaskCreated", task, id=ids.new(), now=now))


async def _check_drivers(
    tx: Transaction, booking_id: UUID, drivers: Sequence[UUID], *, now: datetime
) -> None:
    """Whoever was to drive the tour may still drive it, with all they have taken on meanwhile."""
    tour = await assignments.read(tx, booking_id) if drivers else None
    brand = tx.principal.brand
    if tour is None or brand is None:
        return
    last_day = tour.ends_at.astimezone(ZoneInfo(brand.time_zone)).date()
    for driver_id in drivers:
        record = await compliance.driver(tx, driver_id, around=tour.duty, now=now)
        if record is not None:
            found = faults_at_another_time(record, tour.duty, last_day=last_day)
            permit(found, None, path="id")
