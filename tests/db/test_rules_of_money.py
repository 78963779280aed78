"""What is paid agrees with what it is for, with what went back, and with whoever said so."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import RuleBroken, WrongState
from domain.identity import Brand, Kind
from tests.builders import START, a_booking, a_customer, a_payment, as_owner, write
from tests.db.refusals import Work, assert_refused, assert_second_is_refused, doing, found
from tests.db.rows import (
    a_guest,
    a_paid_booking,
    a_price_line,
    a_proposal,
    a_refund,
    a_reservation,
    a_shared_tour,
    a_ticket,
)

EARLY = timedelta(seconds=1)
STATUS = "payments_status_is_of_refunds"
SHARE = "proposal_guests_paid_is_their_payments"
CONFIRM = "update bookings set deposit_received_at = now(), status = 'confirmed' where id = %(id)s"
TOO_EARLY = "payments_are_after_what_they_pay"


async def _priced(tx: Transaction, booking: UUID, *cents: int, first: int = 1) -> None:
    """Lines of a tour, of a discount and of tax, where their amounts are not zero."""
    for position, (kind, amount) in enumerate(
        zip(("rate", "discount", "tax"), cents, strict=True), first
    ):
        if amount:
            await a_price_line(
                tx, booking_id=booking, position=position, kind=kind, amount_cents=amount
            )


@pytest.mark.parametrize(
    ("cents", "passes"),
    [
        ((57000, 0, 5187), True),
        ((57000, 0, 5186), False),
        ((56999, 0, 5187), False),
        ((57000, 0, 0), False),
        ((62187, 0, 0), False),
        ((58000, -1000, 5187), False),
        ((0, 0, 0), True),
    ],
)
@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.WORKER])
async def test_the_lines_of_a_booking_are_its_total(
    database: Database, brand: Brand, cents: tuple[int, ...], kind: Kind, *, passes: bool
) -> None:
    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx)
        await _priced(tx, booking, *cents)
        return booking

    if passes:
        booking = await write(database, brand, work, kind=kind)
        lines = "select count(*) from booking_price_lines where booking_id = %(id)s"
        assert await found(database, brand, lines, id=booking) == sum(map(bool, cents))
    else:
        await assert_refused(database, brand, work, RuleBroken, kind=kind)


@pytest.mark.parametrize(
    "fault",
    [
        "update booking_price_lines set amount_cents = 1 where booking_id = %(id)s"
        " and kind = 'rate'",
        "update booking_price_lines set kind = 'fee' where booking_id = %(id)s and kind = 'tax'",
        "delete from booking_price_lines where booking_id = %(id)s and kind = 'tax'",
        "update bookings set tax_cents = 0, total_cents = 57000 where id = %(id)s",
    ],
)
async def test_a_booking_is_priced_anew_as_a_whole(
    database: Database, brand: Brand, fault: str
) -> None:
    booking = await write(database, brand, a_booking)
    await write(database, brand, lambda tx: _priced(tx, booking, 57000, 0, 5187))
    await assert_refused(database, brand, doing(fault, id=booking), RuleBroken)
    whole = (
        "update booking_price_lines set amount_cents = 1 where booking_id = %(id)s"
        " and kind = 'tax'",
        "update bookings set tax_cents = 1, total_cents = 57001 where id = %(id)s",
    )
    await write(database, brand, doing(*whole, id=booking))


async def test_of_two_at_once_that_price_one_booking_one_is_refused(
    database: Database, brand: Brand
) -> None:
    booking = await write(database, brand, a_booking)

    async def price(tx: Transaction, first: int) -> None:
        await _priced(tx, booking, 57000, 0, 5187, first=first)

    first, second = partial(price, first=1), partial(price, first=4)
    await assert_second_is_refused(database, brand, first, second, RuleBroken)


@pytest.mark.parametrize(
    ("payment", "passes"),
    [
        (None, False),
        ({"amount_cents": 31093}, False),
        ({"kind": "tip"}, False),
        ({"status": "pending", "received_at": None}, False),
        ({"status": "pending"}, False),
        ({}, True),
        ({"kind": "full", "amount_cents": 62187}, True),
    ],
)
async def test_a_deposit_that_was_received_is_a_payment(
    database: Database, brand: Brand, payment: dict[str, Any] | None, *, passes: bool
) -> None:
    customer = await write(database, brand, a_customer)
    booking = await write(database, brand, lambda tx: a_booking(tx, customer_id=customer))

    async def confirm(tx: Transaction) -> None:
        await doing(CONFIRM, id=booking)(tx)
        if payment is not None:
            await a_payment(tx, booking_id=booking, customer_id=customer, **payment)

    if passes:
        await write(database, brand, confirm)
    else:
        await assert_refused(database, brand, confirm, RuleBroken)


async def _a_share(tx: Transaction, *cents: int, paid_cents: int | None = None) -> UUID:
    """A guest who has paid so often, and of whom so much is said."""
    customer = await a_customer(tx)
    proposal = await a_proposal(tx, customer_id=customer)
    said = sum(cents) if paid_cents is None else paid_cents
    guest = await a_guest(tx, proposal_id=proposal, paid_cents=said)
    for amount in cents:
        await _paying(guest, customer, amount)(tx)
    return guest


def _paying(guest: UUID, customer: UUID, cents: int, **values: Any) -> Work:
    given: dict[str, Any] = {"proposal_guest_id": guest, "customer_id": customer}
    given |= {"kind": "guest_share", "amount_cents": cents, **values}
    return lambda tx: a_payment(tx, **given)


@pytest.mark.parametrize("status", ["succeeded", "partially_refunded", "refunded"])
@pytest.mark.parametrize(
    ("refunds", "right"),
    [
        ((), "succeeded"),
        ((40,), "partially_refunded"),
        ((40, 60), "refunded"),
        ((100,), "refunded"),
    ],
)
async def test_a_payment_says_what_its_refunds_sum_to(
    database: Database, brand: Brand, status: str, refunds: tuple[int, ...], right: str
) -> None:
    async def work(tx: Transaction) -> None:
        payment = await a_paid_booking(tx, amount_cents=100)
        for cents in refunds:
            await a_refund(tx, payment_id=payment, amount_cents=cents)
        say = "update payments set status = %(status)s where id = %(id)s"
        await doing(say, id=payment, status=status)(tx)

    if status == right:
        await write(database, brand, work)
    else:
        await assert_refused(database, brand, work, STATUS)


async def test_a_refund_that_has_not_succeeded_is_not_told(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> UUID:
        payment = await a_paid_booking(tx, amount_cents=100)
        return await a_refund(tx, payment_id=payment, amount_cents=100, status="pending")

    refund = await write(database, brand, work)
    succeed = "update refunds set status = 'succeeded' where id = %(id)s"
    tell = (
        "update payments set status = 'refunded'"
        " where id = (select payment_id from refunds where id = %(id)s)"
    )
    await assert_refused(database, brand, doing(succeed, id=refund), STATUS)
    await assert_refused(database, brand, doing(tell, id=refund), STATUS)
    await write(database, brand, doing(succeed, tell, id=refund))


async def test_of_two_halves_that_go_back_at_once_the_second_is_the_whole(
    database: Database, brand: Brand
) -> None:
    payment = await write(database, brand, lambda tx: a_paid_booking(tx, amount_cents=100))

    async def half(tx: Transaction) -> None:
        refund = "insert into refunds (id, payment_id, status, amount_cents, reason, created_at)"
        values = "values (gen_random_uuid(), %(id)s, 'succeeded', 50, 'Rain', %(at)s)"
        say = "update payments set status = 'partially_refunded' where id = %(id)s"
        await doing(f"{refund} {values}", say, id=payment, at=START)(tx)

    await assert_second_is_refused(database, brand, half, half, STATUS)


@pytest.mark.parametrize(("paid_cents", "passes"), [(0, False), (69, False), (70, True)])
async def test_a_guest_has_paid_what_the_guests_payments_sum_to(
    database: Database, brand: Brand, paid_cents: int, *, passes: bool
) -> None:
    work = partial(_a_share, paid_cents=paid_cents)
    if passes:
        await write(database, brand, lambda tx: work(tx, 30, 40))
    else:
        await assert_refused(database, brand, lambda tx: work(tx, 30, 40), SHARE)


async def test_what_went_back_to_a_guest_is_not_paid(database: Database, brand: Brand) -> None:
    guest = await write(database, brand, lambda tx: _a_share(tx, 100))
    payment = await found(database, brand, "select id from payments")
    back = "update proposal_guests set paid_cents = 60 where id = %(id)s"

    async def refund(tx: Transaction, *, told: bool) -> None:
        await a_refund(tx, payment_id=payment, amount_cents=40)
        if told:
            await doing(back, id=guest)(tx)

    await assert_refused(database, brand, partial(refund, told=False), SHARE)
    await assert_refused(database, brand, doing(back, id=guest), SHARE)
    await write(database, brand, partial(refund, told=True))
    lost = "update payments set status = 'failed' where id = %(id)s"
    await assert_refused(database, brand, doing(lost, id=payment), RuleBroken)


async def test_a_tip_of_a_guest_and_what_is_not_paid_yet_are_no_share(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> None:
        customer = await a_customer(tx)
        guest = await a_guest(tx, proposal_id=await a_proposal(tx, customer_id=customer))
        await _paying(guest, customer, 10, kind="tip")(tx)
        await _paying(guest, customer, 10, status="pending", received_at=None)(tx)

    await write(database, brand, work)


async def test_of_two_at_once_that_pay_one_share_the_second_counts_both(
    database: Database, brand: Brand
) -> None:
    guest = await write(database, brand, _a_share)
    customer = await found(database, brand, "select customer_id from proposals")
    count = "update proposal_guests set paid_cents = 50 where id = %(id)s"

    async def pay(tx: Transaction) -> None:
        await _paying(guest, customer, 50)(tx)
        await doing(count, id=guest)(tx)

    await assert_second_is_refused(database, brand, pay, pay, SHARE)


async def _subject(tx: Transaction, table: str, customer: UUID) -> dict[str, UUID]:
    make: dict[str, Any] = {
        "booking": partial(a_booking, created_at=START),
        "reservation": a_reservation,
        "proposal": a_proposal,
        "ticket": partial(a_ticket, created_at=START - timedelta(days=3)),
    }
    return {f"{table}_id": await make[table](tx, customer_id=customer)}


@pytest.mark.parametrize("table", ["booking", "reservation", "proposal", "ticket"])
async def test_nothing_is_paid_before_it_is_there(
    database: Database, brand: Brand, table: str
) -> None:
    async def work(tx: Transaction, early: timedelta) -> None:
        customer = await a_customer(tx)
        made_at = START - timedelta(days=3) if table == "ticket" else START
        subject = await _subject(tx, table, customer)
        await a_payment(tx, customer_id=customer, created_at=made_at - early, **subject)

    await assert_refused(database, brand, partial(work, early=EARLY), TOO_EARLY)
    await write(database, brand, partial(work, early=timedelta()))


async def test_a_guests_share_is_not_paid_before_the_proposal_is_there(
    database: Database, brand: Brand
) -> None:
    guest = await write(database, brand, _a_share)
    customer = await found(database, brand, "select customer_id from proposals")
    early = _paying(guest, customer, 50, created_at=START - EARLY)
    await assert_refused(database, brand, early, TOO_EARLY)


async def test_a_reservation_hands_its_deposit_to_its_booking(
    database: Database, brand: Brand
) -> None:
    """The payment is older than the booking, and not older than what was reserved."""

    async def reserve(tx: Transaction) -> UUID:
        customer = await a_customer(tx)
        reservation = await a_reservation(tx, customer_id=customer, status="confirmed")
        await a_payment(tx, reservation_id=reservation, customer_id=customer)
        return reservation

    reservation = await write(database, brand, reserve)
    customer = await found(database, brand, "select customer_id from reservations")
    convert = doing(
        "update reservations set status = 'converted' where id = %(id)s", id=reservation
    )

    async def sell(tx: Transaction, *, hand_over: bool) -> None:
        at = START + timedelta(days=1)
        booking = await a_booking(
            tx, customer_id=customer, reservation_id=reservation, created_at=at, updated_at=at
        )
        await convert(tx)
        move = "update payments set reservation_id = null, booking_id = %(id)s"
        if hand_over:
            await doing(move, id=booking)(tx)

    by = "reservations_convert_into_bookings"
    await assert_refused(database, brand, convert, by)
    await assert_refused(database, brand, partial(sell, hand_over=False), by)
    await write(database, brand, partial(sell, hand_over=True))


async def test_nothing_goes_back_before_it_came(database: Database, brand: Brand) -> None:
    early = partial(a_refund, created_at=START - EARLY)
    await assert_refused(database, brand, early, "refunds_are_after_the_payment")


async def test_a_ticket_is_sold_until_the_sale_ends(database: Database, brand: Brand) -> None:
    tour = await write(database, brand, a_shared_tour)
    closes_at = START - timedelta(hours=48)
    for_tour = partial(a_ticket, shared_tour_id=tour)
    late = partial(for_tour, created_at=closes_at + EARLY)
    await assert_refused(database, brand, late, WrongState)
    await write(database, brand, partial(for_tour, created_at=closes_at))


@pytest.mark.parametrize("status", ["confirmed", "checked_in", "no_show"])
@pytest.mark.parametrize(
    ("payment", "passes"),
    [
        (None, False),
        ({"amount_cents": 20728}, False),
        ({"kind": "tip"}, False),
        ({"status": "pending", "received_at": None}, False),
        ({}, True),
    ],
)
async def test_a_ticket_is_confirmed_when_it_is_paid_in_full(
    database: Database, brand: Brand, status: str, payment: dict[str, Any] | None, *, passes: bool
) -> None:
    async def work(tx: Transaction) -> None:
        customer = await a_customer(tx)
        ticket = await a_ticket(tx, customer_id=customer, status=status)
        if payment is not None:
            given = {"kind": "full", "amount_cents": 20729, **payment}
            await a_payment(tx, ticket_id=ticket, customer_id=customer, **given)

    if passes:
        await write(database, brand, work)
    else:
        await assert_refused(database, brand, work, WrongState)


async def test_a_card_payment_is_not_said_to_be_paid_by_staff(
    database: Database, brand: Brand
) -> None:
    paid = partial(a_paid_booking, method="card")
    await assert_refused(database, brand, paid, WrongState)
    waiting = partial(paid, status="pending", received_at=None)
    payment = await write(database, brand, waiting)
    pay = "update payments set status = 'succeeded', received_at = created_at where id = %(id)s"
    cheque = "update payments set method = 'card', stripe_intent_id = 'pi_1' where id = %(id)s"
    await assert_refused(database, brand, doing(pay, id=payment), WrongState)
    by_cheque = await write(database, brand, a_paid_booking)
    await assert_refused(database, brand, doing(cheque, id=by_cheque), WrongState)
    await write(database, brand, doing(pay, id=payment), kind=Kind.WORKER)
    note = "update payments set reference = 'Seen', status = 'succeeded' where id = %(id)s"
    await write(database, brand, doing(note, id=payment))


async def test_a_brand_that_has_sold_keeps_its_currency(
    database: Database, settings: Settings, brand: Brand
) -> None:
    euros = "update brands set currency = 'EUR' where id = %(id)s"
    change = partial(as_owner, settings, euros, {"id": brand.id}, tenant=brand.tenant_id)
    await write(database, brand, a_paid_booking)
    with pytest.raises(psycopg.IntegrityError, match="_currency_fkey"):
        await change()
