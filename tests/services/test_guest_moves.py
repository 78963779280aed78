"""What guests do to their own tour by a link: as much as the policy that was sold lets them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.bookings import NewTimes
from domain.errors import DomainError, InvalidInput, NotFound, VehicleBusy
from domain.guest_moves import MoveUsed, TooLate
from domain.identity import Brand, Kind, Principal
from domain.itineraries import Edit, WantedStop
from services.bookings import reschedule_booking
from services.itineraries import add_stop, remove_stop, set_itinerary
from tests.builders import (
    START,
    a_booking,
    a_principal,
    a_stop,
    a_vehicle,
    a_winery,
    assign_vehicle,
    new_id,
    write,
)
from tests.db.refusals import stored
from tests.services.selling import some_rates
from tests.services.trail import NOTHING, OneId, trail_of

DAY = timedelta(days=1)
LATER = START + 7 * DAY
ROW = "select starts_at, guest_moves, version from bookings where id = %(id)s"
STOPS = "select position, kind, name from booking_stops where booking_id = %(id)s order by position"
Work = Callable[[Transaction], Awaitable[Any]]


@pytest.fixture(autouse=True)
async def _priced(database: Database, brand: Brand) -> None:
    """The same price on every day, which is what `a_booking` costs."""
    await write(database, brand, some_rates)


async def a_tour(database: Database, brand: Brand, **values: Any) -> tuple[UUID, UUID]:
    """A booking with a van and two stops; gives it and its first stop."""

    async def work(tx: Transaction) -> tuple[UUID, UUID]:
        booking = await a_booking(tx, **{"status": "pending", "sold_as": "{}", **values})
        await assign_vehicle(tx, booking, await a_vehicle(tx))
        first = await a_stop(tx, booking, 1)
        await a_stop(tx, booking, 2)
        return booking, first

    made: tuple[UUID, UUID] = await write(database, brand, work)
    return made


def guest(brand: Brand, booking: UUID) -> Principal:
    return a_principal(brand, Kind.LINK, object_id=booking)


def moving(
    booking: UUID, starts_at: datetime, *, now: datetime, version: int = 1, **ends: datetime
) -> Work:
    wish = NewTimes(booking, starts_at, ends.get("ends_at"), version)
    return lambda tx: reschedule_booking(tx, wish, now=now, ids=OneId(new_id()))


async def rows(database: Database, brand: Brand, statement: str, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, {"id": id}))


@pytest.mark.parametrize(("days", "counted"), [(45, 0), (44, 1), (20, 1)])
async def test_a_guest_moves_their_tour_and_under_45_days_it_is_counted(
    database: Database, settings: Settings, brand: Brand, days: int, counted: int
) -> None:
    booking, _ = await a_tour(database, brand)
    now = START - days * DAY
    await database.session(guest(brand, booking)).write(moving(booking, LATER, now=now))

    assert await rows(database, brand, ROW, booking) == [(LATER, counted, 2)]
    blocks = "select distinct starts_at from blocks where booking_id = %(id)s"
    assert await rows(database, brand, blocks, booking) == [(LATER,)]
    trail = await trail_of(settings, brand)
    assert [(each[1], each[5]) for each in trail.events] == [("BookingRescheduled", "link")]
    assert trail.events[0][8].get("guest_moves") == ([0, 1] if counted else None)
    assert [job[0] for job in trail.jobs] == ["tell_customer_of_new_time"]


async def test_a_guest_moves_once_and_staff_move_again(database: Database, brand: Brand) -> None:
    booking, _ = await a_tour(database, brand)
    now, session = START - 10 * DAY, database.session(guest(brand, booking))
    await session.write(moving(booking, START + DAY, now=now))
    with pytest.raises(MoveUsed):
        await session.write(moving(booking, START + 2 * DAY, now=now, version=2))
    await write(database, brand, moving(booking, START + 3 * DAY, now=now, version=2))

    assert await rows(database, brand, ROW, booking) == [(START + 3 * DAY, 1, 3)]


async def refuse(
    database: Database,
    settings: Settings,
    brand: Brand,
    work: Work,
    *,
    who: Principal,
    by: type[DomainError],
) -> None:
    before = await stored(database, brand)
    with pytest.raises(by):
        await database.session(who).write(work)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING


async def test_a_guest_has_the_length_that_was_sold(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, _ = await a_tour(database, brand)
    work = moving(booking, LATER, now=START - 60 * DAY, ends_at=LATER + timedelta(hours=9))
    await refuse(database, settings, brand, work, who=guest(brand, booking), by=InvalidInput)


async def test_a_guest_does_not_get_a_van_that_another_tour_has(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, _ = await a_tour(database, brand)
    taken = "select vehicle_id from booking_vehicles where booking_id = %(id)s"
    van = (await rows(database, brand, taken, booking))[0][0]

    async def take(tx: Transaction) -> None:
        await assign_vehicle(tx, await a_booking(tx, starts_at=LATER), van, starts_at=LATER)

    await write(database, brand, take)
    work = moving(booking, LATER, now=START - 60 * DAY)
    await refuse(database, settings, brand, work, who=guest(brand, booking), by=VehicleBusy)


async def test_a_guest_changes_stops_until_48_hours_before(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, first = await a_tour(database, brand)
    winery, session = await a_winery(settings), database.session(guest(brand, booking))
    early = START - 2 * DAY

    def adding(now: datetime, version: int) -> Work:
        return lambda tx: add_stop(
            tx,
            Edit(booking, version),
            WantedStop("winery", winery_id=winery),
            position=1,
            now=now,
            ids=OneId(new_id(), new_id()),
        )

    late = adding(early + timedelta(seconds=1), 1)
    await refuse(database, settings, brand, late, who=guest(brand, booking), by=TooLate)
    await session.write(adding(early, 1))
    await session.write(
        lambda tx: remove_stop(tx, Edit(booking, 2), first, now=early, ids=OneId(new_id()))
    )
    assert await rows(database, brand, STOPS, booking) == [
        (1, "winery", None),
        (2, "custom", "Stop 2"),
    ]
    await write(database, brand, adding(early + DAY, 3))
    assert len(await rows(database, brand, STOPS, booking)) == 3


async def test_a_guest_of_another_tour_finds_none(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, _ = await a_tour(database, brand)
    other, _ = await a_tour(database, brand, starts_at=START + 30 * DAY)
    who, now = guest(brand, other), START - 60 * DAY
    await refuse(database, settings, brand, moving(booking, LATER, now=now), who=who, by=NotFound)

    async def emptying(tx: Transaction) -> UUID:
        return await set_itinerary(tx, Edit(booking, 1), [], now=now, ids=OneId(new_id()))

    await refuse(database, settings, brand, emptying, who=who, by=NotFound)
