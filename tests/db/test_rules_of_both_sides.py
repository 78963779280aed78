"""A rule between two rows is kept whichever of the two is written, alone or at the same time."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from db.database import Database, Transaction
from domain.errors import RuleBroken, WrongState
from domain.identity import Brand, Kind
from tests.builders import START, a_booking, a_customer, a_payment, write
from tests.db.refusals import assert_refused, assert_second_is_refused, doing, found
from tests.db.rows import a_proposal, a_refund, a_reservation, a_ticket

CONFIRM = "update bookings set deposit_received_at = now(), status = 'confirmed' where id = %(id)s"
WAIVE = (
    "update bookings set deposit_received_at = null, deposit_waiver_reason = 'It bounced'"
    " where id = %(id)s"
)
BOUNCE = "update payments set status = 'failed', received_at = null where id = %(id)s"
TAKEN = [
    "status = 'failed', received_at = null",
    "status = 'cancelled'",
    "status = 'pending'",
    "amount_cents = amount_cents - 1",
    "kind = 'tip'",
]
RESERVED = "reservations_convert_into_bookings"
OFFERED = "proposals_convert_into_bookings"


def _set(change: str, payment: UUID, **params: Any) -> Any:
    return doing(f"update payments set {change} where id = %(id)s", id=payment, **params)  # noqa: S608


async def _confirmed(tx: Transaction, **values: Any) -> UUID:
    """The deposit of a confirmed booking."""
    booking = await a_booking(tx, status="confirmed", deposit_received_at=START, **values)
    row = await tx.row("select id from payments where booking_id = %(id)s", {"id": booking})
    assert row is not None
    payment: UUID = row[0]
    return payment


async def _ticketed(tx: Transaction, status: str = "confirmed") -> UUID:
    """What paid a ticket."""
    customer = await a_customer(tx)
    ticket = await a_ticket(tx, customer_id=customer, status=status)
    given = {"kind": "full", "amount_cents": 20729}
    return await a_payment(tx, ticket_id=ticket, customer_id=customer, **given)


async def _offered(tx: Transaction, *, bookings: int = 1) -> UUID:
    """What was paid for a proposal, and with it the deposit of its bookings."""
    customer = await a_customer(tx)
    proposal = await a_proposal(tx, customer_id=customer, status="accepted")
    payment = await a_payment(tx, proposal_id=proposal, customer_id=customer)
    for _ in range(bookings):
        booking = await a_booking(tx, customer_id=customer, proposal_id=proposal)
        await doing(CONFIRM, id=booking)(tx)
    return payment


@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.WORKER])
@pytest.mark.parametrize("change", TAKEN)
async def test_a_deposit_stays_paid_while_its_booking_says_that_it_was_received(
    database: Database, brand: Brand, change: str, kind: Kind
) -> None:
    payment = await write(database, brand, _confirmed)
    await assert_refused(database, brand, _set(change, payment), RuleBroken, kind=kind)
    of_proposal = await write(database, brand, partial(_offered, bookings=2))
    await assert_refused(database, brand, _set(change, of_proposal), RuleBroken, kind=kind)


async def test_a_deposit_does_not_become_anothers(database: Database, brand: Brand) -> None:
    payment = await write(database, brand, _confirmed)
    customer = await found(database, brand, "select customer_id from payments")
    other = await write(database, brand, partial(a_booking, customer_id=customer))
    move = _set("booking_id = %(other)s", payment, other=other)
    await assert_refused(database, brand, move, RuleBroken)
    of_proposal = await write(database, brand, _offered)
    payer = "select customer_id from payments where id = %(id)s"
    customer = await found(database, brand, payer, id=of_proposal)
    other = await write(database, brand, partial(a_booking, customer_id=customer))
    move = _set("proposal_id = null, booking_id = %(other)s", of_proposal, other=other)
    await assert_refused(database, brand, move, RuleBroken)


async def test_a_booking_that_is_deposited_by_its_proposal_stays_the_proposals(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, partial(_offered, bookings=2))
    leave = doing("update bookings set proposal_id = null")
    await assert_refused(database, brand, leave, RuleBroken)


async def test_a_cheque_that_bounced_fails_when_the_deposit_is_waived_or_paid_again(
    database: Database, brand: Brand
) -> None:
    payment = await write(database, brand, _confirmed)
    booking = await found(database, brand, "select booking_id from payments")

    async def waive(tx: Transaction) -> None:
        await doing(BOUNCE, id=payment)(tx)
        await doing(WAIVE, id=booking)(tx)

    async def pay_again(tx: Transaction) -> None:
        payment = await _confirmed(tx)
        row = await tx.row(
            "select booking_id, customer_id from payments where id = %(id)s", {"id": payment}
        )
        assert row is not None
        await a_payment(tx, booking_id=row[0], customer_id=row[1])
        await doing(BOUNCE, id=payment)(tx)

    await write(database, brand, waive)
    await write(database, brand, pay_again)


async def test_a_deposit_that_goes_back_was_received_all_the_same(
    database: Database, brand: Brand
) -> None:
    payment = await write(database, brand, _confirmed)
    await write(database, brand, partial(a_refund, payment_id=payment, amount_cents=31094))


async def test_of_who_confirms_and_who_takes_the_deposit_back_one_is_refused(
    database: Database, brand: Brand
) -> None:
    async def paid(tx: Transaction) -> UUID:
        customer = await a_customer(tx)
        booking = await a_booking(tx, customer_id=customer)
        return await a_payment(tx, booking_id=booking, customer_id=customer)

    for confirms_first in (True, False):
        payment = await write(database, brand, paid)
        at = "select booking_id from payments where id = %(id)s"
        confirm = doing(CONFIRM, id=await found(database, brand, at, id=payment))
        both = (confirm, doing(BOUNCE, id=payment))
        first, second = both if confirms_first else reversed(both)
        await assert_second_is_refused(database, brand, first, second, RuleBroken)


async def test_of_two_deposits_that_are_taken_back_at_once_one_stays(
    database: Database, brand: Brand
) -> None:
    """Each alone leaves enough behind."""

    async def twice(tx: Transaction) -> list[UUID]:
        customer = await a_customer(tx)
        booking = await a_booking(tx, customer_id=customer)
        paid = [await a_payment(tx, booking_id=booking, customer_id=customer) for _ in range(2)]
        await doing(CONFIRM, id=booking)(tx)
        return paid

    first, second = await write(database, brand, twice)
    bounces = (doing(BOUNCE, id=first), doing(BOUNCE, id=second))
    await assert_second_is_refused(database, brand, *bounces, RuleBroken)


@pytest.mark.parametrize("change", TAKEN)
async def test_a_ticket_stays_paid_while_it_is_confirmed(
    database: Database, brand: Brand, change: str
) -> None:
    payment = await write(database, brand, _ticketed)
    await assert_refused(database, brand, _set(change, payment), WrongState)
    ticket = await found(database, brand, "select ticket_id from payments")
    cancel = "update tickets set status = 'cancelled' where id = %(id)s"
    await write(database, brand, doing(cancel, id=ticket))
    await write(database, brand, _set(change, payment))


async def test_of_who_confirms_a_ticket_and_who_takes_its_payment_back_one_is_refused(
    database: Database, brand: Brand
) -> None:
    payment = await write(database, brand, partial(_ticketed, status="pending"))
    ticket = await found(database, brand, "select ticket_id from payments")
    confirm = doing("update tickets set status = 'confirmed' where id = %(id)s", id=ticket)
    bounce = doing(BOUNCE, id=payment)
    await assert_second_is_refused(database, brand, bounce, confirm, WrongState)


@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.WORKER])
async def test_nothing_comes_as_converted_without_a_booking(
    database: Database, brand: Brand, kind: Kind
) -> None:
    async def bare(tx: Transaction, make: Any) -> None:
        await make(tx, status="converted")
        await tx.run("update bookings set reservation_id = null, proposal_id = null")

    for make, by in ((a_reservation, RESERVED), (a_proposal, OFFERED)):
        await assert_refused(database, brand, partial(bare, make=make), by, kind=kind)
        await write(database, brand, partial(make, status="converted"), kind=kind)


@pytest.mark.parametrize(
    ("make", "by"), [(a_reservation, RESERVED), (a_proposal, OFFERED)], ids=[RESERVED, OFFERED]
)
async def test_what_was_converted_keeps_its_booking(
    database: Database, brand: Brand, make: Any, by: str
) -> None:
    await write(database, brand, partial(make, status="converted"))
    leave = doing("update bookings set reservation_id = null, proposal_id = null")
    await assert_refused(database, brand, leave, by)


async def test_what_is_paid_for_a_converted_reservation_is_the_bookings(
    database: Database, brand: Brand
) -> None:
    reservation = await write(database, brand, partial(a_reservation, status="converted"))
    customer = await found(database, brand, "select customer_id from reservations")
    late = partial(
        a_payment,
        reservation_id=reservation,
        customer_id=customer,
        created_at=START + timedelta(days=1),
    )
    await assert_refused(database, brand, late, RESERVED)
    waiting = await write(database, brand, partial(late, status="pending", received_at=None))
    pay = _set("status = 'succeeded', received_at = created_at", waiting)
    await assert_refused(database, brand, pay, RESERVED)
