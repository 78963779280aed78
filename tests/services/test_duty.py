"""The duty clock turned by drivers and by dispatch, and reports that take a van off the road."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.duty import Turn
from domain.errors import InvalidInput, NotFound, RuleBroken, WrongState
from domain.identity import Brand, Kind
from domain.inspections import Defect, NewInspection
from services.duty import record_inspection, turn
from tests.builders import (
    a_booking,
    a_brand,
    a_driver,
    a_vehicle,
    assign_driver,
    assign_vehicle,
    insert,
    write,
)
from tests.db.refusals import assert_refused, found
from tests.services.test_fleet import Ids, told
from tests.services.trail import trail_of

NOW = datetime(2026, 6, 8, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)
BRAKES, SEAT = Defect("brakes", "Soft", critical=True), Defect("seat", None, critical=False)
Work = Callable[[Transaction], Awaitable[Any]]


def turning(driver: UUID, wish: Turn, *, hours: int = 0, at: datetime | None = None) -> Work:
    now = NOW + hours * HOUR
    return lambda tx: turn(tx, driver, wish, at=at, now=now, ids=Ids())


async def test_a_driver_turns_the_clock_through_a_day(
    database: Database, settings: Settings, brand: Brand
) -> None:
    dan = await write(database, brand, a_driver)
    turns = (Turn.CLOCK_IN, Turn.START_DRIVING, Turn.STOP_DRIVING, Turn.START_DRIVING)
    for hours, wish in enumerate((*turns, Turn.CLOCK_OUT)):
        await write(database, brand, turning(dan, wish, hours=hours), kind=Kind.DRIVER, actor=dan)
    entries = (
        "select string_agg(kind || extract(hour from starts_at) || '-'"
        " || extract(hour from ends_at) || '/' || version, ' ' order by starts_at)"
        " from duty_entries"
    )
    expected = "on_duty16-20/2 driving17-18/2 driving19-20/2"
    assert await found(database, brand, entries) == expected
    events = (await trail_of(settings, brand)).events
    assert [(row[1], row[5], row[6]) for row in events] == [
        (kind, "driver", dan)
        for kind in (
            *("ClockedIn", "DrivingStarted", "DrivingStopped", "DrivingStarted"),
            *("ClockedOut", "DrivingStopped"),
        )
    ]
    assert events[2][8] == {"ends_at": [None, "2026-06-08T18:00:00+00:00"], "version": [1, 2]}


async def test_what_does_not_fit_the_clock_stores_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    stranger = await a_brand(settings)
    dan, ann = [await write(database, brand, a_driver) for _ in range(2)]
    theirs = await write(database, stranger, a_driver)
    await write(database, brand, turning(dan, Turn.CLOCK_IN))
    for driver, wish, by in (
        (dan, Turn.CLOCK_IN, WrongState),
        (dan, Turn.CLOCK_OUT, InvalidInput),
        (ann, Turn.CLOCK_OUT, WrongState),
        (ann, Turn.START_DRIVING, WrongState),
        (theirs, Turn.CLOCK_IN, NotFound),
    ):
        await assert_refused(database, brand, turning(driver, wish), by)
    of_ann = turning(ann, Turn.CLOCK_IN)
    await assert_refused(database, brand, of_ann, NotFound, kind=Kind.DRIVER, actor=dan)


async def test_dispatch_writes_down_what_was_forgotten_and_not_over_what_is_known(
    database: Database, brand: Brand
) -> None:
    dan = await write(database, brand, a_driver)
    known = {"kind": "on_duty", "starts_at": NOW - 3 * HOUR, "ends_at": NOW - 2 * HOUR}
    await write(database, brand, lambda tx: insert(tx, "duty_entries", driver_id=dan, **known))
    over = turning(dan, Turn.CLOCK_IN, at=NOW - 4 * HOUR)
    await assert_refused(database, brand, over, WrongState)
    by_himself = turning(dan, Turn.CLOCK_IN, at=NOW - HOUR)
    await assert_refused(database, brand, by_himself, InvalidInput, kind=Kind.DRIVER, actor=dan)
    entry = await write(database, brand, turning(dan, Turn.CLOCK_IN, at=NOW - HOUR))
    assert entry.starts_at == NOW - HOUR


async def test_of_ten_turns_at_once_one_begins(database: Database, brand: Brand) -> None:
    dan = await write(database, brand, a_driver)
    asked = (write(database, brand, turning(dan, Turn.CLOCK_IN)) for _ in range(10))
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["Entry", *["WrongState"] * 9]
    assert await found(database, brand, "select count(*) from duty_entries") == 1


async def a_tour(tx: Transaction, **vehicle: Any) -> tuple[UUID, UUID]:
    """A van and a driver on one tour."""
    booking, van, dan = await a_booking(tx), await a_vehicle(tx, **vehicle), await a_driver(tx)
    await assign_vehicle(tx, booking, van)
    await assign_driver(tx, booking, dan)
    return van, dan


def filing(van: UUID, driver: UUID, *defects: Defect, mileage: int | None = None) -> Work:
    report = NewInspection(van, driver, "pre_trip", mileage, defects)
    return lambda tx: record_inspection(tx, report, now=NOW, ids=Ids())


@pytest.mark.parametrize("kind", [Kind.DRIVER, Kind.STAFF])
async def test_a_critical_defect_takes_the_van_off_the_road_at_once(
    database: Database, settings: Settings, brand: Brand, kind: Kind
) -> None:
    van, dan = await write(database, brand, lambda tx: a_tour(tx, mileage=100))
    work = filing(van, dan, SEAT, BRAKES, mileage=130)
    report = await write(database, brand, work, kind=kind, actor=dan)
    row = "select status || mileage || '/' || version from vehicles where id = %(id)s"
    assert await found(database, brand, row, id=van) == "out_of_service130/2"
    recorded, out = await told(settings, brand)
    assert recorded[3]["defects"] == [
        None,
        [
            {"part": "seat", "description": None, "critical": False},
            {"part": "brakes", "description": "Soft", "critical": True},
        ],
    ]
    assert recorded[3]["critical"] == [None, True]
    assert out == (
        "VehicleTakenOutOfService",
        "vehicle",
        2,
        {
            "status": ["active", "out_of_service"],
            "mileage": [100, 130],
            "inspection_id": [None, str(report.id)],
        },
    )


async def test_a_report_without_a_critical_defect_leaves_the_van_on_the_road(
    database: Database, settings: Settings, brand: Brand
) -> None:
    van, dan = await write(database, brand, lambda tx: a_tour(tx, mileage=100))
    by_dan: Any = {"kind": Kind.DRIVER, "actor": dan}
    await write(database, brand, filing(van, dan, SEAT), **by_dan)
    row = "select status || mileage || '/' || version from vehicles where id = %(id)s"
    assert await found(database, brand, row, id=van) == "active100/1"
    await write(database, brand, filing(van, dan, mileage=101), **by_dan)
    assert await found(database, brand, row, id=van) == "active101/2"
    kinds = [row[0] for row in await told(settings, brand)]
    assert kinds == ["InspectionRecorded", "InspectionRecorded", "VehicleUpdated"]


async def test_a_report_on_what_the_driver_does_not_drive_or_of_fewer_miles_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    van, dan = await write(database, brand, lambda tx: a_tour(tx, mileage=100))
    other, ann = await write(database, brand, a_vehicle), await write(database, brand, a_driver)
    stranger = await a_brand(settings)
    theirs = await write(database, stranger, a_vehicle)
    by_dan: Any = {"kind": Kind.DRIVER, "actor": dan}
    await assert_refused(database, brand, filing(other, dan, BRAKES), NotFound, **by_dan)
    await assert_refused(database, brand, filing(van, ann, BRAKES), NotFound, **by_dan)
    await assert_refused(database, brand, filing(theirs, dan, BRAKES), NotFound)
    await assert_refused(database, brand, filing(van, dan, mileage=99), RuleBroken, **by_dan)


async def test_nobody_puts_a_van_away_by_a_report_of_another_day(
    database: Database, brand: Brand
) -> None:
    van, dan = await write(database, brand, a_tour)
    report = await write(database, brand, filing(van, dan, BRAKES))
    back: Any = "update vehicles set status = 'active' where id = %(id)s"
    await write(database, brand, lambda tx: tx.run(back, {"id": van}))
    again: Any = "select * from take_in_inspection(%(id)s)"
    rows = await write(
        database,
        brand,
        lambda tx: tx.rows(again, {"id": report.id}),
        kind=Kind.DRIVER,
        actor=dan,
    )
    assert rows == []
    status = "select status from vehicles where id = %(id)s"
    assert await found(database, brand, status, id=van) == "active"
