"""Moving a tour: its row, its stops, its vans and drivers, and what is told of it; or nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import doors
from db import bookings, fleet
from db.database import Database, Transaction
from domain.bookings import Booking, NewTimes
from domain.errors import (
    DomainError,
    DriverBusy,
    EndBeforeLastStop,
    EndBeforeStart,
    NotFound,
    OutsideOperatingDay,
    StaleVersion,
    StartInPast,
    VehicleBusy,
    WrongState,
)
from domain.identity import Brand, Principal
from services.bookings import reschedule_booking
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_driver,
    a_principal,
    a_stop,
    a_vehicle,
    as_owner,
    assign_driver,
    assign_vehicle,
    new_id,
    write,
)
from tests.db.refusals import stored
from tests.services.trail import NOTHING, OneId, Trail, trail_of

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LATER = START + DAY + HOUR  # Tuesday 11:00 in Walla Walla
BUFFER = timedelta(minutes=30)
ROW = "select status, starts_at, ends_at, updated_at, version from bookings where id = %(id)s"
BLOCKS = (
    "select vehicle_id, driver_id, starts_at, ends_at, released_at from blocks"
    " where booking_id = %(id)s order by vehicle_id nulls last"
)
STOPS = (
    "select name, planned_arrival_at from booking_stops where booking_id = %(id)s order by position"
)


@dataclass(frozen=True, slots=True)
class Tour:
    """A stored booking with its van and its driver."""

    booking: UUID
    van: UUID
    driver: UUID


async def _a_tour(tx: Transaction, *, starts_at: datetime = START, **values: Any) -> Tour:
    booking = await a_booking(tx, starts_at=starts_at, **values)
    van, driver = await a_vehicle(tx), await a_driver(tx)
    await assign_vehicle(tx, booking, van, starts_at=starts_at)
    await assign_driver(tx, booking, driver, starts_at=starts_at)
    return Tour(booking, van, driver)


def _moving(
    booking: UUID,
    starts_at: datetime = LATER,
    ends_at: datetime | None = None,
    *,
    version: int = 1,
    event: UUID | None = None,
) -> Callable[[Transaction], Awaitable[Booking]]:
    wish = NewTimes(booking, starts_at, ends_at, version)
    ids = OneId(event or new_id())
    return lambda tx: reschedule_booking(tx, wish, now=NOW, ids=ids)


async def _rows(database: Database, brand: Brand, statement: str, id: UUID) -> Any:
    return await write(
        database,
        brand,
        lambda tx: tx.rows(statement, {"id": id}),
    )


async def test_a_moved_tour_takes_its_van_and_its_driver_with_it(
    database: Database, brand: Brand
) -> None:
    """Failure 6: a changed date left the old block, and overlaps were not looked for."""
    tour = await write(database, brand, _a_tour)
    moved = await write(database, brand, _moving(tour.booking))
    assert (moved.starts_at, moved.ends_at, moved.version) == (LATER, LATER + 6 * HOUR, 2)
    assert await _rows(database, brand, ROW, tour.booking) == [
        ("pending", LATER, LATER + 6 * HOUR, NOW, 2)
    ]
    blocked = (LATER, LATER + 6 * HOUR + BUFFER, None)
    assert await _rows(database, brand, BLOCKS, tour.booking) == [
        (tour.van, None, *blocked),
        (None, tour.driver, *blocked),
    ]


async def test_planned_arrivals_move_with_the_start_and_open_ones_stay_open(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx)
        await a_stop(tx, booking, 1, planned_arrival_at=START + HOUR)
        await a_stop(tx, booking, 2, planned_arrival_at=None)
        await a_stop(tx, booking, 3, planned_arrival_at=START + 3 * HOUR)
        return booking

    booking = await write(database, brand, work)
    await write(database, brand, _moving(booking, LATER, LATER + 5 * HOUR))
    assert await _rows(database, brand, STOPS, booking) == [
        ("Stop 1", LATER + HOUR),
        ("Stop 2", None),
        ("Stop 3", LATER + 3 * HOUR),
    ]
    rows = await _rows(database, brand, ROW, booking)
    assert rows == [("pending", LATER, LATER + 5 * HOUR, NOW, 2)]


async def test_a_move_leaves_one_event_one_notice_and_one_job(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, _a_tour)
    event, principal = new_id(), a_principal(brand)
    await database.session(principal).write(_moving(tour.booking, event=event))
    assert await trail_of(settings, brand) == _trail(tour.booking, event, principal)


def _trail(booking: UUID, event: UUID, principal: Principal) -> Trail:
    brand, actor = principal.brand, principal.actor_id
    assert brand is not None
    changes = {
        "starts_at": [START.isoformat(), LATER.isoformat()],
        "ends_at": [(START + 6 * HOUR).isoformat(), (LATER + 6 * HOUR).isoformat()],
    }
    kind = "BookingRescheduled"
    arguments = {
        "booking_id": str(booking),
        "event_id": str(event),
        "tenant_id": brand.tenant_id,
        "brand_id": brand.id,
        "actor_id": str(actor),
    }
    return Trail(
        events=[(event, kind, "booking", booking, 2, "staff", actor, NOW, changes)],
        personal=[],
        notices=[(event, "booking", booking, kind, None)],
        jobs=[("tell_customer_of_new_time", "default", "todo", arguments)],
    )


@pytest.mark.parametrize("status", ["held", "draft", "pending", "confirmed", "assigned"])
async def test_a_tour_that_has_not_begun_is_moved_and_keeps_its_status(
    database: Database, brand: Brand, status: str
) -> None:
    values: dict[str, Any] = {"deposit_received_at": NOW, "hold_expires_at": START}
    tour = await write(database, brand, lambda tx: _a_tour(tx, status=status, **values))
    moved = await write(database, brand, _moving(tour.booking))
    assert (moved.status, moved.version) == (status, 2)


async def test_a_tour_is_moved_onto_its_own_old_time(database: Database, brand: Brand) -> None:
    tour = await write(database, brand, _a_tour)
    await write(database, brand, _moving(tour.booking, START + HOUR))
    rows = await _rows(database, brand, ROW, tour.booking)
    assert rows == [("pending", START + HOUR, START + 7 * HOUR, NOW, 2)]


async def test_a_tour_without_a_van_is_moved_alone(database: Database, brand: Brand) -> None:
    booking = await write(database, brand, a_booking)
    await write(database, brand, _moving(booking))
    assert await _rows(database, brand, BLOCKS, booking) == []


async def test_a_van_that_was_released_stays_where_it_was(database: Database, brand: Brand) -> None:
    tour = await write(database, brand, _a_tour)

    async def release(tx: Transaction) -> None:
        statement = "update blocks set released_at = %(now)s where vehicle_id = %(van)s"
        await tx.run(statement, {"now": NOW, "van": tour.van})
        await tx.run("delete from booking_vehicles where vehicle_id = %(van)s", {"van": tour.van})

    await write(database, brand, release)
    await write(database, brand, _moving(tour.booking))
    assert await _rows(database, brand, BLOCKS, tour.booking) == [
        (tour.van, None, START, START + 6 * HOUR + BUFFER, NOW),
        (None, tour.driver, LATER, LATER + 6 * HOUR + BUFFER, None),
    ]


async def _assert_nothing_moves(
    database: Database,
    settings: Settings,
    brand: Brand,
    work: Callable[[Transaction], Awaitable[Booking]],
    by: type[DomainError],
) -> DomainError:
    before = await stored(database, brand)
    with pytest.raises(by) as refused:
        await write(database, brand, work)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING
    return refused.value


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "version", "by"),
    [
        (LATER, None, 2, StaleVersion),
        (NOW - HOUR, None, 1, StartInPast),
        (LATER, LATER, 1, EndBeforeStart),
        (LATER, LATER - HOUR, 1, EndBeforeStart),
        (START - 3 * HOUR, START, 1, OutsideOperatingDay),
        (START + 10 * HOUR, START + 13 * HOUR, 1, OutsideOperatingDay),
        (START, START + DAY + HOUR, 1, OutsideOperatingDay),
    ],
)
async def test_a_wish_against_the_rules_moves_nothing(
    database: Database,
    settings: Settings,
    brand: Brand,
    starts_at: datetime,
    ends_at: datetime | None,
    version: int,
    by: type[DomainError],
) -> None:
    tour = await write(database, brand, _a_tour)
    work = _moving(tour.booking, starts_at, ends_at, version=version)
    await _assert_nothing_moves(database, settings, brand, work, by)


@pytest.mark.parametrize("status", ["in_progress", "completed", "cancelled", "expired"])
async def test_a_tour_that_has_begun_or_is_off_is_not_moved(
    database: Database, settings: Settings, brand: Brand, status: str
) -> None:
    values: dict[str, Any] = {"status": status, "deposit_received_at": NOW}
    tour = await write(database, brand, lambda tx: _a_tour(tx, **values))
    work = _moving(tour.booking)
    refused = await _assert_nothing_moves(database, settings, brand, work, WrongState)
    assert refused.message == f"A booking that is {status} cannot be moved."


async def test_a_tour_whose_hold_has_run_out_is_not_moved_though_nobody_has_swept_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: _a_tour(tx, status="held", hold_expires_at=NOW))
    work = _moving(tour.booking)
    refused = await _assert_nothing_moves(database, settings, brand, work, WrongState)
    assert refused.message == "The hold has run out. Hold the tour again."


async def test_a_tour_of_nobody_of_a_sister_or_of_a_stranger_is_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    stranger = await a_brand(settings)
    tours = [(await write(database, other, _a_tour)).booking for other in (sister, stranger)]
    for booking in (*tours, new_id()):
        refused = await _assert_nothing_moves(database, settings, brand, _moving(booking), NotFound)
        assert refused.message == "There is no such object for this caller."
    for other, booking in zip((sister, stranger), tours, strict=True):
        rows = await _rows(database, other, ROW, booking)
        assert [row[1:3] for row in rows] == [(START, START + 6 * HOUR)]


async def test_a_day_before_the_brand_had_settings_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking = await write(database, brand, a_booking)
    day = datetime(2019, 6, 3, 17, 0, tzinfo=UTC)
    wish = NewTimes(booking, day, None, 1)
    early = partial(reschedule_booking, wish=wish, now=day - DAY, ids=OneId(new_id()))
    refused = await _assert_nothing_moves(database, settings, brand, early, OutsideOperatingDay)
    assert refused.message == "The brand has no opening hours for that day."
    await _assert_nothing_moves(database, settings, brand, _moving(booking, day), StartInPast)


async def test_a_wish_for_the_times_that_it_has_stores_nothing_and_tells_nobody(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, _a_tour)
    kept = await write(database, brand, _moving(tour.booking, START))
    assert (kept.version, kept.starts_at) == (1, START)
    assert await trail_of(settings, brand) == NOTHING


async def test_a_tour_is_not_shortened_to_less_than_its_itinerary(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, _a_tour)
    await write(
        database,
        brand,
        lambda tx: a_stop(tx, tour.booking, 1, planned_arrival_at=START + 3 * HOUR),
    )
    work = _moving(tour.booking, LATER, LATER + 3 * HOUR)
    await _assert_nothing_moves(database, settings, brand, work, EndBeforeLastStop)
    moved = await write(database, brand, _moving(tour.booking, LATER, LATER + 4 * HOUR))
    assert moved.ends_at - moved.starts_at == 4 * HOUR


@pytest.mark.parametrize(
    ("assign", "by"), [(assign_vehicle, VehicleBusy), (assign_driver, DriverBusy)]
)
async def test_a_van_or_driver_that_a_sister_brand_has_then_moves_nothing(
    database: Database,
    settings: Settings,
    brand: Brand,
    assign: Callable[..., Awaitable[UUID]],
    by: type[DomainError],
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, _a_tour)
    taken = tour.van if by is VehicleBusy else tour.driver

    async def take(tx: Transaction) -> None:
        times = {"starts_at": LATER + 6 * HOUR, "ends_at": LATER + 9 * HOUR}
        await assign(tx, await a_booking(tx, **times), taken)

    await write(database, sister, take)
    await _assert_nothing_moves(database, settings, brand, _moving(tour.booking), by)
    earlier = _moving(tour.booking, LATER - BUFFER)
    assert (await write(database, brand, earlier)).version == 2


async def test_the_pause_behind_a_tour_is_the_tenants_own(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, _a_tour)
    await _set_buffer(settings, brand, 45)
    await write(database, brand, _moving(tour.booking))
    rows = await _rows(database, brand, BLOCKS, tour.booking)
    assert {row[3] for row in rows} == {LATER + 6 * HOUR + timedelta(minutes=45)}


async def _set_buffer(settings: Settings, brand: Brand, minutes: int) -> None:
    await as_owner(
        settings,
        "update tenants set buffer_minutes = %(minutes)s where tenant_id = %(tenant)s",
        {"minutes": minutes, "tenant": brand.tenant_id},
        tenant=brand.tenant_id,
    )


async def test_an_expired_hold_of_a_sister_does_not_stand_in_the_way(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, _a_tour)

    async def hold(tx: Transaction, expires_at: datetime) -> UUID:
        hold = {"status": "held", "hold_expires_at": expires_at}
        booking = await a_booking(tx, starts_at=LATER, **hold)
        await assign_vehicle(tx, booking, tour.van)
        return booking

    booking = await write(database, sister, lambda tx: hold(tx, NOW - HOUR))
    assert (await write(database, brand, _moving(tour.booking))).version == 2
    assert [row[4] for row in await _rows(database, sister, BLOCKS, booking)] == [NOW]


async def test_twenty_clients_of_three_brands_want_one_van_and_one_gets_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sisters = [await a_brand(settings, tenant=brand, code=code) for code in ("nwtc", "hcwt")]
    van = await write(database, brand, a_vehicle)
    brands = [(brand, *sisters)[turn % 3] for turn in range(20)]
    tours = [await write(database, each, _on(van, day)) for day, each in enumerate(brands)]
    wanted = START + 40 * DAY
    began = time.perf_counter()
    outcomes = await asyncio.gather(
        *(
            write(database, each, _moving(booking, wanted))
            for each, booking in zip(brands, tours, strict=True)
        ),
        return_exceptions=True,
    )
    assert time.perf_counter() - began < 2
    assert sum(isinstance(outcome, Booking) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, VehicleBusy) for outcome in outcomes) == 19
    trails = [await trail_of(settings, each) for each in (brand, *sisters)]
    for part in ("events", "notices", "jobs"):
        assert sum(len(getattr(trail, part)) for trail in trails) == 1


async def test_a_move_queues_behind_whoever_is_deciding_about_its_van(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, _a_tour)
    moves: list[asyncio.Task[Booking]] = []

    async def decide(tx: Transaction) -> None:
        await fleet.lock(tx, [tour.van], [])
        moves.append(asyncio.create_task(write(database, brand, _moving(tour.booking))))
        done, _ = await asyncio.wait(moves, timeout=0.2)
        assert done == set()

    await write(database, brand, decide)
    assert (await moves[0]).version == 2


async def test_a_van_that_is_assigned_while_a_move_waits_is_locked_before_it_moves(
    database: Database, settings: Settings, brand: Brand
) -> None:
    """The mover finds the booking's row taken; the second van comes before it gets the row."""
    tour, van = await write(database, brand, _a_tour), await write(database, brand, a_vehicle)
    moves: list[asyncio.Task[Booking]] = []
    recorded: list[str] = []
    waits = asyncio.Event()

    def observe(statement: str) -> None:
        recorded.append(statement)
        if statement == bookings.SQL["lock_booking"]:
            waits.set()

    watched = Database(doors(settings), observe=observe)
    await watched.open()

    async def assign(tx: Transaction) -> None:
        await bookings.lock(tx, tour.booking)
        moves.append(asyncio.create_task(write(watched, brand, _moving(tour.booking))))
        await waits.wait()
        await assign_vehicle(tx, tour.booking, van)

    try:
        await write(database, brand, assign)
        assert (await moves[0]).version == 2
    finally:
        await watched.close()
    assert (recorded.count(fleet.SQL["lock_resources"]), watched.retries) == (2, 1)
    blocks = await _rows(database, brand, BLOCKS, tour.booking)
    assert [row[2] for row in blocks] == [LATER] * 3


def _on(van: UUID, day: int) -> Callable[[Transaction], Awaitable[UUID]]:
    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx, starts_at=START + day * DAY)
        await assign_vehicle(tx, booking, van, starts_at=START + day * DAY)
        return booking

    return work
