"""Putting drivers on a shared tour, and taking them off."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import compliance, events, fleet, shared_tour_drivers, shared_tours
from db.database import Transaction
from domain.compliance import (
    Finding,
    faults_of_driver,
    faults_of_vehicle,
    permit,
    told,
    warnings_of,
)
from domain.errors import NotFound
from domain.events import Change, Event
from domain.hours_of_service import hours_with
from domain.ids import Ids
from domain.shared_tour_drivers import TourDriverWish, duty_of, with_driver, without_driver
from domain.shared_tours import SharedTour
from domain.working_hours import outside


async def assign_shared_tour_driver(
    tx: Transaction, wish: TourDriverWish, *, now: datetime, ids: Ids
) -> tuple[UUID, list[Finding]]:
    """Put a driver on a shared tour and block their time.

    Shape:  the tour, and what comes near to a limit without passing it. A reason overrides what
            can be overridden of the driver and of the van that they would drive.
    Errors: NotFound, StaleVersion, WrongState, AlreadyAssigned, NotCompliant, DriverBusy.
    """
    tour = await _locked(tx, wish)
    record = await compliance.driver(tx, wish.driver_id, around=duty_of(tour), now=now)
    if record is None:
        raise NotFound(path="driverId")
    after = with_driver(tour, await shared_tours.drivers_of(tx, tour.id), wish)
    zone = _zone(tx)
    last_day = tour.ends_at.astimezone(zone).date()
    found = faults_of_driver(record, duty_of(tour), last_day=last_day)
    found += outside(record.week, tour.starts_at, tour.ends_at, zone=zone)
    if tour.vehicle_id is not None:
        van = await compliance.vehicle(tx, tour.vehicle_id)
        found += faults_of_vehicle(van[1] if van else None, last_day=last_day)
    overridden = permit(found, wish.override, path="driverId")
    await shared_tour_drivers.insert(tx, tour.id, wish.driver_id, block_id=ids.new(), now=now)
    said: dict[str, Change] = {"driver_id": (None, str(wish.driver_id))}
    said |= told(overridden, wish.override)
    await _store(tx, after, "SharedTourDriverAssigned", said, id=ids.new(), now=now)
    return tour.id, warnings_of(hours_with(duty_of(tour), record.duties or ()))


async def unassign_shared_tour_driver(
    tx: Transaction, wish: TourDriverWish, *, now: datetime, ids: Ids
) -> UUID:
    """Take a driver off a shared tour and free their time.

    Errors: NotFound, StaleVersion, WrongState, NotAssigned.
    """
    tour = await _locked(tx, wish)
    after = without_driver(tour, await shared_tours.drivers_of(tx, tour.id), wish)
    await shared_tour_drivers.delete(tx, tour.id, wish.driver_id, now=now)
    said: dict[str, Change] = {"driver_id": (str(wish.driver_id), None)}
    await _store(tx, after, "SharedTourDriverUnassigned", said, id=ids.new(), now=now)
    return tour.id


async def _locked(tx: Transaction, wish: TourDriverWish) -> SharedTour:
    """The tour, behind the lock of the driver who is wanted or let go."""
    await fleet.lock(tx, (), [wish.driver_id])
    tour = await shared_tours.lock(tx, wish.tour_id)
    if tour is None:
        raise NotFound(path="sharedTourId")
    return tour


async def _store(
    tx: Transaction,
    after: SharedTour,
    kind: str,
    said: dict[str, Change],
    *,
    id: UUID,
    now: datetime,
) -> None:
    await shared_tours.update(tx, after)
    await events.append(tx, Event(id, kind, "shared_tour", after.id, after.version, now, said))


def _zone(tx: Transaction) -> ZoneInfo:
    brand = tx.principal.brand
    return ZoneInfo(brand.time_zone if brand else "UTC")
