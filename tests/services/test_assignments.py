"""Putting vans and drivers on a tour: rows, blocks, status and events; or a refusal and nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.assignments import AlreadyAssigned, NotAssigned
from domain.bookings import NewTimes
from domain.compliance import NotCompliant, Override
from domain.errors import (
    DomainError,
    DriverBusy,
    NotFound,
    PartyTooLarge,
    StaleVersion,
    VehicleBusy,
    WrongState,
)
from domain.identity import Brand
from domain.offers import NewOffers
from services.assignments import (
    DriverWish,
    Replacement,
    VehicleWish,
    assign_driver,
    assign_vehicle,
    proposed_vehicles,
    replace_vehicle,
    unassign_driver,
    unassign_vehicle,
)
from services.bookings import reschedule_booking
from services.confirmations import confirm_booking
from services.offers import offer_tour
from tests.builders import (
    START,
    a_block,
    a_booking,
    a_brand,
    a_driver,
    a_vehicle,
    new_id,
    write,
)
from tests.builders import (
    assign_vehicle as put_vehicle,
)
from tests.services.crews import (
    HOUR,
    a_confirmed_tour,
    a_sound_driver,
    a_sound_van,
    on_duty,
    papers_for,
)
from tests.services.selling import create, open_shop, wanted
from tests.services.trail import trail_of

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
UNTIL = START + 6 * HOUR + timedelta(minutes=30)
YESTERDAY = date(2026, 6, 7)
WHY = Override("The renewal is in the post.")
TOUR = "select status, version from bookings where id = %(id)s"
CREW = (
    "select vehicle_id, party_size from booking_vehicles where booking_id = %(id)s"
    " union all select driver_id, null from booking_drivers where booking_id = %(id)s"
)
BLOCKS = (
    "select coalesce(vehicle_id, driver_id), kind, starts_at, ends_at, released_at from blocks"
    " where booking_id = %(id)s order by released_at nulls last, 1"
)


class Ids:
    """Ids as they come."""

    def new(self) -> UUID:
        return new_id()


@dataclass(frozen=True, slots=True)
class Tour:
    """A confirmed tour of four guests, and a van and a driver that may go."""

    booking: UUID
    van: UUID
    driver: UUID


async def a_tour(tx: Transaction, **values: Any) -> Tour:
    booking = await a_confirmed_tour(tx, **values)
    return Tour(booking, await a_sound_van(tx), await a_sound_driver(tx))


Case = Callable[[Transaction], Awaitable[Any]]


def putting_van(booking: UUID, van: UUID, version: int = 1, **wish: Any) -> Case:
    asked = VehicleWish(booking, van, version, **wish)
    return lambda tx: assign_vehicle(tx, asked, now=NOW, ids=Ids())


def putting_driver(booking: UUID, driver: UUID, version: int = 1, **wish: Any) -> Case:
    asked = DriverWish(booking, driver, version, **wish)
    return lambda tx: assign_driver(tx, asked, now=NOW, ids=Ids())


def taking_van(booking: UUID, van: UUID, version: int) -> Case:
    asked = VehicleWish(booking, van, version)
    return lambda tx: unassign_vehicle(tx, asked, now=NOW, ids=Ids())


def taking_driver(booking: UUID, driver: UUID, version: int) -> Case:
    asked = DriverWish(booking, driver, version)
    return lambda tx: unassign_driver(tx, asked, now=NOW, ids=Ids())


def replacing(booking: UUID, van: UUID, other: UUID, version: int, **wish: Any) -> Case:
    asked = Replacement(booking, van, other, version, **wish)
    return lambda tx: replace_vehicle(tx, asked, now=NOW, ids=Ids())


async def rows(database: Database, brand: Brand, statement: str, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, {"id": id}))


async def state(database: Database, brand: Brand, booking: UUID) -> tuple[Any, ...]:
    """All that an assignment could change."""
    found = [await rows(database, brand, each, booking) for each in (TOUR, CREW, BLOCKS)]
    return tuple(map(tuple, found))


async def refused(
    database: Database, settings: Settings, brand: Brand, booking: UUID, work: Case
) -> DomainError:
    """The refusal, behind which nothing is stored and nobody told."""
    before = await state(database, brand, booking), await trail_of(settings, brand)
    with pytest.raises(DomainError) as refusal:
        await write(database, brand, work)
    assert (await state(database, brand, booking), await trail_of(settings, brand)) == before
    return refusal.value


async def test_a_van_and_a_driver_make_a_confirmed_tour_assigned_and_block_their_time(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, putting_van(tour.booking, tour.van))
    assert await rows(database, brand, TOUR, tour.booking) == [("confirmed", 2)]
    _, near = await write(database, brand, putting_driver(tour.booking, tour.driver, 2))

    assert near == []
    assert await rows(database, brand, TOUR, tour.booking) == [("assigned", 3)]
    assert await rows(database, brand, CREW, tour.booking) == [(tour.van, 4), (tour.driver, None)]
    blocked = ("booking", START, UNTIL, None)
    expected = sorted([(tour.van, *blocked), (tour.driver, *blocked)])
    assert await rows(database, brand, BLOCKS, tour.booking) == expected
    told = [(row[1], row[4], row[8]) for row in (await trail_of(settings, brand)).events]
    assert told == [
        ("VehicleAssigned", 2, {"vehicle_id": [None, str(tour.van)], "guests": [None, 4]}),
        (
            "DriverAssigned",
            3,
            {"driver_id": [None, str(tour.driver)], "status": ["confirmed", "assigned"]},
        ),
    ]


async def test_whoever_leaves_an_assigned_tour_is_free_and_the_tour_confirmed_again(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, putting_driver(tour.booking, tour.driver))
    await write(database, brand, putting_van(tour.booking, tour.van, 2))
    await write(database, brand, taking_van(tour.booking, tour.van, 3))
    assert await rows(database, brand, TOUR, tour.booking) == [("confirmed", 4)]
    await write(database, brand, taking_driver(tour.booking, tour.driver, 4))

    assert await rows(database, brand, TOUR, tour.booking) == [("confirmed", 5)]
    assert await rows(database, brand, CREW, tour.booking) == []
    released = await rows(database, brand, BLOCKS, tour.booking)
    assert [row[4] for row in released] == [NOW, NOW]
    told = [(row[1], row[8]) for row in (await trail_of(settings, brand)).events[2:]]
    assert told == [
        (
            "VehicleUnassigned",
            {"vehicle_id": [str(tour.van), None], "status": ["assigned", "confirmed"]},
        ),
        ("DriverUnassigned", {"driver_id": [str(tour.driver), None]}),
    ]


async def test_a_party_of_twenty_needs_two_vans_and_a_driver_for_each(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> tuple[UUID, ...]:
        booking = await a_confirmed_tour(tx, party_size=20)
        vans = [await a_sound_van(tx, seats=seats) for seats in (14, 8)]
        return (booking, *vans, await a_sound_driver(tx), await a_sound_driver(tx))

    booking, large, small, one, two = await write(database, brand, work)
    await write(database, brand, putting_van(booking, large, guests=14))
    await write(database, brand, putting_driver(booking, one, 2))
    assert await rows(database, brand, TOUR, booking) == [("confirmed", 3)]
    await write(database, brand, putting_van(booking, small, 3))
    assert await rows(database, brand, TOUR, booking) == [("confirmed", 4)]
    await write(database, brand, putting_driver(booking, two, 4))

    assert await rows(database, brand, TOUR, booking) == [("assigned", 5)]
    seated = await rows(database, brand, CREW, booking)
    assert seated[:2] == sorted([(large, 14), (small, 6)])


async def test_a_van_that_is_busy_with_another_brand_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sibling = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, a_tour)

    async def theirs(tx: Transaction) -> None:
        await put_vehicle(tx, await a_booking(tx), tour.van)

    await write(database, sibling, theirs)
    work = putting_van(tour.booking, tour.van)
    error = await refused(database, settings, brand, tour.booking, work)
    assert isinstance(error, VehicleBusy)


async def test_a_driver_who_has_the_day_off_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, lambda tx: a_block(tx, driver_id=tour.driver, kind="time_off"))
    work = putting_driver(tour.booking, tour.driver)
    error = await refused(database, settings, brand, tour.booking, work)
    assert isinstance(error, DriverBusy)
    assert error.path == "driverId"
    assert error.message.endswith("Choose another driver.")


async def test_a_hold_that_has_run_out_lets_the_van_go_whichever_brands_it_is(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sibling = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, a_tour)

    async def theirs(tx: Transaction) -> None:
        values = {"status": "held", "hold_expires_at": NOW - HOUR, "customer_id": None}
        await put_vehicle(tx, await a_booking(tx, **values), tour.van)

    await write(database, sibling, theirs)
    await write(database, brand, putting_van(tour.booking, tour.van))
    assert await rows(database, brand, TOUR, tour.booking) == [("confirmed", 2)]


@pytest.mark.parametrize(
    ("papers", "says"),
    [
        ({"licence": YESTERDAY}, "the licence ran out on 2026-06-07 (LICENCE)"),
        (
            {"medical_certificate": YESTERDAY},
            "the medical certificate ran out on 2026-06-07 (MEDICAL_CERTIFICATE)",
        ),
        ({"licence": None}, "nobody knows until when the licence is good (LICENCE)"),
    ],
)
async def test_no_reason_puts_a_driver_without_a_good_licence_or_medical_on_a_tour(
    database: Database,
    settings: Settings,
    brand: Brand,
    papers: dict[str, date | None],
    says: str,
) -> None:
    tour = await write(database, brand, a_tour)
    driver = await write(database, brand, lambda tx: a_sound_driver(tx, papers))
    work = putting_driver(tour.booking, driver, override=WHY)
    error = await refused(database, settings, brand, tour.booking, work)
    assert isinstance(error, NotCompliant)
    assert says in error.message
    assert error.path == "driverId"


async def test_a_driver_without_papers_is_refused_with_all_that_is_missing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    driver = await write(database, brand, a_driver)
    work = putting_driver(tour.booking, driver)
    error = await refused(database, settings, brand, tour.booking, work)
    assert error.message == (
        "This may not go on the tour: there is no licence (LICENCE); there is no medical"
        " certificate (MEDICAL_CERTIFICATE); there is no road test (ROAD_TEST); there is no mvr"
        " (MVR); there is no annual review (ANNUAL_REVIEW). No reason overrides LICENCE,"
        " MEDICAL_CERTIFICATE. Choose another, or renew what has run out."
    )


async def test_an_old_mvr_is_overridden_with_a_reason_that_the_event_keeps(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    driver = await write(database, brand, lambda tx: a_sound_driver(tx, {"mvr": YESTERDAY}))
    plain = putting_driver(tour.booking, driver)
    error = await refused(database, settings, brand, tour.booking, plain)
    assert "override with a reason" in error.message

    await write(database, brand, putting_driver(tour.booking, driver, override=WHY))
    [event] = (await trail_of(settings, brand)).events
    assert event[8] == {
        "driver_id": [None, str(driver)],
        "overridden": [None, "mvr"],
        "override_reason": [None, "The renewal is in the post."],
    }


async def test_hours_of_another_brands_tour_count_and_are_never_overridden(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sibling = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, a_tour)
    early = START - 6 * HOUR - timedelta(minutes=30)

    async def theirs(tx: Transaction) -> UUID:
        booking = await a_confirmed_tour(tx, starts_at=early)
        await assign_driver(tx, DriverWish(booking, tour.driver, 1), now=NOW, ids=Ids())
        return booking

    await write(database, sibling, theirs)
    work = putting_driver(tour.booking, tour.driver, override=WHY)
    error = await refused(database, settings, brand, tour.booking, work)
    assert "it makes 12:00 h of driving in one shift (HOURS_OF_DRIVING)" in error.message


async def test_stops_are_not_driven_and_nine_and_a_half_hours_are_warned_of(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> tuple[UUID, UUID]:
        tour = await a_tour(tx)
        await on_duty(tx, tour.driver, START - 4 * HOUR, START, kind="driving")
        await tx.run(
            "insert into booking_stops (id, booking_id, position, kind, name, minutes)"
            " values (gen_random_uuid(), %(id)s, 1, 'custom', 'Lunch', 30)",
            {"id": tour.booking},
        )
        return tour.booking, tour.driver

    booking, driver = await write(database, brand, work)
    _, near = await write(database, brand, putting_driver(booking, driver))
    assert [(each.fault.name, each.says) for each in near] == [
        ("HOURS_OF_DRIVING", "it makes 9:30 h of driving in one shift")
    ]


async def test_a_clock_that_starts_in_the_future_fails_closed(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, lambda tx: on_duty(tx, tour.driver, NOW + HOUR, None))
    work = putting_driver(tour.booking, tour.driver, override=WHY)
    error = await refused(database, settings, brand, tour.booking, work)
    assert "the hours of duty cannot be told (HOURS_UNKNOWN)" in error.message


@pytest.mark.parametrize("status", ["out_of_service", "retired"])
async def test_no_reason_sends_a_van_that_is_out_of_service(
    database: Database, settings: Settings, brand: Brand, status: str
) -> None:
    tour = await write(database, brand, a_tour)
    van = await write(database, brand, lambda tx: a_sound_van(tx, status=status))
    work = putting_van(tour.booking, van, override=WHY)
    error = await refused(database, settings, brand, tour.booking, work)
    assert isinstance(error, NotCompliant)
    assert "No reason overrides VEHICLE_OUT_OF_SERVICE." in error.message


async def test_a_van_without_insurance_goes_with_a_reason_only(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    van = await write(database, brand, lambda tx: a_sound_van(tx, {"insurance": YESTERDAY}))
    error = await refused(database, settings, brand, tour.booking, putting_van(tour.booking, van))
    assert "the insurance ran out on 2026-06-07 (INSURANCE)" in error.message
    await write(database, brand, putting_van(tour.booking, van, override=WHY))
    assert await rows(database, brand, TOUR, tour.booking) == [("confirmed", 2)]


async def test_a_van_that_is_too_small_is_refused_unless_the_party_is_divided(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, party_size=8))
    small = await write(database, brand, lambda tx: a_sound_van(tx, seats=6))
    for work in (putting_van(tour.booking, small), putting_van(tour.booking, small, guests=7)):
        error = await refused(database, settings, brand, tour.booking, work)
        assert isinstance(error, PartyTooLarge)
    await write(database, brand, putting_van(tour.booking, small, guests=6))
    await write(database, brand, putting_van(tour.booking, tour.van, 2))
    seated = await rows(database, brand, CREW, tour.booking)
    assert sorted(seated) == sorted([(small, 6), (tour.van, 2)])


async def test_a_refused_wish_says_why(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, putting_van(tour.booking, tour.van))
    other, draft = await write(database, brand, a_sound_van), new_id()
    cases: list[tuple[Case, type[DomainError], str]] = [
        (putting_van(tour.booking, other, 1), StaleVersion, "expectedVersion"),
        (putting_van(draft, other), NotFound, "bookingId"),
        (putting_van(tour.booking, draft, 2), NotFound, "vehicleId"),
        (putting_driver(tour.booking, draft, 2), NotFound, "driverId"),
        (putting_van(tour.booking, tour.van, 2), AlreadyAssigned, "vehicleId"),
        (putting_van(tour.booking, other, 2), WrongState, "vehicleId"),
        (taking_van(tour.booking, other, 2), NotAssigned, "vehicleId"),
        (taking_driver(tour.booking, tour.driver, 2), NotAssigned, "driverId"),
        (replacing(tour.booking, other, tour.van, 2), NotAssigned, "vehicleId"),
        (replacing(tour.booking, tour.van, draft, 2), NotFound, "replacementVehicleId"),
    ]
    for work, kind, path in cases:
        error = await refused(database, settings, brand, tour.booking, work)
        assert (type(error), error.path) == (kind, path)


async def test_a_pencil_has_vans_and_no_driver(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, status="pending"))
    await write(database, brand, putting_van(tour.booking, tour.van))
    work = putting_driver(tour.booking, tour.driver, 2)
    error = await refused(database, settings, brand, tour.booking, work)
    assert isinstance(error, WrongState)
    assert error.message.endswith("Confirm it first.")


@pytest.mark.parametrize("status", ["draft", "cancelled", "completed", "in_progress"])
async def test_a_tour_that_is_not_to_be_staffed_is_given_nobody(
    database: Database, settings: Settings, brand: Brand, status: str
) -> None:
    async def begun(tx: Transaction) -> Tour:
        tour = await a_tour(tx, status=status)
        await put_vehicle(tx, tour.booking, await a_vehicle(tx))
        return tour

    tour = await write(database, brand, begun)
    error = await refused(
        database, settings, brand, tour.booking, putting_van(tour.booking, tour.van)
    )
    assert isinstance(error, WrongState)


async def test_another_van_takes_the_guests_of_the_one_that_goes_and_the_tour_stays_assigned(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, putting_van(tour.booking, tour.van))
    await write(database, brand, putting_driver(tour.booking, tour.driver, 2))
    other = await write(database, brand, lambda tx: a_sound_van(tx, seats=4))
    await write(database, brand, replacing(tour.booking, tour.van, other, 3))

    assert await rows(database, brand, TOUR, tour.booking) == [("assigned", 4)]
    assert await rows(database, brand, CREW, tour.booking) == [(other, 4), (tour.driver, None)]
    held = {row[0]: row[4] for row in await rows(database, brand, BLOCKS, tour.booking)}
    assert held == {tour.van: NOW, other: None, tour.driver: None}
    assert (await trail_of(settings, brand)).events[-1][8] == {
        "vehicle_id": [str(tour.van), str(other)]
    }


async def test_a_smaller_van_does_not_replace_one_whose_guests_it_cannot_take(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, putting_van(tour.booking, tour.van))
    small = await write(database, brand, lambda tx: a_sound_van(tx, seats=3))
    work = replacing(tour.booking, tour.van, small, 2)
    error = await refused(database, settings, brand, tour.booking, work)
    assert isinstance(error, PartyTooLarge)


async def test_the_smallest_free_van_that_fits_is_proposed_first(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sibling = await a_brand(settings, tenant=brand, code="nwtc")

    async def work(tx: Transaction) -> tuple[UUID, dict[int, UUID]]:
        vans = {seats: await a_vehicle(tx, seats=seats) for seats in (14, 4, 8, 6, 3)}
        await a_vehicle(tx, seats=5, status="maintenance")
        return await a_confirmed_tour(tx), vans

    booking, vans = await write(database, brand, work)

    async def theirs(tx: Transaction) -> None:
        await put_vehicle(tx, await a_booking(tx), vans[6])

    await write(database, sibling, theirs)
    proposed = await write(database, brand, lambda tx: proposed_vehicles(tx, booking))
    assert proposed == [vans[4], vans[8], vans[14]]

    await write(
        database,
        brand,
        lambda tx: tx.run("update bookings set party_size = 20 where id = %(id)s", {"id": booking}),
    )
    proposed = await write(database, brand, lambda tx: proposed_vehicles(tx, booking))
    assert proposed == [vans[14], vans[8], vans[4], vans[3]]


async def test_of_ten_tours_that_want_one_van_at_once_one_has_it(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> tuple[UUID, list[UUID]]:
        return await a_sound_van(tx), [await a_confirmed_tour(tx) for _ in range(10)]

    van, bookings = await write(database, brand, work)
    answers = await asyncio.gather(
        *(write(database, brand, putting_van(booking, van)) for booking in bookings),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in answers) == ["UUID", *["VehicleBusy"] * 9]
    blocked = await rows(
        database,
        brand,
        "select count(*) from blocks where vehicle_id = %(id)s and released_at is null",
        van,
    )
    assert blocked == [(1,)]


@pytest.mark.parametrize(
    ("licence", "before", "says"),
    [
        (None, 8, "it makes 11:00 h of driving in one shift (HOURS_OF_DRIVING)"),
        (date(2026, 6, 8), 4, "the licence ran out on 2026-06-08 (LICENCE)"),
    ],
)
async def test_a_tour_is_not_moved_to_where_its_driver_may_not_drive_it(
    database: Database,
    settings: Settings,
    brand: Brand,
    licence: date | None,
    before: int,
    says: str,
) -> None:
    later = START + 24 * HOUR

    async def work(tx: Transaction) -> Tour:
        tour = await a_tour(tx)
        driver = await a_sound_driver(tx, {"licence": licence} if licence else {})
        await on_duty(tx, driver, later - before * HOUR, later - 3 * HOUR, kind="driving")
        return Tour(tour.booking, tour.van, driver)

    tour = await write(database, brand, work)
    await write(database, brand, putting_driver(tour.booking, tour.driver))
    wish = NewTimes(tour.booking, later, None, 2)
    error = await refused(
        database,
        settings,
        brand,
        tour.booking,
        lambda tx: reschedule_booking(tx, wish, now=NOW, ids=Ids()),
    )
    assert isinstance(error, NotCompliant)
    assert (says in error.message, error.path) == (True, "startsAt")


async def test_a_tour_with_a_driver_is_not_moved_to_where_its_van_may_not_go(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, putting_van(tour.booking, tour.van))
    await write(database, brand, putting_driver(tour.booking, tour.driver, 2))
    until = "update documents set expires_on = %(day)s where vehicle_id = %(van)s"
    await write(
        database, brand, lambda tx: tx.run(until, {"day": date(2026, 6, 8), "van": tour.van})
    )

    def moving(hours: int) -> Any:
        wish = NewTimes(tour.booking, START + hours * HOUR, None, 3)
        return lambda tx: reschedule_booking(tx, wish, now=NOW, ids=Ids())

    error = await refused(database, settings, brand, tour.booking, moving(24))
    assert isinstance(error, NotCompliant)
    assert error.path == "startsAt"
    assert "the insurance ran out on 2026-06-08 (INSURANCE)" in error.message
    await write(database, brand, moving(-1))


async def test_a_booking_that_was_sold_with_its_van_is_assigned_by_its_driver(
    database: Database, brand: Brand
) -> None:
    [van] = await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))
    driver = await write(database, brand, a_sound_driver)
    await write(database, brand, lambda tx: papers_for(tx, van))

    async def confirm(tx: Transaction) -> None:
        await confirm_booking(tx, booking, 1, waiver="A good old guest.", now=NOW, ids=Ids())

    await write(database, brand, confirm)
    await write(database, brand, putting_driver(booking, driver, 2))
    assert await rows(database, brand, TOUR, booking) == [("assigned", 3)]
    assert await rows(database, brand, CREW, booking) == [(van, 4), (driver, None)]


async def test_a_van_that_a_sale_took_is_looked_at_before_a_driver_takes_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    async def sold(tx: Transaction) -> Tour:
        tour = await a_tour(tx)
        await put_vehicle(tx, tour.booking, van := await a_sound_van(tx, {"insurance": YESTERDAY}))
        return Tour(tour.booking, van, tour.driver)

    tour = await write(database, brand, sold)
    work = putting_driver(tour.booking, tour.driver, override=WHY)
    error = await refused(database, settings, brand, tour.booking, work)
    assert (type(error), error.path, error.message) == (
        NotCompliant,
        "bookingId",
        "A van of the tour may not go: the insurance ran out on 2026-06-07 (INSURANCE). Replace it,"
        " or take it off and assign it with an override.",
    )
    wish = NewOffers(tour.booking, (tour.driver,), START)

    async def offering(tx: Transaction) -> list[UUID]:
        return await offer_tour(tx, wish, now=NOW, ids=Ids())

    error = await refused(database, settings, brand, tour.booking, offering)
    assert isinstance(error, NotCompliant)

    await write(database, brand, taking_van(tour.booking, tour.van, 1))
    await write(database, brand, putting_van(tour.booking, tour.van, 2, override=WHY))
    await write(database, brand, putting_driver(tour.booking, tour.driver, 3))
    assert await rows(database, brand, TOUR, tour.booking) == [("assigned", 4)]
