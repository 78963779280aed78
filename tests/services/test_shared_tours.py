"""Laying shared tours, changing them and calling them off: rows, vans, tasks and what is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.departures import AlreadyScheduled, NewTours, NoVanFree
from domain.errors import (
    DomainError,
    InvalidInput,
    NotFound,
    StaleVersion,
    VehicleBusy,
    WrongState,
)
from domain.identity import Brand
from domain.pricing import NoRate
from domain.shared_tours import TicketsOpen, TourChange
from services.shared_tours import (
    cancel_shared_tour,
    complete_shared_tour,
    schedule_shared_tours,
    update_shared_tour,
)
from tests.builders import a_block, a_booking, a_brand, a_vehicle, assign_vehicle, new_id, write
from tests.db.refusals import assert_refused
from tests.db.refusals import doing as running
from tests.db.rows import a_paid_ticket, a_ticket
from tests.services.touring import (
    BLOCK,
    HOUR,
    IDS,
    NOW,
    STARTS,
    TASK,
    TICKET,
    TOUR,
    a_tour,
    packages,
    rows,
    sale,
    told,
    wanted,
)
from tests.services.trail import trail_of

MONDAY = date(2026, 6, 8)
PAUSE = timedelta(minutes=30)
Work = Callable[[Transaction], Awaitable[Any]]


def scheduling(wish: NewTours, now: datetime = NOW) -> Work:
    return lambda tx: schedule_shared_tours(tx, wish, now=now, ids=IDS)


def changing(tour: UUID, version: int = 1, **values: Any) -> Work:
    wish = TourChange(tour, version, **values)
    return lambda tx: update_shared_tour(tx, wish, now=NOW, ids=IDS)


def cancelling(tour: UUID, version: int = 1, reason: str = "Smoke") -> Work:
    return lambda tx: cancel_shared_tour(
        tx, tour, expected_version=version, reason=reason, now=NOW, ids=IDS
    )


def completing(tour: UUID, now: datetime = STARTS + 6 * HOUR) -> Work:
    return lambda tx: complete_shared_tour(tx, tour, expected_version=1, now=now, ids=IDS)


async def test_a_range_of_days_gets_the_tours_of_its_package_each_with_the_largest_van(
    database: Database, settings: Settings, brand: Brand
) -> None:
    async def fleet(tx: Transaction) -> UUID:
        await packages(tx)
        await a_vehicle(tx, seats=6)
        return await a_vehicle(tx, seats=14)

    large = await write(database, brand, fleet)
    made = await write(database, brand, scheduling(wanted(MONDAY, date(2026, 6, 14))))
    starts = [STARTS + timedelta(days=n) for n in (0, 1, 2, 6)]
    assert (len(made.ids), made.left_out) == (4, [])
    assert await rows(database, brand, TOUR) == [
        ("scheduled", at, 14, 9500, large, 1) for at in starts
    ]
    assert await rows(database, brand, BLOCK) == [
        (large, "shared_tour", at, at + 6 * HOUR + PAUSE, None) for at in starts
    ]
    assert await told(settings, brand) == ["SharedTourScheduled"] * 4


async def test_what_is_told_of_a_new_tour_is_all_that_it_is(
    database: Database, settings: Settings, brand: Brand
) -> None:
    async def fleet(tx: Transaction) -> UUID:
        await packages(tx)
        return await a_vehicle(tx, seats=10)

    van = await write(database, brand, fleet)
    await write(database, brand, scheduling(wanted(MONDAY)))
    [event] = (await trail_of(settings, brand)).events
    assert {name: pair[0] for name, pair in event[8].items()} == dict.fromkeys(event[8])
    assert {name: pair[1] for name, pair in event[8].items()} == {
        "title": "Shared Wine Tour",
        "status": "scheduled",
        "starts_at": "2026-06-08T11:00:00-07:00",
        "ends_at": "2026-06-08T17:00:00-07:00",
        "time_zone": "America/Los_Angeles",
        "guests_min": 2,
        "guests_max": 10,
        "currency": "USD",
        "seat_cents": 9500,
        "seat_with_lunch_cents": 11500,
        "sales_close_at": "2026-06-06T11:00:00-07:00",
        "cancel_until": "2026-06-07T11:00:00-07:00",
        "vehicle_id": str(van),
        "version": 1,
    }


async def test_a_van_of_a_tour_is_busy_for_every_brand_and_another_brands_van_for_the_tour(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")

    async def fleet(tx: Transaction) -> tuple[UUID, UUID]:
        await packages(tx)
        return await a_vehicle(tx, seats=14), await a_vehicle(tx, seats=10)

    large, small = await write(database, brand, fleet)

    async def book(tx: Transaction, van: UUID) -> None:
        await assign_vehicle(tx, await a_booking(tx, starts_at=STARTS + 5 * HOUR), van)

    await write(database, sister, lambda tx: book(tx, large))
    await write(database, brand, scheduling(wanted(MONDAY)))
    assert [row[4] for row in await rows(database, brand, TOUR)] == [small]
    await assert_refused(database, sister, lambda tx: book(tx, small), VehicleBusy)


async def test_an_expired_hold_of_a_sister_gives_its_van_to_the_tour(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    van = await write(database, brand, a_vehicle)

    async def hold(tx: Transaction) -> None:
        held = {"status": "held", "hold_expires_at": NOW}
        await assign_vehicle(tx, await a_booking(tx, starts_at=STARTS, **held), van)

    await write(database, sister, hold)
    await write(database, brand, packages)
    await write(database, brand, scheduling(wanted(MONDAY)))
    assert [row[4] for row in await rows(database, brand, TOUR)] == [van]


@pytest.mark.parametrize(
    ("wish", "by"),
    [
        (wanted(date(2026, 6, 12)), InvalidInput),
        (wanted(MONDAY, weekdays=frozenset({4})), InvalidInput),
        (wanted(MONDAY, date(2026, 6, 7)), InvalidInput),
        (wanted(MONDAY, date(2026, 8, 9)), InvalidInput),
        (wanted(MONDAY, date(2026, 6, 12), weekdays=frozenset({0, 4})), InvalidInput),
        (NewTours("wine_tour", MONDAY, MONDAY), NoRate),
        (wanted(MONDAY, date(2026, 6, 9)), NoVanFree),
    ],
)
async def test_of_a_range_all_days_are_laid_or_none(
    database: Database, brand: Brand, wish: NewTours, by: type[DomainError]
) -> None:
    async def fleet(tx: Transaction) -> None:
        await packages(tx)
        van = await a_vehicle(tx)
        await a_block(tx, vehicle_id=van, starts_at=STARTS + timedelta(days=1))
        await a_vehicle(tx, status="maintenance")

    await write(database, brand, fleet)
    await assert_refused(database, brand, scheduling(wish), by)


async def a_week_with_two_days_taken(tx: Transaction) -> None:
    """On Tuesday the van is busy; on Wednesday there is a tour already."""
    await packages(tx)
    await a_tour(tx, starts_at=STARTS + timedelta(days=2))
    for (van,) in await tx.rows("select id from vehicles"):
        await a_block(tx, vehicle_id=van, starts_at=STARTS + timedelta(days=1))


async def test_all_days_that_stand_in_the_way_are_told_at_once_each_with_why(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, a_week_with_two_days_taken)
    week = wanted(MONDAY, date(2026, 6, 14))
    await assert_refused(database, brand, scheduling(week), InvalidInput)

    with pytest.raises(InvalidInput) as refused:
        await write(database, brand, scheduling(week))
    assert refused.value.message == (
        "No tour can be laid on 2 of 4 days. 2026-06-09: No van is free from 11:00 to 17:30."
        " 2026-06-10: There is a tour at 11:00. Send `skipImpossible` to lay the others."
    )


async def test_days_that_stand_in_the_way_are_left_out_if_that_was_wished(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await write(database, brand, a_week_with_two_days_taken)
    week = wanted(MONDAY, date(2026, 6, 14), skip_impossible=True)
    made = await write(database, brand, scheduling(week))

    days = [row[1].date() for row in await rows(database, brand, TOUR)]
    assert days == [date(2026, 6, each) for each in (8, 10, 14)]
    assert [(each.on, each.why.code) for each in made.left_out] == [
        (date(2026, 6, 9), "NO_VAN_FREE"),
        (date(2026, 6, 10), "ALREADY_SCHEDULED"),
    ]
    assert await told(settings, brand) == ["SharedTourScheduled"] * 2
    again = scheduling(replace(week, first=date(2026, 6, 9), last=date(2026, 6, 10)))
    await assert_refused(database, brand, again, InvalidInput)


async def test_a_second_tour_at_the_same_time_is_laid_if_it_is_meant(
    database: Database, brand: Brand
) -> None:
    async def fleet(tx: Transaction) -> None:
        await packages(tx)
        await a_vehicle(tx, seats=14)
        await a_vehicle(tx, seats=10)

    await write(database, brand, fleet)
    await write(database, brand, scheduling(wanted(MONDAY)))
    await assert_refused(database, brand, scheduling(wanted(MONDAY)), AlreadyScheduled)
    await write(database, brand, scheduling(wanted(MONDAY, beside=True)))
    assert [row[2] for row in await rows(database, brand, TOUR)] == [14, 10]


async def test_two_brands_at_once_want_the_last_van_and_one_tour_is_laid(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    await write(database, brand, a_vehicle)
    for each in (brand, sister):
        await write(database, each, packages)
    done = await asyncio.gather(
        *(write(database, each, scheduling(wanted(MONDAY))) for each in (brand, sister)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["Laid", "NoVanFree"]
    counts = [len(await rows(database, each, TOUR)) for each in (brand, sister)]
    assert sorted(counts) == [0, 1]


async def test_a_moved_tour_takes_its_van_along_and_tells_what_changed(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, changing(tour, starts_at=STARTS + HOUR, guests_max=12))
    [(status, starts_at, guests, _, van, version)] = await rows(database, brand, TOUR)
    assert (status, starts_at, guests, version) == ("scheduled", STARTS + HOUR, 12, 2)
    assert await rows(database, brand, BLOCK) == [
        (van, "shared_tour", STARTS + HOUR, STARTS + 7 * HOUR + PAUSE, None)
    ]
    [event] = (await trail_of(settings, brand)).events
    assert (event[1], event[4], event[8]["guests_max"]) == ("SharedTourUpdated", 2, [14, 12])


async def test_another_van_takes_over_and_the_first_is_free(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    other = await write(database, brand, lambda tx: a_vehicle(tx, seats=14))
    await write(database, brand, changing(tour, vehicle_id=other))
    assert [row[0] for row in await rows(database, brand, BLOCK)] == [other]
    assert [row[4] for row in await rows(database, brand, TOUR)] == [other]


async def test_a_tour_without_a_van_gets_one(database: Database, brand: Brand) -> None:
    tour = await write(database, brand, a_tour)
    before = "update shared_tours set vehicle_id = null"
    off = "update blocks set released_at = now()"

    async def free(tx: Transaction) -> None:
        await tx.run(before)
        await tx.run(off)

    await write(database, brand, free)
    van = await write(database, brand, lambda tx: a_vehicle(tx, seats=14))
    await write(database, brand, changing(tour, vehicle_id=van))
    live = [row for row in await rows(database, brand, BLOCK) if row[4] is None]
    assert [(row[0], row[2]) for row in live] == [(van, STARTS)]


async def test_a_change_against_the_rules_stores_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, lambda tx: a_ticket(tx, shared_tour_id=tour, created_at=NOW))
    small = await write(database, brand, lambda tx: a_vehicle(tx, seats=6))
    broken = await write(database, brand, lambda tx: a_vehicle(tx, status="out_of_service"))
    busy = await write(database, brand, a_vehicle)
    await write(database, brand, lambda tx: a_block(tx, vehicle_id=busy, starts_at=STARTS))
    refused: list[tuple[Work, type[DomainError]]] = [
        (changing(new_id()), NotFound),
        (changing(tour, 2), StaleVersion),
        (changing(tour, vehicle_id=small), InvalidInput),
        (changing(tour, vehicle_id=broken), NotFound),
        (changing(tour, vehicle_id=busy), VehicleBusy),
        (changing(tour, starts_at=STARTS + timedelta(days=1)), WrongState),
        (changing(tour, guests_max=2, guests_min=3), InvalidInput),
    ]
    for work, by in refused:
        await assert_refused(database, brand, work, by)
    assert await told(settings, brand) == []
    kept = await write(database, brand, changing(tour, title="Sunday"))
    assert kept.version == 1


async def test_a_tour_that_is_called_off_cancels_its_tickets_frees_its_van_and_owes_its_guests(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    paid = {"shared_tour_id": tour, "created_at": NOW, "status": "confirmed"}
    await write(database, brand, lambda tx: a_paid_ticket(tx, **paid))
    await write(database, brand, lambda tx: sale(tx, tour, 3))
    for reason in (" ", "x" * 501):
        await assert_refused(database, brand, cancelling(tour, reason=reason), InvalidInput)
    off = await write(database, brand, cancelling(tour))
    assert off.refund_cents == 20729
    assert [row[0] for row in await rows(database, brand, TICKET)] == ["cancelled"] * 2
    assert [row[0] for row in await rows(database, brand, TOUR)] == ["cancelled"]
    assert [row[4] for row in await rows(database, brand, BLOCK)] == [NOW]
    [payment] = await rows(database, brand, "select id from payments")
    [task] = await rows(database, brand, TASK)
    assert (task[0], *task[2:]) == ("refund_ticket", "payment", payment[0], NOW + 24 * HOUR)
    assert task[1].startswith("Refund $207.29 of WWT-ST-2026-")
    assert await told(settings, brand) == [
        "TicketSold",
        "TicketCancelled",
        "TaskCreated",
        "TicketCancelled",
        "SharedTourCancelled",
    ]
    again = await write(database, brand, cancelling(tour, 2))
    assert (again.refund_cents, len(await told(settings, brand))) == (0, 5)


async def test_a_van_of_a_tour_that_is_off_is_anybodys_and_the_tour_is_not_sold(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    [(van, *_)] = await rows(database, brand, BLOCK)
    await write(database, brand, cancelling(tour))
    await write(database, brand, lambda tx: a_block(tx, vehicle_id=van, starts_at=STARTS))
    await assert_refused(database, brand, lambda tx: sale(tx, tour, 1), WrongState)
    await assert_refused(database, brand, cancelling(tour, 1), StaleVersion)
    await assert_refused(database, brand, completing(new_id()), NotFound)


async def test_who_sells_and_who_calls_off_at_once_leave_no_live_ticket(
    database: Database, brand: Brand
) -> None:
    for _ in range(4):
        tour = await write(database, brand, a_tour)
        selling = [write(database, brand, lambda tx, tour=tour: sale(tx, tour, 2)) for _ in "abc"]
        done = await asyncio.gather(
            *selling, write(database, brand, cancelling(tour)), return_exceptions=True
        )
        lost = [each for each in done if isinstance(each, BaseException)]
        assert all(isinstance(each, WrongState) for each in lost)
        statement = "select status from tickets where shared_tour_id = %(tour)s"
        states = await rows(database, brand, statement, tour=tour)
        assert states == [("cancelled",)] * (3 - len(lost))


async def test_a_tour_is_completed_when_of_all_who_paid_it_is_said_whether_they_came(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    common = {"shared_tour_id": tour, "created_at": NOW}
    came = await write(database, brand, lambda tx: a_paid_ticket(tx, status="confirmed", **common))
    await write(database, brand, lambda tx: a_ticket(tx, **common))
    await assert_refused(database, brand, completing(tour, STARTS + HOUR), WrongState)
    await assert_refused(database, brand, completing(tour), TicketsOpen)
    statement = "update tickets set status = 'no_show' where id = %(id)s"
    await write(database, brand, lambda tx: tx.run(statement, {"id": came}))
    await write(database, brand, completing(tour))
    states = await rows(database, brand, "select status from tickets order by status")
    assert states == [("cancelled",), ("no_show",)]
    assert await told(settings, brand) == ["TicketCancelled", "SharedTourCompleted"]
    assert await rows(database, brand, TASK) == []
    assert [row[4] for row in await rows(database, brand, BLOCK)] == [STARTS + 6 * HOUR]


NOT_BLOCKED, BLOCKS_OTHERS = "shared_tours_block_their_van", "blocks_are_of_the_shared_tour"


@pytest.mark.parametrize(
    ("statement", "by"),
    [
        ("update blocks set released_at = now() where shared_tour_id = %(tour)s", NOT_BLOCKED),
        ("update shared_tours set vehicle_id = null where id = %(tour)s", NOT_BLOCKED),
        (
            "update blocks set starts_at = %(later)s, ends_at = %(later)s + interval '7 hours'"
            " where shared_tour_id = %(tour)s",
            BLOCKS_OTHERS,
        ),
        ("update shared_tours set status = 'cancelled' where id = %(tour)s", BLOCKS_OTHERS),
    ],
)
async def test_a_tour_blocks_its_van_and_no_other_time_whoever_writes(
    database: Database, brand: Brand, statement: str, by: str
) -> None:
    tour = await write(database, brand, a_tour)
    given = {"tour": tour, "later": STARTS + timedelta(days=9)}
    await assert_refused(database, brand, running(statement, **given), by)
