"""Offering a tour: the first yes has it, a no has a reason, and a substitute comes before we go."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.assignments import AlreadyAssigned
from domain.compliance import NotCompliant
from domain.errors import (
    DomainError,
    DriverBusy,
    InvalidInput,
    NotFound,
    StaleVersion,
    WrongState,
)
from domain.identity import Brand, Kind
from domain.offers import AlreadyOffered, NewOffers, OfferClosed
from services.assignments import DriverWish, assign_driver, unassign_driver
from services.offers import (
    Answer,
    accept_offer,
    decline_offer,
    expire_offers,
    offer_tour,
    request_substitute,
    withdraw_offer,
)
from tests.builders import (
    START,
    a_block,
    a_driver,
    new_id,
    write,
)
from tests.builders import (
    assign_driver as put_driver,
)
from tests.builders import (
    assign_vehicle as put_vehicle,
)
from tests.services.crews import HOUR, a_confirmed_tour, a_sound_driver, a_sound_van
from tests.services.test_assignments import BLOCKS, CREW, TOUR, Ids, rows
from tests.services.trail import trail_of

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SOON = NOW + 4 * HOUR
OFFERS = (
    "select driver_id, status, reason, version from tour_offers where booking_id = %(id)s"
    " order by created_at, id"
)
TASKS = "select kind, title, due_at from tasks where subject_id = %(id)s"
Case = Callable[[Transaction], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Round:
    """A confirmed tour with a van, and its offers by the driver who has them."""

    booking: UUID
    offers: dict[UUID, UUID]

    @property
    def drivers(self) -> list[UUID]:
        return list(self.offers)


async def a_round(tx: Transaction, *, drivers: int = 2, **values: Any) -> Round:
    booking = await a_confirmed_tour(tx, **values)
    await put_vehicle(tx, booking, await a_sound_van(tx))
    asked = [await a_sound_driver(tx) for _ in range(drivers)]
    made = await offer_tour(tx, NewOffers(booking, tuple(asked), SOON), now=NOW, ids=Ids())
    return Round(booking, dict(zip(asked, made, strict=True)))


def saying_yes(offer: UUID, *, version: int = 1, now: datetime = NOW) -> Case:
    return lambda tx: accept_offer(tx, Answer(offer, version), now=now, ids=Ids())


def saying_no(offer: UUID, reason: str = "A wedding.") -> Case:
    return lambda tx: decline_offer(tx, Answer(offer, 1, reason), now=NOW, ids=Ids())


def withdrawing(offer: UUID) -> Case:
    return lambda tx: withdraw_offer(tx, Answer(offer, 1), now=NOW, ids=Ids())


def asking(booking: UUID, *, now: datetime = NOW) -> Case:
    return lambda tx: request_substitute(tx, booking, reason="A cold.", now=now, ids=Ids())


async def as_driver(database: Database, brand: Brand, driver: UUID, work: Case) -> Any:
    return await write(database, brand, work, kind=Kind.DRIVER, actor=driver)


async def state(database: Database, settings: Settings, brand: Brand, booking: UUID) -> Any:
    asked = (TOUR, CREW, BLOCKS, OFFERS, TASKS)
    found = [await rows(database, brand, each, booking) for each in asked]
    return found, await trail_of(settings, brand)


async def refused(
    database: Database,
    settings: Settings,
    brand: Brand,
    booking: UUID,
    work: Case,
    driver: UUID | None = None,
) -> DomainError:
    before = await state(database, settings, brand, booking)
    kind = Kind.DRIVER if driver else Kind.STAFF
    with pytest.raises(DomainError) as refusal:
        await write(database, brand, work, kind=kind, actor=driver)
    assert await state(database, settings, brand, booking) == before
    return refusal.value


async def test_the_first_yes_has_the_tour_and_the_other_offers_are_withdrawn(
    database: Database, settings: Settings, brand: Brand
) -> None:
    asked = await write(database, brand, a_round)
    (first, offer), (second, other) = asked.offers.items()
    await as_driver(database, brand, first, saying_yes(offer))

    assert await rows(database, brand, TOUR, asked.booking) == [("assigned", 2)]
    assert (first, None) in await rows(database, brand, CREW, asked.booking)
    free_at = START + 6 * HOUR + timedelta(minutes=30)
    held = {row[0]: row[1:] for row in await rows(database, brand, BLOCKS, asked.booking)}
    assert held[first] == ("booking", START, free_at, None)
    assert await rows(database, brand, OFFERS, asked.booking) == [
        (first, "accepted", None, 2),
        (second, "withdrawn", None, 2),
    ]
    told = [row[1:9] for row in (await trail_of(settings, brand)).events[2:]]
    assert [(row[0], row[2], row[3], row[4], row[5]) for row in told] == [
        ("DriverAssigned", asked.booking, 2, "driver", first),
        ("TourOfferAccepted", offer, 2, "driver", first),
        ("TourOfferWithdrawn", other, 2, "driver", first),
    ]
    assert told[0][7] == {
        "driver_id": [None, str(first)],
        "offer_id": [None, str(offer)],
        "status": ["confirmed", "assigned"],
    }


async def test_offers_of_one_end_are_swept_by_one_job_at_their_end(
    database: Database, settings: Settings, brand: Brand
) -> None:
    for _ in range(2):
        await write(database, brand, a_round)
    [job] = (await trail_of(settings, brand)).jobs
    assert job[:3] == ("expire_tour_offers", "default", "todo")
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        asked = "select scheduled_at from jobs.procrastinate_jobs where args ->> 'brand_id' = %s"
        row = await (await connection.execute(asked, (str(brand.id),))).fetchone()
    assert row == (SOON,)


async def test_a_tour_of_two_vans_stays_on_offer_until_it_has_two_drivers(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> Round:
        asked = await a_round(tx, drivers=3, party_size=20)
        await put_vehicle(tx, asked.booking, await a_sound_van(tx))
        return asked

    asked = await write(database, brand, work)
    stood = []
    for driver, offer in list(asked.offers.items())[:2]:
        await as_driver(database, brand, driver, saying_yes(offer))
        [tour] = await rows(database, brand, TOUR, asked.booking)
        stood.append((tour, [row[1] for row in await rows(database, brand, OFFERS, asked.booking)]))

    assert stood == [
        (("confirmed", 2), ["accepted", "offered", "offered"]),
        (("assigned", 3), ["accepted", "accepted", "withdrawn"]),
    ]


async def test_of_ten_drivers_who_say_yes_at_once_one_has_the_tour(
    database: Database, brand: Brand
) -> None:
    asked = await write(database, brand, lambda tx: a_round(tx, drivers=10))
    answers = await asyncio.gather(
        *(
            as_driver(database, brand, driver, saying_yes(offer))
            for driver, offer in asked.offers.items()
        ),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in answers) == [*["OfferClosed"] * 9, "UUID"]
    ended = await rows(database, brand, OFFERS, asked.booking)
    assert sorted(row[1] for row in ended) == ["accepted", *["withdrawn"] * 9]
    winner = next(row[0] for row in ended if row[1] == "accepted")
    crew = await rows(database, brand, CREW, asked.booking)
    assert [row[0] for row in crew if row[1] is None] == [winner]
    assert await rows(database, brand, TOUR, asked.booking) == [("assigned", 2)]


async def test_a_driver_sees_answers_and_takes_their_own_offers_alone(
    database: Database, settings: Settings, brand: Brand
) -> None:
    asked = await write(database, brand, a_round)
    (first, offer), (second, other) = asked.offers.items()
    seen = await as_driver(database, brand, first, lambda tx: tx.rows("select id from tour_offers"))
    assert seen == [(offer,)]
    for work in (saying_yes(other), saying_no(other)):
        error = await refused(database, settings, brand, asked.booking, work, first)
        assert isinstance(error, NotFound)
    taken = await as_driver(
        database,
        brand,
        first,
        lambda tx: tx.rows(
            "select * from take_offered_tour(%(id)s, %(block)s, 'assigned', true, now())",
            {"id": other, "block": new_id()},
        ),
    )
    assert taken == []
    assert [row[0] for row in await rows(database, brand, OFFERS, asked.booking)] == [
        first,
        second,
    ]


async def test_nobody_calls_an_offer_accepted_without_driving(
    database: Database, brand: Brand
) -> None:
    asked = await write(database, brand, a_round)
    first, offer = next(iter(asked.offers.items()))
    with pytest.raises(errors.CheckViolation, match="who accepts a tour drives it"):
        await as_driver(
            database,
            brand,
            first,
            lambda tx: tx.run(
                "update tour_offers set status = 'accepted' where id = %(id)s", {"id": offer}
            ),
        )
    assert [row[1] for row in await rows(database, brand, OFFERS, asked.booking)] == [
        "offered",
        "offered",
    ]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("update bookings set status = 'cancelled' where id = %(id)s", OfferClosed),
        ("update tour_offers set starts_at = starts_at - interval '1 h' where booking_id = %(id)s",
         OfferClosed),
        ("update tour_offers set version = 2 where booking_id = %(id)s", StaleVersion),
        ("update tour_offers set status = 'withdrawn' where booking_id = %(id)s", OfferClosed),
    ],
    ids=["cancelled", "moved", "stale", "withdrawn"],
)  # fmt: skip
async def test_a_yes_comes_too_late(
    database: Database, settings: Settings, brand: Brand, change: Any, kind: type[DomainError]
) -> None:
    asked = await write(database, brand, a_round)

    async def work(tx: Transaction) -> None:
        if "cancelled" in change:
            released = "update blocks set released_at = now() where booking_id = %(id)s"
            await tx.run(released, {"id": asked.booking})
        await tx.run(change, {"id": asked.booking})

    await write(database, brand, work)
    driver, offer = next(iter(asked.offers.items()))
    error = await refused(database, settings, brand, asked.booking, saying_yes(offer), driver)
    assert type(error) is kind


async def test_an_offer_that_has_run_out_is_closed_before_it_is_swept_and_swept_once(
    database: Database, settings: Settings, brand: Brand
) -> None:
    asked = await write(database, brand, a_round)
    driver, offer = next(iter(asked.offers.items()))
    late = saying_yes(offer, now=SOON)
    error = await refused(database, settings, brand, asked.booking, late, driver)
    assert (type(error), error.message) == (OfferClosed, "The offer is expired.")

    def sweep(now: datetime) -> Any:
        return write(
            database,
            brand,
            lambda tx: expire_offers(tx, now=now, ids=Ids()),
            kind=Kind.WORKER,
        )

    swept = [await sweep(at) for at in (SOON - HOUR, SOON, SOON)]
    assert swept == [0, 2, 0]
    ended = await rows(database, brand, OFFERS, asked.booking)
    assert [row[1:] for row in ended] == [("expired", None, 2)] * 2
    assert [row[1] for row in (await trail_of(settings, brand)).events[2:]] == [
        "TourOfferExpired",
        "TourOfferExpired",
    ]


async def test_a_driver_who_may_not_drive_or_is_busy_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    yesterday = date(2026, 6, 7)

    async def work(tx: Transaction) -> Round:
        asked = await a_round(tx)
        expired, busy = asked.drivers
        await tx.run(
            "update documents set expires_on = %(on)s where driver_id = %(id)s and kind = 'licence'",
            {"on": yesterday, "id": expired},
        )
        await a_block(tx, driver_id=busy, kind="time_off")
        return asked

    asked = await write(database, brand, work)
    kinds = []
    for driver, offer in asked.offers.items():
        error = await refused(database, settings, brand, asked.booking, saying_yes(offer), driver)
        kinds.append(type(error))
    assert kinds == [NotCompliant, DriverBusy]


async def test_a_no_has_a_reason_and_leaves_the_others_their_offers(
    database: Database, settings: Settings, brand: Brand
) -> None:
    asked = await write(database, brand, a_round)
    driver, offer = next(iter(asked.offers.items()))
    error = await refused(database, settings, brand, asked.booking, saying_no(offer, "  "), driver)
    assert (type(error), error.path) == (InvalidInput, "reason")
    await as_driver(database, brand, driver, saying_no(offer))

    ended = await rows(database, brand, OFFERS, asked.booking)
    assert [row[1:] for row in ended] == [("declined", "A wedding.", 2), ("offered", None, 1)]
    event = (await trail_of(settings, brand)).events[-1]
    assert (event[1], event[8]) == (
        "TourOfferDeclined",
        {"status": ["offered", "declined"], "reason": [None, "A wedding."]},
    )


async def test_the_staff_take_an_offer_back_once(
    database: Database, settings: Settings, brand: Brand
) -> None:
    asked = await write(database, brand, a_round)
    driver, offer = next(iter(asked.offers.items()))
    await write(database, brand, withdrawing(offer))
    for work, actor in ((withdrawing(offer), None), (saying_yes(offer), driver)):
        error = await refused(database, settings, brand, asked.booking, work, actor)
        assert (type(error), error.message) == (OfferClosed, "The offer is withdrawn.")


async def test_an_offer_must_make_sense(
    database: Database, settings: Settings, brand: Brand
) -> None:
    asked = await write(database, brand, a_round)
    other, gone = await write(
        database,
        brand,
        lambda tx: _two(a_driver(tx), a_driver(tx, status="left")),
    )
    cases: list[tuple[NewOffers, type[DomainError], str]] = [
        (NewOffers(new_id(), (other,), SOON), NotFound, "bookingId"),
        (NewOffers(asked.booking, (other, new_id()), SOON), NotFound, "driverIds"),
        (NewOffers(asked.booking, (gone,), SOON), NotFound, "driverIds"),
        (NewOffers(asked.booking, (asked.drivers[0],), SOON), AlreadyOffered, "driverIds"),
        (NewOffers(asked.booking, (other,), NOW), InvalidInput, "expiresAt"),
        (NewOffers(asked.booking, (other,), START + HOUR), InvalidInput, "expiresAt"),
    ]
    for wish, kind, path in cases:
        error = await refused(database, settings, brand, asked.booking, _offering(wish))
        assert (type(error), error.path) == (kind, path)
    driver, offer = next(iter(asked.offers.items()))
    await as_driver(database, brand, driver, saying_yes(offer))
    for wished, kind in ((other, WrongState), (driver, AlreadyAssigned)):
        wish = NewOffers(asked.booking, (wished,), SOON)
        error = await refused(database, settings, brand, asked.booking, _offering(wish))
        assert type(error) is kind


async def _two(first: Awaitable[UUID], second: Awaitable[UUID]) -> tuple[UUID, UUID]:
    return await first, await second


def _offering(wish: NewOffers) -> Case:
    return lambda tx: offer_tour(tx, wish, now=NOW, ids=Ids())


async def a_staffed_tour(tx: Transaction) -> tuple[UUID, UUID, UUID, UUID]:
    """An assigned tour, its driver, and two who are free; a third one is not."""
    booking = await a_confirmed_tour(tx)
    await put_vehicle(tx, booking, await a_sound_van(tx))
    names = ("Dan", "Eve", "Fay", "Gus")
    driver, first, second, busy = [await a_sound_driver(tx, name=name) for name in names]
    await put_driver(tx, booking, driver)
    await a_block(tx, driver_id=busy, kind="time_off")
    await tx.run("update bookings set status = 'assigned' where id = %(id)s", {"id": booking})
    return booking, driver, first, second


async def test_a_driver_who_asks_to_be_replaced_drives_until_somebody_else_says_yes(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, driver, free, other = await write(database, brand, a_staffed_tour)
    await as_driver(database, brand, driver, asking(booking))

    assert await rows(database, brand, OFFERS, booking) == [
        (free, "offered", None, 1),
        (other, "offered", None, 1),
    ]
    assert await rows(database, brand, TOUR, booking) == [("assigned", 1)]
    [task] = await rows(database, brand, TASKS, booking)
    assert (task[0], task[1].endswith(": A cold."), task[2]) == (
        "substitute",
        True,
        NOW + 24 * HOUR,
    )
    trail = await trail_of(settings, brand)
    told = [row[1] for row in trail.events]
    assert told == ["SubstituteRequested", "TaskCreated", "TourOffered", "TourOffered"]
    assert [(job[0], job[3]["actor_id"]) for job in trail.jobs] == [
        ("expire_tour_offers", str(driver))
    ]
    error = await refused(database, settings, brand, booking, asking(booking), driver)
    assert isinstance(error, WrongState)

    [offer] = await as_driver(
        database, brand, free, lambda tx: tx.row("select id from tour_offers")
    )
    await as_driver(database, brand, free, saying_yes(offer))
    assert await rows(database, brand, TOUR, booking) == [("assigned", 2)]
    assert [row[1] for row in await rows(database, brand, OFFERS, booking)] == [
        "accepted",
        "withdrawn",
    ]
    drivers = [row[0] for row in await rows(database, brand, CREW, booking) if row[1] is None]
    assert drivers == [free]
    held = {row[0]: row[4] for row in await rows(database, brand, BLOCKS, booking)}
    assert (held[driver], held[free]) == (NOW, None)
    replaced = next(
        row for row in (await trail_of(settings, brand)).events if row[1] == "DriverReplaced"
    )
    assert replaced[8]["driver_id"] == [str(driver), str(free)]


async def test_only_a_driver_of_the_tour_asks_for_a_substitute_and_in_time(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, driver, free, _ = await write(database, brand, a_staffed_tour)
    error = await refused(database, settings, brand, booking, asking(booking), free)
    assert isinstance(error, NotFound)
    late = asking(booking, now=START)
    error = await refused(database, settings, brand, booking, late, driver)
    assert isinstance(error, WrongState)


async def test_who_no_longer_drives_a_tour_needs_no_substitute_and_who_drives_it_gets_no_offer(
    database: Database, brand: Brand
) -> None:
    booking, driver, free, other = await write(database, brand, a_staffed_tour)
    await as_driver(database, brand, driver, asking(booking))
    await write(
        database,
        brand,
        lambda tx: unassign_driver(tx, DriverWish(booking, driver, 1), now=NOW, ids=Ids()),
    )
    ended = await rows(database, brand, OFFERS, booking)
    assert [row[:2] for row in ended] == [(free, "withdrawn"), (other, "withdrawn")]

    wish = NewOffers(booking, (driver, other), SOON)
    await write(database, brand, _offering(wish))
    await write(
        database,
        brand,
        lambda tx: assign_driver(tx, DriverWish(booking, free, 2), now=NOW, ids=Ids()),
    )
    ended = await rows(database, brand, OFFERS, booking)
    assert sorted(row[1] for row in ended) == ["withdrawn"] * 4
    assert await rows(database, brand, TOUR, booking) == [("assigned", 3)]
