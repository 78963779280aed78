"""What can be done to a driver, and when a driver says that they can work."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from db import drivers, events, fleet
from db.database import Transaction
from domain.changes import happened
from domain.drivers import (
    PERSONAL,
    Driver,
    DriverChange,
    WorkingDay,
    WorkingDayWish,
    change_driver,
    check_weekday,
    decide_status,
    register_driver,
    set_working_day,
)
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids
from domain.vehicles import StatusChange, stated_reason


async def create_driver(
    tx: Transaction, given: Mapping[str, Any], *, now: datetime, ids: Ids
) -> Driver:
    """Take on a driver.

    Errors: InvalidInput.
    """
    driver = register_driver(given, id=ids.new())
    await drivers.insert(tx, driver)
    await events.append(tx, _told("DriverCreated", None, driver, id=ids.new(), now=now))
    return driver


async def update_driver(tx: Transaction, wish: DriverChange, *, now: datetime, ids: Ids) -> Driver:
    """Change how a driver is called and reached; a wish that changes nothing stores nothing.

    Errors: NotFound, StaleVersion, InvalidInput.
    """
    before = await _locked(tx, wish.driver_id)
    after = change_driver(before, wish)
    if after is not before:
        await drivers.update(tx, after)
        await events.append(tx, _told("DriverUpdated", before, after, id=ids.new(), now=now))
    return after


async def set_driver_status(
    tx: Transaction, wish: StatusChange, *, now: datetime, ids: Ids
) -> Driver:
    """Suspend a driver, let them drive again, or write down that they left.

    Shape:  who is not active is not let in any more, with whatever token.
    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before = await _locked(tx, wish.id)
    reason = stated_reason(wish.reason)
    after = decide_status(before, wish)
    if after is not before:
        await drivers.update(tx, after)
        event = _told("DriverStatusChanged", before, after, id=ids.new(), now=now)
        told = {**event.changes, "reason": (None, reason)} if reason else event.changes
        await events.append(tx, replace(event, changes=told))
    return after


async def set_driver_availability(
    tx: Transaction, wish: WorkingDayWish, *, now: datetime, ids: Ids
) -> WorkingDay:
    """Say when a driver can work on a weekday; without times they cannot.

    Errors: NotFound for a driver whom the caller does not see, StaleVersion, InvalidInput.
    """
    check_weekday(wish.weekday)
    if await drivers.status(tx, wish.driver_id) is None:
        raise NotFound(path="driverId")
    await fleet.lock(tx, (), (wish.driver_id,))
    known = await drivers.working_day(tx, wish.driver_id, wish.weekday)
    before = known or WorkingDay(ids.new(), wish.driver_id, wish.weekday, None, None, 0)
    after = set_working_day(before, wish)
    if after is not before:
        await drivers.store_working_day(tx, after)
        await events.append(
            tx,
            happened(
                "DriverAvailabilityChanged",
                "driver_availability",
                known,
                after,
                id=ids.new(),
                now=now,
            ),
        )
    return after


def _told(kind: str, before: Driver | None, after: Driver, *, id: UUID, now: datetime) -> Event:
    return happened(kind, "driver", before, after, id=id, now=now, personal=PERSONAL)


async def _locked(tx: Transaction, driver_id: UUID) -> Driver:
    driver = await drivers.lock(tx, driver_id)
    if driver is None:
        raise NotFound(path="id")
    return driver
