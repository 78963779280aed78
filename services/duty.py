"""What can be done at the duty clock, and the report on a vehicle before and after a trip."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from db import drivers, duty, events, fleet, inspections, vehicles
from db.database import Transaction
from domain.changes import happened
from domain.duty import DRIVING, Entry, Turn, moment, turn_clock
from domain.errors import NotFound
from domain.events import Change, Event
from domain.identity import Kind
from domain.ids import Ids
from domain.inspections import Grounding, Inspection, NewInspection, inspect

BEGUN = "DrivingStarted", "ClockedIn"
ENDED = "DrivingStopped", "ClockedOut"


async def turn(
    tx: Transaction,
    driver_id: UUID,
    wish: Turn,
    *,
    at: datetime | None,
    now: datetime,
    ids: Ids,
) -> Entry:
    """Clock in or out, start or stop driving; a driver for themselves, dispatch for anybody.

    Errors: NotFound for a driver whom the caller does not see, WrongState, InvalidInput.
    """
    await _see(tx, driver_id)
    await fleet.lock(tx, (), (driver_id,))
    at = moment(at, now=now, by_driver=tx.principal.kind is Kind.DRIVER)
    running = await duty.running(tx, driver_id)
    done = turn_clock(running, wish, driver_id=driver_id, at=at, id=ids.new())
    before = {entry.id: entry for entry in running}
    for entry in done.ended:
        await duty.end(tx, entry)
        await _append(tx, ENDED, before[entry.id], entry, now=now, ids=ids)
    if done.begun is not None:
        await duty.begin(tx, done.begun)
        await _append(tx, BEGUN, None, done.begun, now=now, ids=ids)
    return done.entry


async def record_inspection(
    tx: Transaction, new: NewInspection, *, now: datetime, ids: Ids
) -> Inspection:
    """File a report; a critical defect takes the vehicle off the road at once.

    Errors: NotFound, WrongState, InvalidInput, RuleBroken for fewer miles than the vehicle has.
    """
    await _see(tx, new.driver_id)
    vehicle = await vehicles.seen(tx, new.vehicle_id)
    if vehicle is None:
        raise NotFound(path="vehicleId")
    report = inspect(vehicle, new, id=ids.new(), now=now)
    await inspections.insert(tx, report)
    event = happened("InspectionRecorded", "inspection", None, report, id=ids.new(), now=now)
    critical = (None, report.critical)
    await events.append(tx, replace(event, changes={**event.changes, "critical": critical}))
    done = await inspections.take_in(tx, report.id)
    if done is not None:
        await events.append(tx, _grounded(done, report, id=ids.new(), now=now))
    return report


def _grounded(done: Grounding, report: Inspection, *, id: UUID, now: datetime) -> Event:
    """What a report did to its vehicle: its miles, and whether it may be driven."""
    out = done.status != done.status_before
    told: dict[str, Change] = {
        "status": (done.status_before, done.status),
        "mileage": (done.mileage_before, done.mileage),
        "inspection_id": (None, str(report.id)),
    }
    return Event(
        id=id,
        kind="VehicleTakenOutOfService" if out else "VehicleUpdated",
        entity="vehicle",
        entity_id=done.vehicle_id,
        entity_version=done.version,
        occurred_at=now,
        changes={name: pair for name, pair in told.items() if pair[0] != pair[1]},
    )


async def _see(tx: Transaction, driver_id: UUID) -> None:
    if await drivers.status(tx, driver_id) is None:
        raise NotFound(path="driverId")


async def _append(
    tx: Transaction,
    kinds: tuple[str, str],
    before: Entry | None,
    after: Entry,
    *,
    now: datetime,
    ids: Ids,
) -> None:
    kind = kinds[after.kind != DRIVING]
    await events.append(tx, happened(kind, "duty_entry", before, after, id=ids.new(), now=now))
