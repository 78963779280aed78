"""What can be done to a vehicle of the operating company."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from db import events, vehicles
from db.database import Transaction
from domain.changes import happened
from domain.errors import NotFound
from domain.ids import Ids
from domain.vehicles import (
    StatusChange,
    Vehicle,
    VehicleChange,
    change_vehicle,
    register_vehicle,
    set_status,
    stated_reason,
)


async def create_vehicle(
    tx: Transaction, given: Mapping[str, Any], *, now: datetime, ids: Ids
) -> Vehicle:
    """Put a vehicle into service.

    Errors: InvalidInput, NameTaken.
    """
    vehicle = register_vehicle(given, id=ids.new())
    await vehicles.insert(tx, vehicle)
    await events.append(
        tx, happened("VehicleCreated", "vehicle", None, vehicle, id=ids.new(), now=now)
    )
    return vehicle


async def update_vehicle(
    tx: Transaction, wish: VehicleChange, *, now: datetime, ids: Ids
) -> Vehicle:
    """Change facts of a vehicle; a wish that changes nothing stores nothing.

    Errors: NotFound, StaleVersion, InvalidInput, RuleBroken for miles that fall, NameTaken,
            PartyTooLarge if a party of any brand needs the seats.
    """
    before = await _locked(tx, wish.vehicle_id)
    after = change_vehicle(before, wish)
    if after is not before:
        await vehicles.update(tx, after)
        await events.append(
            tx, happened("VehicleUpdated", "vehicle", before, after, id=ids.new(), now=now)
        )
    return after


async def set_vehicle_status(
    tx: Transaction, wish: StatusChange, *, now: datetime, ids: Ids
) -> Vehicle:
    """Bring a vehicle into the workshop, off the road, back, or to its end.

    Shape:  what it is assigned to stays: that a sold van broke down has to be said first.
    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before = await _locked(tx, wish.id)
    wish = replace(wish, reason=stated_reason(wish.reason))
    after = set_status(before, wish)
    if after is not before:
        await vehicles.update(tx, after)
        event = happened("VehicleStatusChanged", "vehicle", before, after, id=ids.new(), now=now)
        told = {**event.changes, "reason": (None, wish.reason)} if wish.reason else event.changes
        await events.append(tx, replace(event, changes=told))
    return after


async def _locked(tx: Transaction, vehicle_id: UUID) -> Vehicle:
    vehicle = await vehicles.lock(tx, vehicle_id)
    if vehicle is None:
        raise NotFound(path="id")
    return vehicle
