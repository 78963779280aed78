"""What can be done to a booking."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import (
    assignments,
    bookings,
    brands,
    compliance,
    events,
    fleet,
    jobs,
    prices,
    reminders,
    transfers,
)
from db.database import ResourcesChanged, Transaction
from domain.bookings import SURE, Booking, NewTimes, Rescheduled, check_length, reschedule
from domain.compliance import check_vans_on, faults_at_another_time, permit
from domain.errors import NotFound, WrongState
from domain.events import Event
from domain.guest_moves import check_crew, check_price
from domain.identity import Kind
from domain.ids import Ids
from domain.schedule import OperatingDay


async def reschedule_booking(
    tx: Transaction, wish: NewTimes, *, now: datetime, ids: Ids
) -> Booking:
    """Move a tour with its stops and with the time of its vehicles and drivers.

    Shape:  a wish for the times that it has stores nothing and tells nobody.
    Errors: NotFound, StaleVersion, WrongState, StartInPast, EndBeforeStart, EndBeforeLastStop,
            OutsideOperatingDay, VehicleBusy, DriverBusy, NotCompliant; of a guest MoveUsed,
            TooLate, InvalidInput, PriceRises, NoRate. Staff's moves are not priced.
    """
    booking, vehicles, drivers = await _locked(tx, wish.booking_id)
    change = reschedule(booking, wish, day=await _operating_day(tx, wish.starts_at), now=now)
    if change is None:
        return booking
    moves = await _spent(tx, booking, change, drivers, now=now)
    await fleet.release_expired_holds(tx, vehicles, now=now)
    await bookings.update_times(tx, booking.id, change, now=now)
    await _check_crew(tx, booking, drivers, now=now)
    event = _moved(booking, change, moves, id=ids.new(), now=now)
    await events.append(tx, event)
    await jobs.enqueue(
        tx, "tell_customer_of_new_time", {"booking_id": str(booking.id), "event_id": str(event.id)}
    )
    if booking.status in SURE:
        await reminders.schedule(tx, booking.id, change.starts_at)
    return Booking(
        booking.id, booking.number, booking.status, change.starts_at, change.ends_at, change.version
    )


async def _spent(
    tx: Transaction,
    booking: Booking,
    change: Rescheduled,
    drivers: Sequence[UUID],
    *,
    now: datetime,
) -> tuple[int, int]:
    """How many moves were used up, before and after: staff move as often as they are asked to."""
    brand = tx.principal.brand
    if tx.principal.kind is not Kind.LINK or brand is None:
        return 0, 0
    if booking.status == "held":
        raise WrongState("Hold the other time instead: it may have another price.", path="id")
    check_length(booking, change)
    check_crew(drivers)
    zone = ZoneInfo(brand.time_zone)
    allowed = await transfers.allowance(tx, booking.id)
    used = allowed.spent_on_a_date(now=now, zone=zone)
    await _check_price(tx, booking, change, zone, now=now)
    await transfers.spend(tx, booking.id, used)
    return allowed.used, used


async def _check_price(
    tx: Transaction, booking: Booking, change: Rescheduled, zone: ZoneInfo, *, now: datetime
) -> None:
    """The price is of the day: another time of the same day has the same."""
    days = [at.astimezone(zone).date() for at in (booking.starts_at, change.starts_at)]
    if days[0] == days[1]:
        return
    sold = await transfers.sold(tx, booking.id)
    wish = sold.wish_at(change.starts_at)
    asked = prices.Asked.of(wish, zone, now=now)
    book = await prices.book_of_booking(tx, asked, booking.id)
    if book is None:
        raise NotFound
    check_price(sold, wish, book, zone=zone)


def _moved(
    booking: Booking, change: Rescheduled, moves: tuple[int, int], *, id: UUID, now: datetime
) -> Event:
    return Event(
        id=id,
        kind="BookingRescheduled",
        entity="booking",
        entity_id=booking.id,
        entity_version=change.version,
        occurred_at=now,
        changes={
            "starts_at": (booking.starts_at.isoformat(), change.starts_at.isoformat()),
            "ends_at": (booking.ends_at.isoformat(), change.ends_at.isoformat()),
            **({"guest_moves": moves} if moves[0] != moves[1] else {}),
        },
    )


async def _check_crew(
    tx: Transaction, booking: Booking, drivers: Sequence[UUID], *, now: datetime
) -> None:
    """Whoever drives the tour may drive it at its new time, which is stored by now; so its vans."""
    tour = await assignments.read(tx, booking.id) if drivers else None
    brand = tx.principal.brand
    if tour is None or brand is None:
        return
    zone = ZoneInfo(brand.time_zone)
    last_day = tour.ends_at.astimezone(zone).date()
    was = booking.ends_at.astimezone(zone).date()
    check_vans_on(await compliance.vans(tx, booking.id), last_day=last_day, was_last_day=was)
    for driver_id in drivers:
        record = await compliance.driver(tx, driver_id, around=tour.duty, now=now)
        if record is not None:
            found = faults_at_another_time(record, tour.duty, last_day=last_day)
            permit(found, None, path="startsAt")


async def _locked(
    tx: Transaction, booking_id: UUID
) -> tuple[Booking, Sequence[UUID], Sequence[UUID]]:
    """The booking, its vehicles and its drivers, behind the locks of all that it blocks."""
    vehicles, drivers = await bookings.resources(tx, booking_id)
    await fleet.lock(tx, vehicles, drivers)
    booking = await bookings.lock(tx, booking_id)
    if booking is None:
        raise NotFound(path="id")
    if await bookings.resources(tx, booking_id) != (vehicles, drivers):
        raise ResourcesChanged  # Assigned or freed while this waited for the booking's row.
    return booking, vehicles, drivers


async def _operating_day(tx: Transaction, starts_at: datetime) -> OperatingDay | None:
    brand = tx.principal.brand
    if brand is None:
        return None
    zone = ZoneInfo(brand.time_zone)
    hours = await brands.operating_hours(tx, starts_at.astimezone(zone).date())
    return OperatingDay(zone, *hours) if hours else None
