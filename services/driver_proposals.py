"""Who could drive a tour, and what speaks against the others."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from db import assignments, compliance, drivers, shared_tours
from db.database import Transaction
from domain.compliance import Fault, Finding, faults_of_driver, warnings_of
from domain.driver_proposals import MOST_ASKED, DriverProposal, ranked
from domain.errors import NotFound
from domain.hours_of_service import Duty, hours_with
from domain.shared_tour_drivers import duty_of
from domain.working_hours import outside


async def drivers_for_booking(
    tx: Transaction, booking_id: UUID, *, now: datetime
) -> list[DriverProposal]:
    """Errors: NotFound."""
    tour = await assignments.read(tx, booking_id)
    if tour is None:
        raise NotFound(path="bookingId")
    pause = timedelta(minutes=tour.buffer_minutes)
    return await _proposals(tx, tour.duty, apart_from=set(tour.drivers), pause=pause, now=now)


async def drivers_for_shared_tour(
    tx: Transaction, tour_id: UUID, *, now: datetime
) -> list[DriverProposal]:
    """Errors: NotFound."""
    tour = await shared_tours.read(tx, tour_id)
    if tour is None:
        raise NotFound(path="sharedTourId")
    taken = set(await shared_tours.drivers_of(tx, tour_id))
    pause = await shared_tours.pause(tx)
    return await _proposals(tx, duty_of(tour), apart_from=taken, pause=pause, now=now)


async def _proposals(
    tx: Transaction, duty: Duty, *, apart_from: set[UUID], pause: timedelta, now: datetime
) -> list[DriverProposal]:
    """Six statements, however many drivers there are."""
    working = await drivers.working(tx, most=MOST_ASKED)
    asked = [each for each in working if each not in apart_from]
    known = await compliance.drivers(tx, asked, around=duty, now=now)
    blocked = Duty(duty.starts_at, duty.ends_at + pause, duty.driving)
    off = await compliance.off_duty(tx, asked, blocked)
    busy = await compliance.busy(tx, asked, blocked)
    zone = _zone(tx)
    last_day: date = duty.ends_at.astimezone(zone).date()
    found = []
    for id in asked:
        record = known.get(id)
        faults = faults_of_driver(record, duty, last_day=last_day)
        if id in off:
            faults.append(Finding(Fault.TIME_OFF, "the driver is off then"))
        elif id in busy:
            faults.append(Finding(Fault.BUSY, "the driver is taken then"))
        if record is not None:
            faults += outside(record.week, duty.starts_at, duty.ends_at, zone=zone)
        duties = record.duties if record is not None and record.duties is not None else ()
        found.append(DriverProposal(id, faults, warnings_of(hours_with(duty, duties))))
    return ranked(found)


def _zone(tx: Transaction) -> ZoneInfo:
    brand = tx.principal.brand
    return ZoneInfo(brand.time_zone if brand else "UTC")
