"""Rules over several rows: seats, refunds, shares and tickets, whoever comes at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import PartyTooLarge, RuleBroken, WrongState
from domain.identity import Brand, Kind
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_customer,
    a_payment,
    a_vehicle,
    assign_vehicle,
    write,
)
from tests.db.refusals import assert_refused, assert_second_is_refused
from tests.db.rows import (
    a_paid_booking,
    a_refund,
    a_shared_tour,
    a_ticket,
)

# A van off the booking, with what it blocked.
LOSE_ALL = """
with gone as (delete from booking_vehicles where booking_id = %(id)s returning vehicle_id)
update blocks set released_at = now() from gone
where blocks.booking_id = %(id)s and blocks.vehicle_id = gone.vehicle_id and released_at is null
"""
Work = Callable[[Transaction], Awaitable[Any]]


async def _tried(database: Database, brand: Brand, works: Sequence[Work]) -> list[Any]:
    """The outcome of each, all at the same time: a value, or the fact that refused it."""
    return await asyncio.gather(
        *(write(database, brand, work) for work in works), return_exceptions=True
    )


async def _one(database: Database, brand: Brand, statement: str, **params: Any) -> Any:
    async def look(tx: Transaction) -> Any:
        row = await tx.row(statement, params)
        return row and row[0]

    return await write(database, brand, look)


async def _a_party(tx: Transaction, status: str, guests: int, seats: list[int]) -> UUID:
    booking = await a_booking(tx, status=status, party_size=guests, deposit_received_at=START)
    for number in seats:
        await assign_vehicle(tx, booking, await a_vehicle(tx, seats=number))
    return booking


@pytest.mark.parametrize("status", ["assigned", "in_progress", "completed"])
@pytest.mark.parametrize(("guests", "seats"), [(1, []), (5, [4]), (20, [14, 5])])
async def test_a_party_that_does_not_fit_is_refused_from_assigned_on(
    database: Database, brand: Brand, status: str, guests: int, seats: list[int]
) -> None:
    await assert_refused(
        database, brand, lambda tx: _a_party(tx, status, guests, seats), PartyTooLarge
    )


@pytest.mark.parametrize(
    ("status", "guests", "seats"),
    [
        ("assigned", 4, [4]),
        ("assigned", 20, [14, 6]),
        ("completed", 14, [14]),
        ("confirmed", 20, []),
        ("pending", 5, [4]),
    ],
)
async def test_a_party_that_fits_or_is_not_yet_assigned_is_stored(
    database: Database, brand: Brand, status: str, guests: int, seats: list[int]
) -> None:
    booking = await write(database, brand, lambda tx: _a_party(tx, status, guests, seats))
    party = "select party_size from bookings where id = %(id)s"
    assert await _one(database, brand, party, id=booking) == guests


@pytest.mark.parametrize(
    "statement",
    [
        "update bookings set party_size = 15 where id = %(id)s",
        LOSE_ALL,
    ],
)
async def test_a_party_that_grows_or_loses_its_van_is_refused(
    database: Database, brand: Brand, statement: str
) -> None:
    booking = await write(database, brand, lambda tx: _a_party(tx, "assigned", 14, [14]))

    async def change(tx: Transaction) -> None:
        assert await tx.run(statement, {"id": booking}) == 1

    await assert_refused(database, brand, change, PartyTooLarge)


async def test_a_van_is_exchanged_for_another_in_one_transaction(
    database: Database, brand: Brand
) -> None:
    booking = await write(database, brand, lambda tx: _a_party(tx, "assigned", 14, [14]))

    async def exchange(tx: Transaction) -> None:
        await tx.run(LOSE_ALL, {"id": booking})
        await assign_vehicle(tx, booking, await a_vehicle(tx, seats=14))

    await write(database, brand, exchange)
    vans = "select count(*) from booking_vehicles where booking_id = %(id)s"
    assert await _one(database, brand, vans, id=booking) == 1


def _refunding(payment: UUID, amount_cents: int, **values: Any) -> Work:
    return lambda tx: a_refund(tx, payment_id=payment, amount_cents=amount_cents, **values)


async def test_twenty_refunds_at_once_return_no_more_than_was_paid(
    database: Database, brand: Brand
) -> None:
    payment = await write(database, brand, lambda tx: a_paid_booking(tx, amount_cents=1000))
    outcomes = await _tried(database, brand, [_refunding(payment, 130)] * 20)
    assert sum(isinstance(outcome, UUID) for outcome in outcomes) == 7
    assert sum(isinstance(outcome, RuleBroken) for outcome in outcomes) == 13
    total = "select sum(amount_cents)::integer from refunds where payment_id = %(id)s"
    assert await _one(database, brand, total, id=payment) == 910
    await write(database, brand, _refunding(payment, 90))
    await assert_refused(database, brand, _refunding(payment, 1), RuleBroken)


async def test_a_refund_that_failed_returned_nothing(database: Database, brand: Brand) -> None:
    payment = await write(database, brand, lambda tx: a_paid_booking(tx, amount_cents=1000))
    failed = await write(database, brand, _refunding(payment, 1000, status="failed"))
    await write(database, brand, _refunding(payment, 1000))

    async def revive(tx: Transaction) -> None:
        await tx.run("update refunds set status = 'succeeded' where id = %(id)s", {"id": failed})

    await assert_refused(database, brand, revive, RuleBroken)


@pytest.mark.parametrize("status", ["pending", "requires_action", "failed", "cancelled"])
async def test_what_was_never_paid_is_not_refunded(
    database: Database, brand: Brand, status: str
) -> None:
    async def work(tx: Transaction) -> None:
        payment = await a_paid_booking(tx, method="card", status=status, received_at=None)
        await a_refund(tx, payment_id=payment)

    await assert_refused(database, brand, work, RuleBroken)


async def test_a_refund_is_not_moved_to_a_payment_that_cannot_bear_it(
    database: Database, brand: Brand
) -> None:
    large = await write(database, brand, lambda tx: a_paid_booking(tx, amount_cents=1000))
    small = await write(database, brand, lambda tx: a_paid_booking(tx, amount_cents=10))
    refund = await write(database, brand, _refunding(large, 1000))

    async def move(tx: Transaction) -> None:
        statement = "update refunds set payment_id = %(small)s where id = %(id)s"
        await tx.run(statement, {"small": small, "id": refund})

    async def shrink(tx: Transaction) -> None:
        await tx.run("update payments set amount_cents = 999 where id = %(id)s", {"id": large})

    await assert_refused(database, brand, move, RuleBroken)
    await assert_refused(database, brand, shrink, RuleBroken)


GROW = "update bookings set party_size = 8 where id = %(id)s"
LOSE = LOSE_ALL.replace("returning", "and vehicle_id = %(van)s returning")
LOWER = "update vehicles set seats = 3 where id = %(van)s"
LOWER_OTHER = "update vehicles set seats = 3 where id <> %(van)s"


@pytest.mark.parametrize(
    ("party", "first", "second"),
    [
        (4, GROW, LOSE),
        (4, LOSE, GROW),
        (4, GROW, LOWER),
        (4, LOWER, GROW),
        (7, LOWER, LOWER_OTHER),
    ],
)
async def test_of_two_at_once_that_leave_a_party_without_seats_one_is_refused(
    database: Database, brand: Brand, party: int, first: str, second: str
) -> None:
    booking = await write(database, brand, lambda tx: _a_party(tx, "assigned", party, [4, 4]))
    van = await _one(database, brand, "select min(id::text)::uuid from vehicles")

    async def change(tx: Transaction, statement: str) -> None:
        changed: Any = statement
        assert await tx.run(changed, {"id": booking, "van": van}) == 1

    await assert_second_is_refused(
        database,
        brand,
        partial(change, statement=first),
        partial(change, statement=second),
        PartyTooLarge,
    )
    seats = (
        "select sum(v.seats) >= max(b.party_size) from bookings b"
        " join booking_vehicles w on w.booking_id = b.id join vehicles v on v.id = w.vehicle_id"
    )
    assert await _one(database, brand, seats) is True


async def test_a_van_keeps_the_seats_that_a_party_of_any_brand_needs(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    await write(database, sister, lambda tx: _a_party(tx, "assigned", 10, [14]))
    await write(database, sister, lambda tx: _a_party(tx, "completed", 10, [14]))
    ask = (
        "select w.vehicle_id from booking_vehicles w"
        " join bookings b on b.id = w.booking_id where b.status = %(status)s"
    )
    ahead, over = [
        await _one(database, sister, ask, status=status) for status in ("assigned", "completed")
    ]

    async def lower(tx: Transaction, van: UUID, seats: int) -> None:
        statement = "update vehicles set seats = %(seats)s where id = %(van)s"
        assert await tx.run(statement, {"seats": seats, "van": van}) == 1

    for each in (brand, sister):
        await assert_refused(database, each, lambda tx: lower(tx, ahead, 9), PartyTooLarge)
    await write(database, brand, lambda tx: lower(tx, ahead, 10))
    await write(database, brand, lambda tx: lower(tx, over, 9))


@pytest.mark.parametrize("status", ["pending", "requires_action", "failed", "cancelled"])
async def test_a_payment_that_was_refunded_stays_paid(
    database: Database, brand: Brand, status: str
) -> None:
    payment = await write(
        database,
        brand,
        lambda tx: a_paid_booking(tx, amount_cents=1000, method="card"),
        kind=Kind.WORKER,
    )
    await write(database, brand, _refunding(payment, 1000, status="failed"))

    async def to(tx: Transaction, status: str) -> None:
        statement = "update payments set status = %(status)s where id = %(id)s"
        assert await tx.run(statement, {"status": status, "id": payment}) == 1

    await write(database, brand, lambda tx: to(tx, status))
    await write(database, brand, lambda tx: to(tx, "succeeded"), kind=Kind.WORKER)
    await write(database, brand, _refunding(payment, 1))
    await assert_refused(database, brand, lambda tx: to(tx, status), RuleBroken)
    await write(database, brand, lambda tx: to(tx, "partially_refunded"))


async def test_the_last_seats_are_sold_once_to_ten_buyers_at_once(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: a_shared_tour(tx, guests_max=14))
    buyers = await write(database, brand, _customers(10))

    async def buy(tx: Transaction, buyer: UUID) -> UUID:
        ticket = await a_ticket(tx, shared_tour_id=tour, customer_id=buyer)
        await tx.rows("select pg_sleep(0.02)")  # the others come before this one is stored
        return ticket

    sales = [partial(buy, buyer=buyer) for buyer in buyers]
    outcomes = await _tried(database, brand, sales)
    assert sum(isinstance(outcome, UUID) for outcome in outcomes) == 7
    assert sum(isinstance(outcome, RuleBroken) for outcome in outcomes) == 3
    sold = "select sum(guests)::integer from tickets where shared_tour_id = %(id)s"
    assert await _one(database, brand, sold, id=tour) == 14


def _customers(number: int) -> Work:
    async def work(tx: Transaction) -> list[UUID]:
        return [await a_customer(tx) for _ in range(number)]

    return work


async def test_a_cancelled_ticket_gives_its_seats_back_and_cannot_take_them_again(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: a_shared_tour(tx, guests_max=2))
    ticket = await write(database, brand, lambda tx: a_ticket(tx, shared_tour_id=tour))

    async def to(tx: Transaction, status: str) -> None:
        statement = "update tickets set status = %(status)s where id = %(id)s"
        await tx.run(statement, {"status": status, "id": ticket})

    await assert_refused(database, brand, lambda tx: a_ticket(tx, shared_tour_id=tour), RuleBroken)
    await write(database, brand, lambda tx: to(tx, "cancelled"))
    await write(database, brand, lambda tx: a_ticket(tx, shared_tour_id=tour))
    await assert_refused(database, brand, lambda tx: to(tx, "confirmed"), WrongState)


async def test_a_ticket_is_not_moved_to_a_full_tour_nor_a_tour_made_smaller_than_sold(
    database: Database, brand: Brand
) -> None:
    full = await write(database, brand, lambda tx: a_shared_tour(tx, guests_max=2))
    await write(database, brand, lambda tx: a_ticket(tx, shared_tour_id=full))
    tour = await write(database, brand, lambda tx: a_shared_tour(tx, guests_max=4))
    ticket = await write(database, brand, lambda tx: a_ticket(tx, shared_tour_id=tour, guests=3))

    async def move(tx: Transaction) -> None:
        statement = "update tickets set shared_tour_id = %(full)s where id = %(id)s"
        await tx.run(statement, {"full": full, "id": ticket})

    async def shrink(tx: Transaction) -> None:
        await tx.run("update shared_tours set guests_max = 2 where id = %(id)s", {"id": tour})

    await assert_refused(database, brand, move, RuleBroken)
    await assert_refused(database, brand, shrink, RuleBroken)


async def test_a_tip_is_a_payment_and_no_part_of_a_booking(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> None:
        customer = await a_customer(tx)
        booking = await a_booking(tx, customer_id=customer)
        await a_payment(tx, booking_id=booking, customer_id=customer, kind="tip", amount_cents=900)

    await write(database, brand, work)
    assert await _one(database, brand, "select sum(total_cents)::integer from bookings") == 62187
