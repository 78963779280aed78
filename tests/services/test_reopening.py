"""Taking a cancellation back: the state, what is blocked again, the deposit; or nothing at all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import (
    DomainError,
    DriverBusy,
    NotFound,
    StaleVersion,
    StartInPast,
    VehicleBusy,
    WrongState,
)
from domain.identity import Brand
from domain.reopening import Reopening
from services.cancellations import Cancellation, cancel_booking
from services.reopening import reopen_booking
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_driver,
    a_payment,
    a_vehicle,
    assign_driver,
    assign_vehicle,
    insert,
    new_id,
    write,
)
from tests.db.refusals import stored
from tests.db.rows import a_task
from tests.services.trail import NOTHING, trail_of

NOW = START - timedelta(days=7)
OFF = START - timedelta(days=20)
BUFFER = timedelta(minutes=30)
FREE_AT = START + timedelta(hours=6) + BUFFER
ROW = (
    "select status, cancelled_at, cancel_reason, refund_due_cents, deposit_received_at, version,"
    " updated_at from bookings where id = %(id)s"
)
BLOCKS = (
    "select vehicle_id, driver_id, kind, starts_at, ends_at from blocks where booking_id = %(id)s"
    " and released_at is null order by vehicle_id nulls last"
)


class Ids:
    """Fresh identities."""

    def new(self) -> UUID:
        return new_id()


@dataclass(frozen=True, slots=True)
class Tour:
    """A cancelled booking with the van and the driver that it had."""

    booking: UUID
    van: UUID
    driver: UUID


async def cancelled(tx: Transaction, **values: Any) -> Tour:
    booking = await a_booking(
        tx, **{"status": "cancelled", "cancelled_at": OFF, "cancel_reason": "Ill", **values}
    )
    van, driver = await a_vehicle(tx), await a_driver(tx)
    await assign_vehicle(tx, booking, van)
    await assign_driver(tx, booking, driver)
    return Tour(booking, van, driver)


def reopening(
    booking: UUID, *, version: int = 1, now: datetime = NOW
) -> Callable[[Transaction], Awaitable[UUID]]:
    wish = Reopening(booking, version)
    return lambda tx: reopen_booking(tx, wish, now=now, ids=Ids())


async def owner_of(tx: Transaction, booking: UUID) -> UUID:
    row = await tx.row("select customer_id from bookings where id = %(id)s", {"id": booking})
    assert row is not None
    owner: UUID = row[0]
    return owner


async def rows(database: Database, brand: Brand, statement: str, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, {"id": id}))


async def test_a_cancelled_tour_is_pencilled_in_with_the_van_and_the_driver_it_had(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: cancelled(tx, refund_due_cents=100))
    await write(database, brand, reopening(tour.booking))

    assert await rows(database, brand, ROW, tour.booking) == [
        ("pending", None, None, None, None, 2, NOW)
    ]
    assert await rows(database, brand, BLOCKS, tour.booking) == [
        (tour.van, None, "booking", START, FREE_AT),
        (None, tour.driver, "booking", START, FREE_AT),
    ]
    trail = await trail_of(settings, brand)
    assert [(each[1], each[3], each[4], each[8]) for each in trail.events] == [
        (
            "BookingReopened",
            tour.booking,
            2,
            {
                "status": ["cancelled", "pending"],
                "cancelled_at": [OFF.isoformat(), None],
                "refund_due_cents": [100, None],
            },
        )
    ]
    assert [each[1:] for each in trail.personal] == [("cancel_reason", "Ill", None)]


async def test_a_tour_that_never_had_a_van_comes_back_without_one(
    database: Database, brand: Brand
) -> None:
    booking = await write(database, brand, lambda tx: a_booking(tx, status="cancelled"))
    await write(database, brand, reopening(booking))

    assert (await rows(database, brand, ROW, booking))[0][0] == "pending"
    assert await rows(database, brand, BLOCKS, booking) == []


@pytest.mark.parametrize(("back_cents", "kept"), [(None, True), (10000, False), (31094, False)])
async def test_a_deposit_that_went_back_is_to_be_received_again(
    database: Database, brand: Brand, back_cents: int | None, *, kept: bool
) -> None:
    async def setup(tx: Transaction) -> UUID:
        booking = await a_booking(tx, status="cancelled")
        row = await tx.row("select customer_id from bookings where id = %(b)s", {"b": booking})
        customer_id = row and row[0]
        status = "succeeded"
        if back_cents is not None:
            status = "refunded" if back_cents == 31094 else "partially_refunded"
        payment = await a_payment(tx, booking_id=booking, customer_id=customer_id, status=status)
        received = "update bookings set deposit_received_at = %(at)s where id = %(id)s"
        await tx.run(received, {"at": START, "id": booking})
        if back_cents is not None:
            await insert(
                tx,
                "refunds",
                payment_id=payment,
                status="succeeded",
                amount_cents=back_cents,
                reason="Cancelled",
                created_at=START,
            )
        return booking

    booking = await write(database, brand, setup)
    await write(database, brand, reopening(booking))

    row = (await rows(database, brand, ROW, booking))[0]
    assert (row[0], row[4]) == ("pending", START if kept else None)


async def refuse(
    database: Database,
    settings: Settings,
    brand: Brand,
    work: Callable[[Transaction], Awaitable[UUID]],
    by: type[DomainError],
) -> None:
    before = await stored(database, brand)
    with pytest.raises(by):
        await write(database, brand, work)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING


@pytest.mark.parametrize(
    ("assign", "by"), [(assign_vehicle, VehicleBusy), (assign_driver, DriverBusy)]
)
async def test_a_van_or_driver_that_was_taken_meanwhile_reopens_nothing(
    database: Database,
    settings: Settings,
    brand: Brand,
    assign: Callable[..., Awaitable[UUID]],
    by: type[DomainError],
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, cancelled)
    taken = tour.van if by is VehicleBusy else tour.driver

    async def take(tx: Transaction) -> None:
        await assign(tx, await a_booking(tx), taken)

    await write(database, sister, take)
    await refuse(database, settings, brand, reopening(tour.booking), by)


@pytest.mark.parametrize(
    ("values", "version", "now", "by"),
    [
        ({}, 2, NOW, StaleVersion),
        ({"status": "pending"}, 1, NOW, WrongState),
        ({"status": "expired"}, 1, NOW, WrongState),
        ({"customer_id": None}, 1, NOW, WrongState),
        ({}, 1, START, StartInPast),
    ],
)
async def test_only_a_cancelled_tour_ahead_is_reopened(
    database: Database,
    settings: Settings,
    brand: Brand,
    values: dict[str, Any],
    version: int,
    now: datetime,
    by: type[DomainError],
) -> None:
    tour = await write(database, brand, lambda tx: cancelled(tx, **values))
    await refuse(database, settings, brand, reopening(tour.booking, version=version, now=now), by)


@pytest.mark.parametrize(
    "statement",
    [
        "update vehicles set status = 'out_of_service' where id = %(van)s",
        "update vehicles set archived_at = now() where id = %(van)s",
        "update drivers set status = 'left' where id = %(driver)s",
    ],
)
async def test_a_van_out_of_service_or_a_driver_who_left_keeps_it_off(
    database: Database, settings: Settings, brand: Brand, statement: str
) -> None:
    tour = await write(database, brand, cancelled)
    who = {"van": tour.van, "driver": tour.driver}
    text: Any = statement
    await write(database, brand, lambda tx: tx.run(text, who))
    await refuse(database, settings, brand, reopening(tour.booking), WrongState)


async def test_a_sisters_cancelled_tour_is_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, sister, cancelled)
    await refuse(database, settings, brand, reopening(tour.booking), NotFound)
    assert (await rows(database, sister, ROW, tour.booking))[0][0] == "cancelled"


async def test_an_expired_hold_of_a_sister_does_not_keep_it_off(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, cancelled)

    async def hold(tx: Transaction) -> None:
        booking = await a_booking(tx, status="held", hold_expires_at=NOW)
        await assign_vehicle(tx, booking, tour.van)

    await write(database, sister, hold)
    await write(database, brand, reopening(tour.booking))
    assert (await rows(database, brand, ROW, tour.booking))[0][0] == "pending"


async def test_of_two_cancelled_tours_of_one_van_one_comes_back(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, cancelled)

    async def another(tx: Transaction) -> UUID:
        booking = await a_booking(tx, status="cancelled")
        await assign_vehicle(tx, booking, tour.van)
        return booking

    other = await write(database, sister, another)
    said = await asyncio.gather(
        write(database, brand, reopening(tour.booking)),
        write(database, sister, reopening(other)),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in said) == ["UUID", "VehicleBusy"]


async def test_what_was_to_be_given_back_is_not_any_more_when_the_tour_is_on_again(
    database: Database, settings: Settings, brand: Brand
) -> None:
    async def work(tx: Transaction) -> tuple[UUID, UUID, UUID]:
        booking = await a_booking(tx)
        about = {"kind": "refund", "subject_id": booking}
        older = await a_task(tx, **about, created_at=OFF - timedelta(seconds=1))
        wish = Cancellation(booking, 1, "Ill", 31094, our_fault=True)
        await a_payment(tx, booking_id=booking, customer_id=await owner_of(tx, booking))
        await cancel_booking(tx, wish, now=OFF, ids=Ids())
        return booking, older, await a_task(tx, kind="call", subject_id=booking)

    booking, older, call = await write(database, brand, work)
    await write(database, brand, reopening(booking, version=2))

    left = "select id, settled from tasks where subject_id = %(id)s and done_at is null order by id"
    assert await rows(database, brand, left, booking) == sorted([(older, False), (call, False)])
    done = "select id, done_at, settled, version from tasks where done_at is not null"
    ((task, *closed),) = await write(database, brand, lambda tx: tx.rows(done))
    assert closed == [NOW, True, 2]
    told = [each for each in (await trail_of(settings, brand)).events if each[3] == task]
    assert [(each[1], each[4]) for each in told] == [("TaskCreated", 1), ("TaskSettled", 2)]
    assert told[1][8] == {"done_at": [None, NOW.isoformat()], "settled": [False, True]}


async def test_what_was_paid_beyond_the_total_is_staffs_to_give_back_again(
    database: Database, settings: Settings, brand: Brand
) -> None:
    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx, number="WWT-2026-00007", total_cents=62187)
        owner = await owner_of(tx, booking)
        await a_payment(tx, booking_id=booking, customer_id=owner, amount_cents=82187)
        await a_task(tx, kind="overpayment", subject_id=booking)
        wish = Cancellation(booking, 1, "Ill", 82187, our_fault=True)
        await cancel_booking(tx, wish, now=OFF, ids=Ids())
        return booking

    booking = await write(database, brand, work)
    await write(database, brand, reopening(booking, version=2))

    left = "select id, kind, title, due_at from tasks where done_at is null and subject_id = %(id)s"
    ((task, *asked),) = await rows(database, brand, left, booking)
    title = "Give back $200.00 for WWT-2026-00007: it costs less than was paid"
    assert asked == ["overpayment", title, NOW + timedelta(days=1)]
    told = [each for each in (await trail_of(settings, brand)).events if each[3] == task]
    assert [(each[1], each[4], each[8]["kind"]) for each in told] == [
        ("TaskCreated", 1, [None, "overpayment"])
    ]
