"""Money that went back, or that the payer's bank disputes: it confirms nothing, and is not quoted."""

from typing import Any
from uuid import UUID

import pytest

from db.database import Database, Transaction
from domain.errors import WrongState
from domain.identity import Brand, Kind
from domain.tickets import HandPayment, TicketNotPaid
from services.cancellations import quote_cancellation
from services.reservations import quote_cancellation as quote_reservation
from services.shared_tours import cancel_shared_tour
from services.tickets import confirm_ticket
from tests.builders import a_payment, write
from tests.db.refusals import assert_refused
from tests.db.rows import a_paid_ticket, a_refund, a_ticket
from tests.services import selling
from tests.services.test_reservation_conversions import _confirmed, _converting, _shop
from tests.services.touring import IDS, NOW, TASK, TICKET, a_tour, rows

ONE_MORE = "select method, amount_cents from payments where status = 'succeeded'"


def confirming_ticket(ticket: UUID, by_hand: HandPayment | None = None) -> Any:
    return lambda tx: confirm_ticket(
        tx, ticket, expected_version=1, by_hand=by_hand, now=NOW, ids=IDS
    )


async def by_card(tx: Transaction, status: str, **subject: Any) -> UUID:
    """What the card network says of a payment."""
    given = {"method": "card", "status": status, "kind": "full", "amount_cents": 20729}
    return await a_payment(tx, **{**given, "created_at": NOW, "received_at": NOW, **subject})


async def the_customer(tx: Transaction, table: str) -> UUID:
    [(customer,)] = await tx.rows(f"select customer_id from {table}")  # noqa: S608
    found: UUID = customer
    return found


async def a_disputed_ticket(database: Database, brand: Brand, tour: UUID, status: str) -> UUID:
    given = {"shared_tour_id": tour, "created_at": NOW}
    ticket: UUID = await write(database, brand, lambda tx: a_ticket(tx, **given))

    async def paid(tx: Transaction) -> UUID:
        customer = await the_customer(tx, "tickets")
        return await by_card(tx, status, ticket_id=ticket, customer_id=customer)

    await write(database, brand, paid, kind=Kind.WORKER)
    return ticket


async def test_a_ticket_whose_money_went_back_is_confirmed_by_new_money_alone(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    common = {"shared_tour_id": tour, "created_at": NOW}
    ticket = await write(database, brand, lambda tx: a_paid_ticket(tx, **common))
    [(payment,)] = await rows(database, brand, "select id from payments")
    back = {"payment_id": payment, "amount_cents": 20729}
    await write(database, brand, lambda tx: a_refund(tx, **back))
    await assert_refused(database, brand, confirming_ticket(ticket), TicketNotPaid)
    await write(database, brand, confirming_ticket(ticket, HandPayment("cash")))
    assert await rows(database, brand, ONE_MORE) == [("cash", 20729)]


@pytest.mark.parametrize("status", ["disputed", "dispute_lost"])
async def test_a_ticket_whose_payment_is_disputed_is_not_confirmed_and_is_owed_nothing(
    database: Database, brand: Brand, status: str
) -> None:
    tour = await write(database, brand, a_tour)
    ticket = await a_disputed_ticket(database, brand, tour, status)
    await assert_refused(database, brand, confirming_ticket(ticket), TicketNotPaid)
    given: Any = {"expected_version": 1, "reason": "Smoke", "now": NOW, "ids": IDS}
    off = await write(database, brand, lambda tx: cancel_shared_tour(tx, tour, **given))
    assert off.refund_cents == 0
    assert await rows(database, brand, TASK) == []
    assert [row[0] for row in await rows(database, brand, TICKET)] == ["cancelled"]


async def test_what_is_disputed_of_a_booking_is_not_in_its_quoted_refund_until_it_is_won(
    database: Database, brand: Brand
) -> None:
    await selling.open_shop(database, brand, 14)
    booking = await selling.create(database, brand, await selling.wanted(database, brand))

    async def paid(tx: Transaction) -> UUID:
        customer = await the_customer(tx, "bookings")
        at = {"created_at": selling.NOW, "received_at": selling.NOW}
        return await by_card(tx, "disputed", booking_id=booking, customer_id=customer, **at)

    async def quoted() -> int:
        refund, _ = await write(
            database,
            brand,
            lambda tx: quote_cancellation(tx, booking, our_fault=True, now=selling.NOW),
        )
        total: int = refund.total_cents
        return total

    payment = await write(database, brand, paid, kind=Kind.WORKER)
    assert await quoted() == 0
    won = "update payments set status = 'succeeded' where id = %(id)s"
    given = {"id": payment}
    await write(database, brand, lambda tx: tx.run(won, given), kind=Kind.WORKER)
    assert await quoted() == 20729


async def test_a_reservation_whose_deposit_is_disputed_lives_on_and_becomes_no_booking(
    database: Database, brand: Brand
) -> None:
    await _shop(database, brand, 14)
    made = await _confirmed(database, brand)

    def says(status: str, method: str) -> Any:
        statement = "update payments set status = %(status)s, method = %(method)s, stripe_intent_id = 'pi_1'"
        return lambda tx: tx.run(statement, {"status": status, "method": method})

    async def quoted() -> int:
        quote = await write(
            database,
            brand,
            lambda tx: quote_reservation(tx, made, our_fault=True, now=selling.NOW),
        )
        total: int = quote.total_cents
        return total

    await write(database, brand, says("disputed", "card"), kind=Kind.WORKER)
    assert await quoted() == 0
    new = await selling.wanted(database, brand)
    await assert_refused(database, brand, _converting(made, new), WrongState)
    await write(database, brand, says("succeeded", "card"), kind=Kind.WORKER)
    assert await quoted() == 25000
    await write(database, brand, _converting(made, new))
