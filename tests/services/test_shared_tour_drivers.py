"""Who drives a shared tour: their time, their papers and hours, and what a change of it comes to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.assignments import AlreadyAssigned, NotAssigned
from domain.compliance import Fault, NotCompliant, Override
from domain.errors import DomainError, DriverBusy, NotFound, StaleVersion, WrongState
from domain.identity import Brand
from domain.shared_tour_drivers import TourDriverWish
from domain.shared_tours import TourChange
from services.assignments import DriverWish, assign_driver
from services.driver_proposals import drivers_for_booking, drivers_for_shared_tour
from services.shared_tour_drivers import assign_shared_tour_driver, unassign_shared_tour_driver
from services.shared_tours import cancel_shared_tour, complete_shared_tour, update_shared_tour
from tests.builders import a_block, a_brand, insert, new_id, write
from tests.db.refusals import assert_refused
from tests.db.rows import put_at_the_wheel
from tests.services.crews import a_confirmed_tour, a_sound_driver, a_sound_van, on_duty
from tests.services.touring import HOUR, IDS, NOW, STARTS, a_tour, rows
from tests.services.trail import trail_of

FREE_AT = STARTS + 6 * HOUR + timedelta(minutes=30)
YESTERDAY = date(2026, 6, 7)
WHY = Override("The renewal is in the post.")
CREW = "select driver_id from shared_tour_drivers"
BLOCKS = (
    "select driver_id, kind, starts_at, ends_at, released_at from blocks"
    " where driver_id is not null order by starts_at"
)
Work = Callable[[Transaction], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Tour:
    """A scheduled tour of a sound van, and a driver whose papers are good."""

    id: UUID
    van: UUID
    driver: UUID


async def laid(tx: Transaction, **papers: Any) -> Tour:
    van = await a_sound_van(tx)
    tour = await a_tour(tx, vehicle_id=van)
    return Tour(tour, van, await a_sound_driver(tx, papers))


def putting(tour: UUID, driver: UUID, version: int = 1, override: Override | None = None) -> Work:
    wish = TourDriverWish(tour, driver, version, override)
    return lambda tx: assign_shared_tour_driver(tx, wish, now=NOW, ids=IDS)


def taking(tour: UUID, driver: UUID, version: int = 2) -> Work:
    wish = TourDriverWish(tour, driver, version)
    return lambda tx: unassign_shared_tour_driver(tx, wish, now=NOW, ids=IDS)


def changing(tour: UUID, version: int = 2, **values: Any) -> Work:
    wish = TourChange(tour, version, **values)
    return lambda tx: update_shared_tour(tx, wish, now=NOW, ids=IDS)


async def test_a_driver_is_put_on_a_shared_tour_and_taken_off_and_their_time_goes_with_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, laid)
    changed, near = await write(database, brand, putting(tour.id, tour.driver))
    assert (changed, near) == (tour.id, [])
    assert await rows(database, brand, CREW) == [(tour.driver,)]
    held = (tour.driver, "shared_tour", STARTS, FREE_AT)
    assert await rows(database, brand, BLOCKS) == [(*held, None)]

    await write(database, brand, taking(tour.id, tour.driver))
    assert await rows(database, brand, CREW) == []
    assert await rows(database, brand, BLOCKS) == [(*held, NOW)]
    assert await rows(database, brand, "select version from shared_tours") == [(3,)]
    told = [(e[1], e[2], e[3], e[4], e[8]) for e in (await trail_of(settings, brand)).events]
    driver = str(tour.driver)
    assert told == [
        ("SharedTourDriverAssigned", "shared_tour", tour.id, 2, {"driver_id": [None, driver]}),
        ("SharedTourDriverUnassigned", "shared_tour", tour.id, 3, {"driver_id": [driver, None]}),
    ]


async def test_who_may_not_drive_is_not_put_on_and_nothing_changes(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, laid)
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, a_tour)
    expired = await write(
        database, brand, lambda tx: a_sound_driver(tx, {"medical_certificate": YESTERDAY})
    )
    unreviewed = await write(
        database, brand, lambda tx: a_sound_driver(tx, {"annual_review": YESTERDAY})
    )
    busy = await write(database, brand, a_sound_driver)
    off = {"driver_id": busy, "kind": "time_off", "starts_at": STARTS, "ends_at": FREE_AT}
    await write(database, brand, lambda tx: insert(tx, "blocks", **off))
    refused: list[tuple[Work, type[DomainError]]] = [
        (putting(new_id(), tour.driver), NotFound),
        (putting(theirs, tour.driver), NotFound),
        (putting(tour.id, new_id()), NotFound),
        (putting(tour.id, tour.driver, 2), StaleVersion),
        (putting(tour.id, expired), NotCompliant),
        (putting(tour.id, expired, override=WHY), NotCompliant),
        (putting(tour.id, unreviewed), NotCompliant),
        (putting(tour.id, busy), DriverBusy),
        (taking(tour.id, tour.driver, 1), NotAssigned),
    ]
    for work, by in refused:
        await assert_refused(database, brand, work, by)
    await write(database, brand, putting(tour.id, tour.driver))
    await assert_refused(database, brand, putting(tour.id, tour.driver, 2), AlreadyAssigned)


async def test_a_reason_overrides_papers_and_working_hours_and_is_kept(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: laid(tx, annual_review=YESTERDAY))
    sunday = {"driver_id": tour.driver, "weekday": 1, "from_local": time(12), "to_local": time(20)}
    await write(database, brand, lambda tx: insert(tx, "driver_availability", **sunday))
    await assert_refused(database, brand, putting(tour.id, tour.driver), NotCompliant)
    await write(database, brand, putting(tour.id, tour.driver, override=WHY))
    [event] = (await trail_of(settings, brand)).events
    assert event[8] == {
        "driver_id": [None, str(tour.driver)],
        "overridden": [None, "annual_review, working_hours"],
        "override_reason": [None, "The renewal is in the post."],
    }


@pytest.mark.parametrize(
    ("status", "papers", "override"),
    [("out_of_service", {}, WHY), ("active", {"insurance": YESTERDAY}, None)],
)
async def test_nobody_is_put_on_a_tour_whose_van_may_not_go(
    database: Database,
    brand: Brand,
    status: str,
    papers: dict[str, date],
    override: Override | None,
) -> None:
    async def day(tx: Transaction) -> Tour:
        van = await a_sound_van(tx, papers)
        tour = await a_tour(tx, vehicle_id=van)
        await tx.run(
            "update vehicles set status = %(to)s where id = %(id)s and status <> %(to)s",
            {"to": status, "id": van},
        )
        return Tour(tour, van, await a_sound_driver(tx))

    tour = await write(database, brand, day)
    work = putting(tour.id, tour.driver, override=override)
    await assert_refused(database, brand, work, NotCompliant)


@pytest.mark.parametrize("whose", ["ours", "a sister's"])
async def test_a_shared_tour_counts_in_its_drivers_hours(
    database: Database, settings: Settings, brand: Brand, whose: str
) -> None:
    """Six hours of it and five of another tour, of whichever brand, are more than ten at a time."""
    other = brand if whose == "ours" else await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, laid)
    await write(database, brand, lambda tx: put_at_the_wheel(tx, tour.id, tour.driver))
    times = {"starts_at": STARTS + 7 * HOUR, "ends_at": STARTS + 12 * HOUR}
    evening = await write(database, other, lambda tx: a_confirmed_tour(tx, **times))
    wish = DriverWish(evening, tour.driver, 1)
    await assert_refused(
        database, other, lambda tx: assign_driver(tx, wish, now=NOW, ids=IDS), NotCompliant
    )


async def test_who_has_driven_all_morning_drives_no_shared_tour(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, laid)
    tired = await write(database, brand, a_sound_driver)
    since, until = STARTS - 8 * HOUR, STARTS - HOUR
    await write(database, brand, lambda tx: on_duty(tx, tired, since, until, kind="driving"))
    await assert_refused(database, brand, putting(tour.id, tired), NotCompliant)


def cancelling(tour: UUID) -> Work:
    given: Any = {"expected_version": 2, "reason": "Smoke", "now": FREE_AT, "ids": IDS}
    return lambda tx: cancel_shared_tour(tx, tour, **given)


def completing(tour: UUID) -> Work:
    given: Any = {"expected_version": 2, "now": FREE_AT, "ids": IDS}
    return lambda tx: complete_shared_tour(tx, tour, **given)


@pytest.mark.parametrize("ending", [cancelling, completing])
async def test_a_tour_that_ends_or_is_called_off_frees_its_driver_and_gets_no_other(
    database: Database, brand: Brand, ending: Callable[[UUID], Work]
) -> None:
    tour = await write(database, brand, laid)
    await write(database, brand, putting(tour.id, tour.driver))
    await write(database, brand, ending(tour.id))
    freed = (tour.driver, "shared_tour", STARTS, FREE_AT, FREE_AT)
    assert await rows(database, brand, BLOCKS) == [freed]
    assert await rows(database, brand, CREW) == [(tour.driver,)]
    other = await write(database, brand, a_sound_driver)
    await assert_refused(database, brand, putting(tour.id, other, 3), WrongState)


async def test_a_tour_moves_with_its_driver_and_not_where_they_are_taken_or_too_tired(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, laid)
    await write(database, brand, putting(tour.id, tour.driver))
    await write(database, brand, changing(tour.id, starts_at=STARTS + HOUR))
    moved = (tour.driver, "shared_tour", STARTS + HOUR, FREE_AT + HOUR, None)
    assert await rows(database, brand, BLOCKS) == [moved]

    night = {"driver_id": tour.driver, "kind": "time_off"}
    night |= {"starts_at": STARTS - 2 * HOUR, "ends_at": STARTS}
    await write(database, brand, lambda tx: insert(tx, "blocks", **night))
    back = changing(tour.id, 3, starts_at=STARTS - HOUR)
    await assert_refused(database, brand, back, DriverBusy)
    worked = (STARTS - 8 * HOUR, STARTS - 3 * HOUR)
    await write(database, brand, lambda tx: on_duty(tx, tour.driver, *worked, kind="driving"))
    same_shift = changing(tour.id, 3, starts_at=STARTS)
    await assert_refused(database, brand, same_shift, NotCompliant)


async def test_a_driver_is_given_no_van_whose_papers_have_run_out_but_for_a_reason(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, laid)
    other = await write(database, brand, lambda tx: a_sound_van(tx, {"registration": YESTERDAY}))
    await write(database, brand, putting(tour.id, tour.driver))
    await assert_refused(database, brand, changing(tour.id, vehicle_id=other), NotCompliant)
    await write(database, brand, changing(tour.id, vehicle_id=other, override=WHY))
    event = (await trail_of(settings, brand)).events[-1]
    assert event[8] == {
        "version": [2, 3],
        "vehicle_id": [str(tour.van), str(other)],
        "overridden": [None, "registration"],
        "override_reason": [None, "The renewal is in the post."],
    }


async def test_a_van_goes_on_another_day_while_its_papers_are_good_or_for_a_reason(
    database: Database, settings: Settings, brand: Brand
) -> None:
    async def work(tx: Transaction) -> Tour:
        van = await a_sound_van(tx, {"insurance": STARTS.date()})
        return Tour(await a_tour(tx, vehicle_id=van), van, await a_sound_driver(tx))

    tour = await write(database, brand, work)
    await write(database, brand, putting(tour.id, tour.driver))
    later = STARTS + 24 * HOUR
    await assert_refused(database, brand, changing(tour.id, starts_at=later), NotCompliant)
    await write(database, brand, changing(tour.id, starts_at=later, override=WHY))
    event = (await trail_of(settings, brand)).events[-1]
    assert event[8]["overridden"] == [None, "insurance"]
    await write(database, brand, changing(tour.id, 3, starts_at=STARTS + 25 * HOUR))


async def test_of_two_tours_that_want_one_driver_at_once_one_has_them(
    database: Database, brand: Brand
) -> None:
    one, two = [await write(database, brand, laid) for _ in range(2)]
    works = (putting(one.id, one.driver), putting(two.id, one.driver))
    done = await asyncio.gather(
        *(write(database, brand, work) for work in works), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["DriverBusy", "tuple"]
    assert [each.path for each in done if isinstance(each, DriverBusy)] == ["driverId"]
    assert len(await rows(database, brand, BLOCKS)) == 1


@pytest.mark.parametrize("of", ["booking", "shared tour"])
async def test_drivers_are_proposed_with_what_keeps_them_the_free_ones_first(
    database: Database, brand: Brand, of: str
) -> None:
    async def crew(tx: Transaction) -> tuple[UUID, list[UUID]]:
        names = ("Abe", "Bea", "Cal", "Dot", "Eve")
        old = {"Abe": {"mvr": YESTERDAY}}
        crew = [await a_sound_driver(tx, old.get(each), name=each) for each in names]
        abe, bea, cal, dot, eve = crew
        await insert(tx, "driver_availability", driver_id=bea, weekday=1)
        taken = {"starts_at": STARTS, "ends_at": FREE_AT}
        await insert(tx, "blocks", driver_id=cal, kind="time_off", **taken)
        await insert(tx, "blocks", driver_id=dot, kind="blackout", **taken)
        if of == "booking":
            tour = await a_confirmed_tour(tx, starts_at=STARTS, ends_at=STARTS + 6 * HOUR)
        else:
            tour = await a_tour(tx)
        return tour, [eve, abe, bea, cal, dot]

    async def asked(tx: Transaction) -> Any:
        find = drivers_for_booking if of == "booking" else drivers_for_shared_tour
        return await find(tx, tour, now=NOW)

    tour, expected = await write(database, brand, crew)
    found = await write(database, brand, asked)
    assert [each.driver_id for each in found] == expected
    assert [[one.fault for one in each.found] for each in found] == [
        [],
        [Fault.MVR],
        [Fault.WORKING_HOURS],
        [Fault.TIME_OFF],
        [Fault.BUSY],
    ]
    assert [each.overridable for each in found] == [True, True, True, False, False]


async def test_a_block_and_the_driver_of_a_tour_are_written_together_or_not_at_all(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, laid)
    alone = (
        "insert into shared_tour_drivers (shared_tour_id, driver_id, assigned_at)"
        " values (%(tour)s, %(driver)s, %(at)s)"
    )
    given = {"tour": tour.id, "driver": tour.driver, "at": NOW}
    by = "shared_tours_block_their_drivers"
    await assert_refused(database, brand, lambda tx: tx.run(alone, given), by)
    block = {"driver_id": tour.driver, "shared_tour_id": tour.id, "kind": "shared_tour"}
    block |= {"brand_id": brand.id, "starts_at": STARTS}
    await assert_refused(database, brand, lambda tx: a_block(tx, **block), by)
    await write(database, brand, putting(tour.id, tour.driver))
    freed = "update blocks set released_at = now() where driver_id = %(driver)s"
    await assert_refused(database, brand, lambda tx: tx.run(freed, given), by)
    gone = "delete from shared_tour_drivers where driver_id = %(driver)s"
    await assert_refused(database, brand, lambda tx: tx.run(gone, given), by)
