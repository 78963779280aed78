"""The day of a tour: it starts when all is ready, and every step is told; or nothing is changed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import errors

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.duty import Turn
from domain.errors import DomainError, NotFound, StaleVersion, WrongState
from domain.identity import Brand, Kind
from domain.inspections import Defect, NewInspection
from domain.tours import NotReady
from services.duty import record_inspection, turn
from services.tours import (
    arrive_at_stop,
    complete_tour,
    depart_from_stop,
    mark_no_show,
    start_tour,
)
from tests.builders import (
    START,
    a_stop,
    new_id,
    write,
)
from tests.builders import (
    assign_driver as put_driver,
)
from tests.builders import (
    assign_vehicle as put_vehicle,
)
from tests.services.crews import (
    HOUR,
    a_confirmed_tour,
    a_sound_driver,
    a_sound_van,
    inspected,
    on_duty,
)
from tests.services.test_assignments import Ids, rows
from tests.services.trail import trail_of

BEFORE = START - timedelta(minutes=20)
HOME = START + 6 * HOUR
TOUR = "select status, version, no_show, completed_at from bookings where id = %(id)s"
STOPS = (
    "select arrived_at, departed_at from booking_stops where booking_id = %(id)s order by position"
)
Case = Callable[[Transaction], Awaitable[Any]]
both = pytest.mark.parametrize("kind", [Kind.DRIVER, Kind.STAFF])


@dataclass(frozen=True, slots=True)
class Day:
    """An assigned tour of today with two stops, its van and its driver."""

    booking: UUID
    van: UUID
    driver: UUID


async def a_day(tx: Transaction, *, clocked: bool = True, checked: bool = True) -> Day:
    booking = await a_confirmed_tour(tx)
    van, driver = await a_sound_van(tx, name=f"Van {booking}"), await a_sound_driver(tx)
    await put_vehicle(tx, booking, van)
    await put_driver(tx, booking, driver)
    await tx.run("update bookings set status = 'assigned' where id = %(id)s", {"id": booking})
    for position in (1, 2):
        await a_stop(tx, booking, position)
    if clocked:
        await on_duty(tx, driver, BEFORE - HOUR, None)
    if checked:
        await inspected(tx, van, driver, BEFORE)
    return Day(booking, van, driver)


def starting(booking: UUID, *, version: int = 1, now: datetime = START) -> Case:
    return lambda tx: start_tour(tx, booking, expected_version=version, now=now, ids=Ids())


def completing(booking: UUID, *, version: int = 2) -> Case:
    return lambda tx: complete_tour(tx, booking, expected_version=version, now=HOME, ids=Ids())


def giving_up(booking: UUID, *, version: int = 2) -> Case:
    return lambda tx: mark_no_show(tx, booking, expected_version=version, now=START, ids=Ids())


def arriving(booking: UUID, position: int, now: datetime = START + HOUR) -> Case:
    return lambda tx: arrive_at_stop(tx, booking, position=position, now=now, ids=Ids())


def leaving(booking: UUID, position: int, now: datetime = START + 2 * HOUR) -> Case:
    return lambda tx: depart_from_stop(tx, booking, position=position, now=now, ids=Ids())


async def by(database: Database, brand: Brand, kind: Kind, day: Day, work: Case) -> Any:
    actor = day.driver if kind is Kind.DRIVER else None
    return await write(database, brand, work, kind=kind, actor=actor)


async def refused(
    database: Database, settings: Settings, brand: Brand, day: Day, work: Case, kind: Kind
) -> DomainError:
    async def now() -> Any:
        found = [await rows(database, brand, each, day.booking) for each in (TOUR, STOPS)]
        return found, await trail_of(settings, brand)

    before = await now()
    with pytest.raises(DomainError) as refusal:
        await by(database, brand, kind, day, work)
    assert await now() == before
    return refusal.value


@both
async def test_a_tour_sets_out_stops_and_comes_home(
    database: Database, settings: Settings, brand: Brand, kind: Kind
) -> None:
    day = await write(database, brand, a_day)
    booking = day.booking
    for work in (starting(booking), arriving(booking, 1), leaving(booking, 1)):
        await by(database, brand, kind, day, work)
    assert await rows(database, brand, TOUR, booking) == [("in_progress", 2, False, None)]
    assert await rows(database, brand, STOPS, booking) == [
        (START + HOUR, START + 2 * HOUR),
        (None, None),
    ]
    await write(database, brand, lambda tx: inspected(tx, day.van, day.driver, HOME, "post_trip"))
    await by(database, brand, kind, day, completing(booking))

    assert await rows(database, brand, TOUR, booking) == [("completed", 3, False, HOME)]
    told = [(row[1], row[4], row[5], row[8]) for row in (await trail_of(settings, brand)).events]
    position = [1, 1]
    assert told == [
        ("TourStarted", 2, kind.value, {"status": ["assigned", "in_progress"]}),
        (
            "StopReached",
            2,
            kind.value,
            {"position": position, "arrived_at": [None, (START + HOUR).isoformat()]},
        ),
        (
            "StopLeft",
            2,
            kind.value,
            {"position": position, "departed_at": [None, (START + 2 * HOUR).isoformat()]},
        ),
        (
            "TourCompleted",
            3,
            kind.value,
            {"status": ["in_progress", "completed"], "completed_at": [None, HOME.isoformat()]},
        ),
    ]


@both
async def test_a_party_that_does_not_appear_ends_the_tour(
    database: Database, brand: Brand, kind: Kind
) -> None:
    day = await write(database, brand, a_day)
    await by(database, brand, kind, day, starting(day.booking))
    await by(database, brand, kind, day, giving_up(day.booking))
    assert await rows(database, brand, TOUR, day.booking) == [("completed", 3, True, START)]


@both
@pytest.mark.parametrize(
    ("clocked", "checked", "says"),
    [
        (False, True, "has not clocked in"),
        (True, False, "has no pre-trip inspection of the day"),
    ],
)
async def test_without_clock_in_or_inspection_no_tour_sets_out(
    database: Database,
    settings: Settings,
    brand: Brand,
    kind: Kind,
    *,
    clocked: bool,
    checked: bool,
    says: str,
) -> None:
    day = await write(database, brand, lambda tx: a_day(tx, clocked=clocked, checked=checked))
    error = await refused(database, settings, brand, day, starting(day.booking), kind)
    assert isinstance(error, NotReady)
    assert says in error.message


@both
@pytest.mark.parametrize(
    ("inspections", "status", "says"),
    [
        ([(-HOUR * 24, False)], "active", "no pre-trip inspection of the day"),
        ([(HOUR, False)], "active", "no pre-trip inspection of the day"),
        ([(-HOUR * 2, False), (-HOUR, True)], "active", "has a critical defect"),
        ([(-HOUR, False)], "out_of_service", "is not in service"),
    ],
    ids=["yesterday", "tomorrow", "critical", "out of service"],
)
async def test_a_van_that_is_not_shown_to_be_sound_keeps_the_tour_at_home(
    database: Database,
    settings: Settings,
    brand: Brand,
    kind: Kind,
    inspections: list[tuple[timedelta, bool]],
    status: str,
    says: str,
) -> None:
    async def work(tx: Transaction) -> Day:
        day = await a_day(tx, checked=False)
        for ago, critical in inspections:
            await inspected(tx, day.van, day.driver, START + ago, critical=critical)
        await tx.run(
            "update vehicles set status = %(status)s where id = %(id)s",
            {"status": status, "id": day.van},
        )
        return day

    day = await write(database, brand, work)
    error = await refused(database, settings, brand, day, starting(day.booking), kind)
    assert says in error.message


async def test_a_repaired_van_that_is_inspected_again_sets_out(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> Day:
        day = await a_day(tx, checked=False)
        await inspected(tx, day.van, day.driver, START - HOUR, critical=True)
        await inspected(tx, day.van, day.driver, BEFORE)
        return day

    day = await write(database, brand, work)
    await by(database, brand, Kind.DRIVER, day, starting(day.booking))
    assert await rows(database, brand, TOUR, day.booking) == [("in_progress", 2, False, None)]


@both
async def test_a_step_at_the_wrong_time_is_refused(
    database: Database, settings: Settings, brand: Brand, kind: Kind
) -> None:
    day = await write(database, brand, a_day)
    booking = day.booking

    async def refusing(work: Case) -> type[DomainError]:
        return type(await refused(database, settings, brand, day, work, kind))

    early = [arriving(booking, 1), completing(booking, version=1), giving_up(booking, version=1)]
    assert [await refusing(work) for work in early] == [WrongState] * 3
    assert await refusing(starting(booking, version=7)) is StaleVersion
    await by(database, brand, kind, day, starting(booking))
    wrong = [starting(booking, version=2), leaving(booking, 1)]
    assert [await refusing(work) for work in wrong] == [WrongState] * 2
    assert await refusing(arriving(booking, 9)) is NotFound
    assert await refusing(completing(booking)) is NotReady
    await by(database, brand, kind, day, arriving(booking, 1))
    wrong = [arriving(booking, 1), arriving(booking, 2)]
    assert [await refusing(work) for work in wrong] == [WrongState] * 2
    await by(database, brand, kind, day, leaving(booking, 1))
    assert await refusing(leaving(booking, 1)) is WrongState


async def test_a_driver_runs_their_own_tour_alone_whatever_is_called(
    database: Database, settings: Settings, brand: Brand
) -> None:
    day = await write(database, brand, a_day)
    other = Day(day.booking, day.van, await write(database, brand, a_sound_driver))
    for work in (starting(day.booking), arriving(day.booking, 1)):
        error = await refused(database, settings, brand, other, work, Kind.DRIVER)
        assert isinstance(error, NotFound)
    said = await by(
        database,
        brand,
        Kind.DRIVER,
        other,
        lambda tx: tx.row(
            "select run_tour(%(id)s, 1, 'in_progress', false, now()),"
            " (select count(*) from readiness_of_tour(%(id)s, '2000-01-01', now()))",
            {"id": day.booking},
        ),
    )
    assert said == (False, 0)
    assert await rows(database, brand, TOUR, day.booking) == [("assigned", 1, False, None)]


async def test_a_driver_brings_a_tour_to_no_other_state(database: Database, brand: Brand) -> None:
    day = await write(database, brand, a_day)

    async def work(tx: Transaction) -> list[Any]:
        return await tx.rows(
            "select run_tour(%(id)s, 1, each, false, now())"
            " from unnest(array['cancelled', 'confirmed', 'assigned']) as each",
            {"id": day.booking},
        )

    assert await by(database, brand, Kind.DRIVER, day, work) == [(False,)] * 3
    assert await rows(database, brand, TOUR, day.booking) == [("assigned", 1, False, None)]


@pytest.mark.parametrize("critical", [False, True])
async def test_a_driver_clocks_in_inspects_and_sets_out_unless_the_report_is_critical(
    database: Database, settings: Settings, brand: Brand, *, critical: bool
) -> None:
    day = await write(database, brand, lambda tx: a_day(tx, clocked=False, checked=False))
    defects = [Defect("brakes", "soft", critical)]
    report = NewInspection(day.van, day.driver, "pre_trip", None, defects)

    async def prepare(tx: Transaction) -> None:
        await turn(tx, day.driver, Turn.CLOCK_IN, at=None, now=BEFORE, ids=Ids())
        await record_inspection(tx, report, now=BEFORE, ids=Ids())

    await by(database, brand, Kind.DRIVER, day, prepare)
    if critical:
        work = starting(day.booking)
        error = await refused(database, settings, brand, day, work, Kind.DRIVER)
        assert "is not in service" in error.message
        assert "has a critical defect" in error.message
        return
    await by(database, brand, Kind.DRIVER, day, starting(day.booking))
    assert await rows(database, brand, TOUR, day.booking) == [("in_progress", 2, False, None)]


async def test_a_tour_that_driver_and_dispatch_start_at_once_starts_once(
    database: Database, settings: Settings, brand: Brand
) -> None:
    day = await write(database, brand, a_day)
    answers = await asyncio.gather(
        *(
            by(database, brand, kind, day, starting(day.booking))
            for kind in (Kind.DRIVER, Kind.STAFF)
        ),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in answers) == ["StaleVersion", "UUID"]
    assert await rows(database, brand, TOUR, day.booking) == [("in_progress", 2, False, None)]
    assert [row[1] for row in (await trail_of(settings, brand)).events] == ["TourStarted"]


async def test_a_driver_tells_nothing_in_anothers_name(database: Database, brand: Brand) -> None:
    day = await write(database, brand, a_day)
    told = {
        "entity": "booking",
        "entity_id": day.booking,
        "kind": "TourStarted",
        "entity_version": 2,
        "occurred_at": START,
    }

    async def telling(tx: Transaction, teller: UUID) -> None:
        values = {**told, "id": new_id(), "actor_kind": "driver", "actor_id": teller}
        await tx.run(
            "insert into events (id, kind, entity, entity_id, entity_version, actor_kind, actor_id,"
            " occurred_at) values (%(id)s, %(kind)s, %(entity)s, %(entity_id)s,"
            " %(entity_version)s, %(actor_kind)s, %(actor_id)s, %(occurred_at)s)",
            values,
        )

    await by(database, brand, Kind.DRIVER, day, lambda tx: telling(tx, day.driver))
    with pytest.raises(errors.InsufficientPrivilege):
        await by(database, brand, Kind.DRIVER, day, lambda tx: telling(tx, new_id()))
