"""Putting vans and drivers on a tour, taking them off, and replacing a van."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import assignments, compliance, events, fleet, offers
from db.database import Transaction
from domain.assignments import (
    DRIVEN,
    REPLACED,
    Assigned,
    Tour,
    Van,
    add_driver,
    assign_van,
    check,
    propose,
    remove_driver,
    replace_van,
    unassign_van,
)
from domain.compliance import (
    Finding,
    Override,
    check_vans,
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
from domain.offers import all_closed, missing
from domain.working_hours import outside


@dataclass(frozen=True, slots=True)
class VehicleWish:
    """The wish to put a van on a tour; without `guests`, for all who have no seat yet."""

    booking_id: UUID
    vehicle_id: UUID
    expected_version: int
    guests: int | None = None
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """The wish to send another van than the one that is on the tour."""

    booking_id: UUID
    vehicle_id: UUID
    replacement_id: UUID
    expected_version: int
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class DriverWish:
    """The wish to put a driver on a tour."""

    booking_id: UUID
    driver_id: UUID
    expected_version: int
    override: Override | None = None


async def proposed_vehicles(tx: Transaction, booking_id: UUID) -> list[UUID]:
    """Free vans for those of the party who have no seat yet, the smallest that fits first.

    Errors: NotFound.
    """
    tour = await assignments.read(tx, booking_id)
    if tour is None:
        raise NotFound(path="bookingId")
    vans = await assignments.free_vans(tx, tour)
    return propose(vans, guests=tour.unseated or tour.party_size)


async def assign_vehicle(tx: Transaction, wish: VehicleWish, *, now: datetime, ids: Ids) -> UUID:
    """Put a van on a tour and block its time; with its driver the tour is assigned.

    Errors: NotFound, StaleVersion, WrongState, AlreadyAssigned, PartyTooLarge, NotCompliant,
            VehicleBusy.
    """
    tour = await _locked(tx, wish.booking_id, vehicles=[wish.vehicle_id])
    check(tour, expected_version=wish.expected_version)
    van, found = await _van(tx, wish.vehicle_id, tour, path="vehicleId")
    change = assign_van(tour, van, guests=wish.guests)
    overridden = permit(found, wish.override, path="vehicleId")
    await fleet.release_expired_holds(tx, [van.id], now=now)
    await assignments.insert_vehicle(
        tx, tour, van.id, guests=change.guests, overridden=bool(overridden), block_id=ids.new()
    )
    said: dict[str, Change] = {"vehicle_id": (None, str(van.id)), "guests": (None, change.guests)}
    said |= told(overridden, wish.override)
    await _store(tx, tour, change, "VehicleAssigned", said, now=now, ids=ids)
    return tour.id


async def unassign_vehicle(tx: Transaction, wish: VehicleWish, *, now: datetime, ids: Ids) -> UUID:
    """Take a van off a tour and free its time.

    Errors: NotFound, StaleVersion, WrongState, NotAssigned.
    """
    tour = await _locked(tx, wish.booking_id, vehicles=[wish.vehicle_id])
    check(tour, expected_version=wish.expected_version)
    change = unassign_van(tour, wish.vehicle_id)
    await assignments.delete_vehicle(tx, tour.id, wish.vehicle_id, now=now)
    said: dict[str, Change] = {"vehicle_id": (str(wish.vehicle_id), None)}
    await _store(tx, tour, change, "VehicleUnassigned", said, now=now, ids=ids)
    return tour.id


async def replace_vehicle(tx: Transaction, wish: Replacement, *, now: datetime, ids: Ids) -> UUID:
    """Send another van; on the day itself too.

    Errors: NotFound, StaleVersion, WrongState, NotAssigned, AlreadyAssigned, PartyTooLarge,
            NotCompliant, VehicleBusy.
    """
    both = [wish.vehicle_id, wish.replacement_id]
    tour = await _locked(tx, wish.booking_id, vehicles=both)
    check(tour, expected_version=wish.expected_version, states=REPLACED)
    van, found = await _van(tx, wish.replacement_id, tour, path="replacementVehicleId")
    change = replace_van(tour, wish.vehicle_id, van)
    overridden = permit(found, wish.override, path="replacementVehicleId")
    await fleet.release_expired_holds(tx, [van.id], now=now)
    await assignments.delete_vehicle(tx, tour.id, wish.vehicle_id, now=now)
    await assignments.insert_vehicle(
        tx, tour, van.id, guests=change.guests, overridden=bool(overridden), block_id=ids.new()
    )
    said: dict[str, Change] = {"vehicle_id": (str(wish.vehicle_id), str(van.id))}
    said |= told(overridden, wish.override)
    await _store(tx, tour, change, "VehicleReplaced", said, now=now, ids=ids)
    return tour.id


async def assign_driver(
    tx: Transaction, wish: DriverWish, *, now: datetime, ids: Ids
) -> tuple[UUID, list[Finding]]:
    """Put a driver on a tour and block their time; with its vans the tour is assigned.

    Shape:  the booking, and what comes near to a limit without passing it. When the tour has its
            drivers, what is still on offer of it is withdrawn.
    Errors: NotFound, StaleVersion, WrongState, AlreadyAssigned, NotCompliant, DriverBusy.
    """
    tour = await _locked(tx, wish.booking_id, drivers=[wish.driver_id])
    check(tour, expected_version=wish.expected_version, states=DRIVEN)
    record = await compliance.driver(tx, wish.driver_id, around=tour.duty, now=now)
    if record is None:
        raise NotFound(path="driverId")
    change, last_day = add_driver(tour, wish.driver_id), _last_day(tx, tour)
    check_vans(await compliance.vans(tx, tour.id), last_day=last_day)
    found = faults_of_driver(record, tour.duty, last_day=last_day)
    found += outside(record.week, tour.starts_at, tour.ends_at, zone=_zone(tx))
    overridden = permit(found, wish.override, path="driverId")
    await assignments.insert_driver(tx, tour, wish.driver_id, block_id=ids.new(), now=now)
    said: dict[str, Change] = {"driver_id": (None, str(wish.driver_id))}
    said |= told(overridden, wish.override)
    await _store(tx, tour, change, "DriverAssigned", said, now=now, ids=ids)
    if missing(tour) <= 1:
        await _withdraw_offers(tx, tour.id, replaces=None, now=now, ids=ids)
    return tour.id, warnings_of(hours_with(tour.duty, record.duties or ()))


async def unassign_driver(tx: Transaction, wish: DriverWish, *, now: datetime, ids: Ids) -> UUID:
    """Take a driver off a tour and free their time; nobody is asked to replace them any more.

    Errors: NotFound, StaleVersion, WrongState, NotAssigned.
    """
    tour = await _locked(tx, wish.booking_id, drivers=[wish.driver_id])
    check(tour, expected_version=wish.expected_version)
    change = remove_driver(tour, wish.driver_id)
    await assignments.delete_driver(tx, tour.id, wish.driver_id, now=now)
    said: dict[str, Change] = {"driver_id": (str(wish.driver_id), None)}
    await _store(tx, tour, change, "DriverUnassigned", said, now=now, ids=ids)
    await _withdraw_offers(tx, tour.id, replaces=wish.driver_id, now=now, ids=ids)
    return tour.id


async def _locked(
    tx: Transaction,
    booking_id: UUID,
    *,
    vehicles: Sequence[UUID] = (),
    drivers: Sequence[UUID] = (),
) -> Tour:
    """The tour, behind the locks of the vans and drivers that are wanted or let go."""
    await fleet.lock(tx, vehicles, drivers)
    tour = await assignments.lock(tx, booking_id)
    if tour is None:
        raise NotFound(path="bookingId")
    return tour


async def _van(
    tx: Transaction, vehicle_id: UUID, tour: Tour, *, path: str
) -> tuple[Van, list[Finding]]:
    known = await compliance.vehicle(tx, vehicle_id)
    if known is None:
        raise NotFound(path=path)
    seats, record = known
    return Van(vehicle_id, seats), faults_of_vehicle(record, last_day=_last_day(tx, tour))


def _last_day(tx: Transaction, tour: Tour) -> date:
    return tour.ends_at.astimezone(_zone(tx)).date()


def _zone(tx: Transaction) -> ZoneInfo:
    brand = tx.principal.brand
    return ZoneInfo(brand.time_zone if brand else "UTC")


async def _store(
    tx: Transaction,
    tour: Tour,
    change: Assigned,
    kind: str,
    said: dict[str, Change],
    *,
    now: datetime,
    ids: Ids,
) -> None:
    await assignments.update_state(tx, tour.id, change, now=now)
    if change.status != tour.status:
        said = {**said, "status": (tour.status, change.status)}
    event = Event(ids.new(), kind, "booking", tour.id, change.version, now, said)
    await events.append(tx, event)


async def _withdraw_offers(
    tx: Transaction, booking_id: UUID, *, replaces: UUID | None, now: datetime, ids: Ids
) -> None:
    withdrawn = await offers.withdraw_all(tx, booking_id, replaces=replaces, now=now)
    for event in all_closed(withdrawn, "withdrawn", ids=ids, now=now):
        await events.append(tx, event)
