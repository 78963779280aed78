"""When drivers work is looked at where they are assigned, asked, and sought as a substitute."""

import asyncio
from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import doors
from db import offers
from db.database import Database, Transaction
from domain.compliance import NotCompliant, Override
from domain.errors import NotFound
from domain.identity import Brand
from domain.offers import NewOffers
from services.assignments import DriverWish, assign_driver, unassign_driver
from services.offers import offer_tour
from tests.builders import START, insert, write
from tests.builders import assign_driver as put_driver
from tests.builders import assign_vehicle as put_vehicle
from tests.services.crews import HOUR, a_confirmed_tour, a_sound_driver, a_sound_van
from tests.services.test_assignments import CREW, Ids, rows
from tests.services.test_offers import (
    NOW,
    OFFERS,
    SOON,
    TASKS,
    Case,
    as_driver,
    asking,
    refused,
    saying_yes,
)
from tests.services.trail import trail_of

WHY = Override("She asked for the work.")
# The tour is on a Monday from 10:00 to 16:00.
IN_THE_AFTERNOON = {"weekday": 1, "from_local": time(13), "to_local": time(22)}
NOT_ON_MONDAYS = {"weekday": 1}
ALL_DAY = {"weekday": 1, "from_local": time(10), "to_local": time(16)}
NOT_ON_TUESDAYS = {"weekday": 2}


async def a_driver_who_works(tx: Transaction, hours: dict[str, Any], **values: Any) -> UUID:
    driver = await a_sound_driver(tx, **values)
    await insert(tx, "driver_availability", driver_id=driver, **hours)
    return driver


async def a_tour(tx: Transaction) -> UUID:
    booking = await a_confirmed_tour(tx)
    await put_vehicle(tx, booking, await a_sound_van(tx))
    return booking


def assigning(booking: UUID, driver: UUID, override: Override | None = None) -> Case:
    wish = DriverWish(booking, driver, 1, override)
    return lambda tx: assign_driver(tx, wish, now=NOW, ids=Ids())


def offering(booking: UUID, *drivers: UUID, override: Override | None = None) -> Case:
    wish = NewOffers(booking, drivers, SOON, override)
    return lambda tx: offer_tour(tx, wish, now=NOW, ids=Ids())


@pytest.mark.parametrize("hours", [IN_THE_AFTERNOON, NOT_ON_MONDAYS])
async def test_who_does_not_work_then_is_assigned_and_asked_for_a_reason_that_is_kept(
    database: Database, settings: Settings, brand: Brand, hours: dict[str, Any]
) -> None:
    booking = await write(database, brand, a_tour)
    driver = await write(database, brand, lambda tx: a_driver_who_works(tx, hours))
    for work in (assigning(booking, driver), offering(booking, driver)):
        error = await refused(database, settings, brand, booking, work)
        assert isinstance(error, NotCompliant)
        assert "WORKING_HOURS" in error.message
    [offer] = await write(database, brand, offering(booking, driver, override=WHY))
    [event] = (await trail_of(settings, brand)).events
    assert event[8]["overridden"] == [None, "working_hours"]
    assert event[8]["override_reason"] == [None, "She asked for the work."]
    await as_driver(database, brand, driver, saying_yes(offer))
    assert (driver, None) in await rows(database, brand, CREW, booking)


@pytest.mark.parametrize("hours", [ALL_DAY, NOT_ON_TUESDAYS])
async def test_who_works_then_or_never_spoke_of_that_day_needs_no_reason(
    database: Database, settings: Settings, brand: Brand, hours: dict[str, Any]
) -> None:
    booking = await write(database, brand, a_tour)
    driver = await write(database, brand, lambda tx: a_driver_who_works(tx, hours))
    await write(database, brand, assigning(booking, driver))
    assert "overridden" not in (await trail_of(settings, brand)).events[-1][8]


async def test_nobody_is_asked_in_their_time_off_with_whatever_reason(
    database: Database, settings: Settings, brand: Brand
) -> None:
    async def crew(tx: Transaction) -> tuple[UUID, UUID]:
        driver = await a_sound_driver(tx)
        # It begins in the pause behind the tour, which is the driver's time as well.
        since = START + 6 * HOUR + timedelta(minutes=29)
        off = {"driver_id": driver, "kind": "time_off", "starts_at": since}
        await insert(tx, "blocks", **off, ends_at=since + HOUR)
        return await a_tour(tx), driver

    booking, driver = await write(database, brand, crew)
    asked = offering(booking, driver, override=WHY)
    error = await refused(database, settings, brand, booking, asked)
    assert isinstance(error, NotCompliant)
    assert "TIME_OFF" in error.message


async def test_a_substitute_is_sought_among_those_who_work_then(
    database: Database, brand: Brand
) -> None:
    async def crew(tx: Transaction) -> tuple[UUID, UUID, UUID]:
        booking, driver = await a_tour(tx), await a_sound_driver(tx)
        await put_driver(tx, booking, driver)
        for hours in (IN_THE_AFTERNOON, NOT_ON_MONDAYS):
            await a_driver_who_works(tx, hours)
        return booking, driver, await a_driver_who_works(tx, ALL_DAY)

    booking, driver, free = await write(database, brand, crew)
    await as_driver(database, brand, driver, asking(booking))
    assert [row[0] for row in await rows(database, brand, OFFERS, booking)] == [free]
    [(kind, title, due_at)] = await rows(database, brand, TASKS, booking)
    assert (kind, due_at) == ("substitute", NOW + 24 * HOUR)
    assert title.startswith("Find a substitute for WWT-")


async def test_if_nobody_is_free_staff_get_an_urgent_task(
    database: Database, settings: Settings, brand: Brand
) -> None:
    async def crew(tx: Transaction) -> tuple[UUID, UUID]:
        booking, driver = await a_tour(tx), await a_sound_driver(tx)
        await put_driver(tx, booking, driver)
        await a_driver_who_works(tx, NOT_ON_MONDAYS)
        return booking, driver

    booking, driver = await write(database, brand, crew)
    await as_driver(database, brand, driver, asking(booking))
    assert await rows(database, brand, OFFERS, booking) == []
    [(kind, title, due_at)] = await rows(database, brand, TASKS, booking)
    assert (kind, due_at) == ("substitute", NOW + HOUR)
    assert title.startswith("Urgent, nobody is free. Find a substitute for WWT-")
    events = (await trail_of(settings, brand)).events
    assert [event[1] for event in events] == ["SubstituteRequested", "TaskCreated"]
    told = events[1][8]
    assert (told["title"], told["due_at"]) == ([None, title], [None, due_at.isoformat()])


async def test_a_tour_that_starts_sooner_makes_the_task_due_when_it_starts(
    database: Database, brand: Brand
) -> None:
    async def crew(tx: Transaction) -> tuple[UUID, UUID]:
        booking, driver = await a_tour(tx), await a_sound_driver(tx)
        await put_driver(tx, booking, driver)
        return booking, driver

    booking, driver = await write(database, brand, crew)
    soon = START - timedelta(minutes=20)
    await as_driver(database, brand, driver, asking(booking, now=soon))
    [(_, _, due_at)] = await rows(database, brand, TASKS, booking)
    assert due_at == START


async def test_a_tour_that_is_taken_from_its_driver_meanwhile_makes_nobody_seek(
    database: Database, settings: Settings, brand: Brand
) -> None:
    """The driver waits for the tour's row while dispatch takes them off; nothing is told of it."""
    booking = await write(database, brand, a_tour)
    driver = await write(database, brand, a_sound_driver)
    await write(database, brand, assigning(booking, driver))
    before = await trail_of(settings, brand)
    waits = asyncio.Event()
    watched = Database(
        doors(settings),
        observe=lambda each: waits.set() if each == offers.SQL["ask_for_substitute"] else None,
    )
    await watched.open()
    asked: list[asyncio.Task[Any]] = []

    async def dismiss(tx: Transaction) -> None:
        wish = DriverWish(booking, driver, 2)
        await unassign_driver(tx, wish, now=NOW, ids=Ids())
        asked.append(asyncio.create_task(as_driver(watched, brand, driver, asking(booking))))
        await waits.wait()

    try:
        await write(database, brand, dismiss)
        with pytest.raises(NotFound):
            await asked[0]
    finally:
        await watched.close()
    assert await rows(database, brand, TASKS, booking) == []
    told = [event[1] for event in (await trail_of(settings, brand)).events]
    assert told[len(before.events) :] == ["DriverUnassigned"]
