"""Money that went back, or that the payer's bank disputes: it confirms nothing, and is not quoted."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db.database import Database, Transaction
from domain.errors import WrongState
from domain.identity import Brand, Kind
from domain.reopening import Reopening
from domain.reservation_cancellations import Cancellation
from domain.tickets import HandPayment, TicketNotPaid
from services import cancellations
from services.cancellations import quote_cancellation
from services.reopening import reopen_booking
from services.reservations import cancel_reservation
from services.reservations import quote_cancellation as quote_reservation
from services.shared_tours import cancel_shared_tour
from services.tickets import confirm_ticket
from tests.builders import START, a_payment, a_principal, write
from tests.db.refusals import assert_refused
from tests.db.rows import a_paid_ticket, a_refund, a_ticket
from tests.services import selling
from tests.services.test_reservation_conversions import _confirmed, _converting, _shop
from tests.services.touring import IDS, NOW, TICKET, a_tour, rows
from tests.services.trail import FreshIds

ASKED = "select kind, title from tasks where kind in ('refund', 'refund_if_won') order by id"
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


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        ("disputed", [("refund_if_won", "Give back $207.29 if the dispute is decided for us")]),
        ("dispute_lost", []),
    ],
)
async def test_a_ticket_whose_payment_is_disputed_is_not_confirmed_and_is_owed_if_it_is_won(
    database: Database, brand: Brand, status: str, asked: list[tuple[str, str]]
) -> None:
    tour = await write(database, brand, a_tour)
    ticket = await a_disputed_ticket(database, brand, tour, status)
    await assert_refused(database, brand, confirming_ticket(ticket), TicketNotPaid)
    given: Any = {"expected_version": 1, "reason": "Smoke", "now": NOW, "ids": IDS}
    off = await write(database, brand, lambda tx: cancel_shared_tour(tx, tour, **given))
    assert off.refund_cents == 0
    assert await rows(database, brand, ASKED) == asked
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


async def test_a_cancelled_booking_is_owed_what_is_disputed_of_it_if_it_is_won(
    database: Database, brand: Brand
) -> None:
    await selling.open_shop(database, brand, 14)
    booking = await selling.create(database, brand, await selling.wanted(database, brand))

    async def paid(tx: Transaction) -> None:
        customer = await the_customer(tx, "bookings")
        at = {"created_at": selling.NOW, "received_at": selling.NOW}
        given = {"booking_id": booking, "customer_id": customer, **at}
        await by_card(tx, "disputed", **given)
        await by_card(tx, "succeeded", **given, amount_cents=10000)

    await write(database, brand, paid, kind=Kind.WORKER)
    # Of a deposit of 310.94 half comes back: 50.00 of 100.00 at once, 153.65 of 307.29 if all is ours.
    now = START - timedelta(days=30)
    guest = database.session(a_principal(brand, Kind.LINK, object_id=booking))
    wish = cancellations.Cancellation(booking, 1, "Ill", 5000)
    await guest.write(lambda tx: cancellations.cancel_booking(tx, wish, now=now, ids=FreshIds()))
    number = "WWT-2026-00001"
    assert await rows(database, brand, ASKED) == [
        ("refund", f"Give back $50.00 for {number}"),
        ("refund_if_won", "Give back $103.65 if the dispute is decided for us"),
    ]
    again = Reopening(booking, 2)
    await write(database, brand, lambda tx: reopen_booking(tx, again, now=now, ids=FreshIds()))
    assert await rows(database, brand, "select settled from tasks") == [(True,), (True,)]


async def test_a_cancelled_reservation_is_owed_its_disputed_deposit_if_it_is_won(
    database: Database, brand: Brand
) -> None:
    await _shop(database, brand, 14)
    made = await _confirmed(database, brand)
    says = "update payments set status = 'disputed', method = 'card', stripe_intent_id = 'pi_1'"
    await write(database, brand, lambda tx: tx.run(says), kind=Kind.WORKER)
    [(version,)] = await rows(database, brand, "select version from reservations")
    wish = Cancellation(made, version, "Smoke", 0, our_fault=True)
    await write(
        database,
        brand,
        lambda tx: cancel_reservation(tx, wish, now=selling.NOW, ids=FreshIds()),
    )
    assert await rows(database, brand, ASKED) == [
        ("refund_if_won", "Give back $250.00 if the dispute is decided for us")
    ]
