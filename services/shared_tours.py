"""What can be done to a shared tour; its tickets end with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import (
    brands,
    compliance,
    events,
    fleet,
    shared_tour_drivers,
    shared_tours,
    tasks,
    tickets,
)
from db.database import ResourcesChanged, Transaction
from domain.availability import check_range
from domain.booking_states import reason_of
from domain.changes import differences, initial
from domain.compliance import (
    Finding,
    Override,
    faults_at_another_time,
    faults_of_driver,
    faults_of_vehicle,
    faults_of_vehicle_on,
    permit,
    told,
)
from domain.departures import (
    AlreadyScheduled,
    Impossible,
    NewTours,
    NoVanFree,
    Outline,
    Van,
    laid,
    outlines,
    settle,
    van_of,
)
from domain.errors import NotFound
from domain.events import Change, Event
from domain.ids import Ids
from domain.schedule import OperatingDay, block_ends_at, check_day
from domain.shared_tour_drivers import duty_of
from domain.shared_tours import (
    SharedTour,
    TourChange,
    change_tour,
    check_over,
    end,
)
from domain.tasks import event as told_of
from domain.tickets import Ticket, call_off


@dataclass(frozen=True, slots=True)
class Ended:
    """A tour that is over or off, and what goes back to its guests."""

    id: UUID
    refund_cents: int = 0


@dataclass(frozen=True, slots=True)
class Laid:
    """The tours that were laid, and the days that were left out."""

    ids: Sequence[UUID]
    left_out: Sequence[Impossible]


async def schedule_shared_tours(
    tx: Transaction, wish: NewTours, *, now: datetime, ids: Ids
) -> Laid:
    """Lay a tour on each of the wished days, with the largest van that is free.

    Shape:  all, or none; if that was wished, all but the impossible ones, which are told.

    Errors: InvalidInput, NotFound for a brand without settings, NoRate, OutsideOperatingDay,
            AlreadyScheduled, NoVanFree.
    """
    check_day(wish.first, path="from")
    check_day(wish.last, path="to")
    check_range(wish.first, wish.last)
    zone = _zone(tx)
    days = await shared_tours.days(tx, wish.days(), code=wish.code, zone=zone)
    planned, impossible = outlines(wish, days, now=now)
    await _lock_all_vans(tx, now=now)
    found, taken = await _with_vans(tx, planned, beside=wish.beside)
    left_out = sorted([*impossible, *taken], key=lambda each: each.on)
    settle(wish, left_out, laid=len(found))
    made = [await _lay(tx, *each, zone=zone, now=now, ids=ids) for each in found]
    return Laid(made, left_out)


async def _lock_all_vans(tx: Transaction, *, now: datetime) -> None:
    """The largest is known when nobody takes one meanwhile."""
    vehicles = await shared_tours.vans_in_service(tx)
    await fleet.lock(tx, vehicles, [])
    await fleet.release_expired_holds(tx, vehicles, now=now)


async def _with_vans(
    tx: Transaction, planned: Sequence[Outline], *, beside: bool
) -> tuple[list[tuple[Outline, Van]], list[Impossible]]:
    """The tours that can be laid, and the days that are taken."""
    vehicles = await shared_tours.vans_in_service(tx)
    starts = await shared_tours.scheduled_at(tx, [outline.starts_at for outline in planned])
    found: list[tuple[Outline, Van]] = []
    taken: list[Impossible] = []
    for outline in planned:
        since, until = outline.starts_at, outline.free_at
        free = await shared_tours.vans(tx, vehicles, since=since, until=until)
        try:
            found.append((outline, van_of(outline, free, but=() if beside else starts)))
        except (AlreadyScheduled, NoVanFree) as why:
            taken.append(Impossible(since.date(), why))
    return found, taken


async def _lay(
    tx: Transaction, outline: Outline, van: Van, *, zone: ZoneInfo, now: datetime, ids: Ids
) -> UUID:
    tour = laid(outline, van, id=ids.new())
    await shared_tours.insert(
        tx, tour, block_id=ids.new(), free_at=outline.free_at, time_zone=zone.key
    )
    currency = tx.principal.brand.currency if tx.principal.brand else None
    more: dict[str, Change] = {"time_zone": (None, zone.key), "currency": (None, currency)}
    event = _event("SharedTourScheduled", None, tour, id=ids.new(), now=now, **more)
    await events.append(tx, event)
    return tour.id


async def update_shared_tour(
    tx: Transaction, wish: TourChange, *, now: datetime, ids: Ids
) -> SharedTour:
    """Change a tour with its van's time; a wish that changes nothing stores nothing.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput, StartInPast, OutsideOperatingDay,
            VehicleBusy.
    """
    wanted = [wish.vehicle_id] if wish.vehicle_id else []
    before, drivers = await _locked(tx, wish.tour_id, wanted)
    starts_at = wish.starts_at or before.starts_at
    day = await _operating_day(tx, starts_at)
    left = await tickets.seats_left(tx, [before.id], now=now)
    after = change_tour(
        before,
        wish,
        sold=before.guests_max - left[before.id],
        seats=await _seats(tx, wish.vehicle_id or before.vehicle_id, wished=bool(wanted)),
        day=day,
        now=now,
    )
    if after == before:
        return before
    await shared_tours.update(tx, after)
    if day is not None:
        free_at = block_ends_at(after.ends_at, day)
        await _block(tx, after, block_id=ids.new(), free_at=free_at, now=now)
    said = await _check_crew(tx, before, after, drivers, override=wish.override, now=now)
    event = _event("SharedTourUpdated", before, after, id=ids.new(), now=now, **said)
    await events.append(tx, event)
    return after


async def _block(
    tx: Transaction, tour: SharedTour, *, block_id: UUID, free_at: datetime, now: datetime
) -> None:
    if tour.vehicle_id is not None:
        await fleet.release_expired_holds(tx, [tour.vehicle_id], now=now)
        await shared_tours.move_block(tx, tour, block_id=block_id, free_at=free_at)
    await shared_tour_drivers.move(tx, tour, free_at=free_at)


async def _check_crew(
    tx: Transaction,
    before: SharedTour,
    after: SharedTour,
    drivers: Sequence[UUID],
    *,
    override: Override | None,
    now: datetime,
) -> dict[str, Change]:
    """Whoever drives may drive another van, and at another time; both are stored by now."""
    last_day = after.ends_at.astimezone(_zone(tx)).date()
    overridden = await _check_van(tx, before, after, override=override) if drivers else []
    if after.starts_at != before.starts_at:
        duty = duty_of(after)
        for driver_id in drivers:
            record = await compliance.driver(tx, driver_id, around=duty, now=now)
            found = faults_of_driver(None, duty, last_day=last_day)
            if record is not None:
                found = faults_at_another_time(record, duty, last_day=last_day)
            permit(found, None, path="startsAt")
    return told(overridden, override)


async def _check_van(
    tx: Transaction, before: SharedTour, after: SharedTour, *, override: Override | None
) -> list[Finding]:
    """A new van may go on the tour, and the same van on another day."""
    moved = (after.vehicle_id, after.ends_at) != (before.vehicle_id, before.ends_at)
    if after.vehicle_id is None or not moved:
        return []
    van = await compliance.vehicle(tx, after.vehicle_id)
    record = van[1] if van else None
    was, is_now = (tour.ends_at.astimezone(_zone(tx)).date() for tour in (before, after))
    if after.vehicle_id != before.vehicle_id:
        found = faults_of_vehicle(record, last_day=is_now)
        return permit(found, override, path="vehicleId")
    found = faults_of_vehicle_on(record, last_day=is_now, was_last_day=was)
    return permit(found, override, path="startsAt")


async def _seats(tx: Transaction, vehicle_id: UUID | None, *, wished: bool) -> int | None:
    """Errors: NotFound for a wished van that is not there, or not in service."""
    if vehicle_id is None:
        return None
    seats = await shared_tours.seats_of(tx, vehicle_id)
    if seats is None and wished:
        raise NotFound(path="vehicleId")
    return seats


async def cancel_shared_tour(
    tx: Transaction,
    tour_id: UUID,
    *,
    expected_version: int,
    reason: str,
    now: datetime,
    ids: Ids,
) -> Ended:
    """Call a tour off: its tickets are cancelled, its van is let go, staff pays back.

    Shape:  everything that was paid goes back, of guests who are on board too: the fault is not
            theirs. Who did not appear has nothing back.
    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before, _ = await _locked(tx, tour_id, [])
    after = end(before, "cancelled", expected_version=expected_version)
    if after is None:
        return Ended(before.id)
    why = reason_of(reason, path="reason")
    live = await tickets.lock_live(tx, before.id)
    came_or_will = [ticket for ticket in live if ticket.status != "no_show"]
    refund_cents = await _call_off(tx, came_or_will, reason="tour_cancelled", now=now, ids=ids)
    await shared_tours.update(tx, after)
    await shared_tours.release(tx, after.id, now=now)
    event = _event(
        "SharedTourCancelled",
        before,
        after,
        id=ids.new(),
        now=now,
        reason=(None, why),
        refund_due_cents=(None, refund_cents),
    )
    await events.append(tx, event)
    return Ended(after.id, refund_cents)


async def complete_shared_tour(
    tx: Transaction, tour_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Ended:
    """A tour that has been: whoever never paid was never there.

    Errors: NotFound, StaleVersion, WrongState, TicketsOpen.
    """
    before, _ = await _locked(tx, tour_id, [])
    after = end(before, "completed", expected_version=expected_version)
    if after is None:
        return Ended(before.id)
    live = await tickets.lock_live(tx, before.id)
    waiting = sum(ticket.status == "confirmed" for ticket in live)
    check_over(before, waiting=waiting, now=now)
    unpaid = [ticket for ticket in live if ticket.status == "pending"]
    refund_cents = await _call_off(tx, unpaid, reason="not_paid", now=now, ids=ids)
    await shared_tours.update(tx, after)
    await shared_tours.release(tx, after.id, now=now)
    await events.append(tx, _event("SharedTourCompleted", before, after, id=ids.new(), now=now))
    return Ended(after.id, refund_cents)


async def _call_off(
    tx: Transaction, live: Sequence[Ticket], *, reason: str, now: datetime, ids: Ids
) -> int:
    """The tickets are off, and staff is told what to pay back; the sum of it."""
    kept = await tickets.refundable(tx, [ticket.id for ticket in live])
    total = 0
    for ticket in live:
        off = call_off(ticket, kept[ticket.id], reason=reason, now=now, ids=ids)
        await tickets.update_status(tx, ticket.id, "cancelled", now=now)
        await events.append(tx, off.event)
        for task in off.refunds:
            await tasks.insert(tx, task)
            await events.append(tx, told_of("TaskCreated", task, id=ids.new(), now=now))
        total += off.refund_cents
    return total


async def _locked(
    tx: Transaction, tour_id: UUID, wanted: Sequence[UUID]
) -> tuple[SharedTour, Sequence[UUID]]:
    """The tour and its drivers, behind the locks of all that it takes or would take."""
    taken = await shared_tours.resources(tx, tour_id)
    if taken is None:
        raise NotFound(path="id")
    await fleet.lock(tx, [*taken.vans, *wanted], taken.drivers)
    tour = await shared_tours.lock(tx, tour_id)
    if tour is None:
        raise NotFound(path="id")
    if await shared_tours.resources(tx, tour_id) != taken:
        raise ResourcesChanged  # Given another van or driver while this waited for its row.
    return tour, taken.drivers


def _zone(tx: Transaction) -> ZoneInfo:
    brand = tx.principal.brand
    if brand is None:
        raise NotFound
    return ZoneInfo(brand.time_zone)


async def _operating_day(tx: Transaction, at: datetime) -> OperatingDay | None:
    zone = _zone(tx)
    hours = await brands.operating_hours(tx, at.astimezone(zone).date())
    return OperatingDay(zone, *hours) if hours else None


def _event(
    kind: str,
    before: SharedTour | None,
    after: SharedTour,
    *,
    id: UUID,
    now: datetime,
    **more: Change,
) -> Event:
    changes, personal = initial(after) if before is None else differences(before, after)
    return Event(id, kind, "shared_tour", after.id, after.version, now, changes | more, personal)
