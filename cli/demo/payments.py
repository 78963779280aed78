"""What was paid for bookings, what went back, and the invoices that asked for it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cli.demo.chance import Chance
from cli.demo.numbers import Numbers
from cli.demo.plan import Clock
from cli.demo.sales import Sale
from db.loading import Rows, rows_of
from domain.cancellation import Policy, refund
from domain.money import round_half_up

METHODS = (("card", 80), ("check", 9), ("bank_transfer", 6), ("cash", 5))
UNPAID = (("pending", 40), ("requires_action", 30), ("failed", 20), ("cancelled", 10))
INVOICED = ("pending", "confirmed", "completed", "cancelled")
INVOICES_A_STATUS = 5
DUE_DAYS = {"deposit": 7, "final": 2}


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of a customer for one subject; `subject` names its column."""

    id: str
    subject: str
    subject_id: str
    customer_id: str
    kind: str
    method: str
    status: str
    amount_cents: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Refund:
    payment_id: str
    amount_cents: int
    at: datetime
    reason: str


def booking_payments(
    sales: Sequence[Sale], *, policy: Policy, currency: str, chance: Chance, clock: Clock
) -> Iterator[Rows]:
    payments: list[Payment] = []
    refunds: list[Refund] = []
    for sale in sales:
        own = list(_payments(sale, policy, chance, clock))
        payments.extend(own)
        if sale.cancelled_at and own:
            back = _refund_cents(sale, policy, clock)
            refunds += [Refund(own[0].id, back, sale.cancelled_at, "Cancelled")] if back else []
    yield payment_rows("booking_id", payments, currency)
    yield refund_rows(refunds, chance)


def payment_rows(subject: str, payments: Sequence[Payment], currency: str) -> Rows:
    """Rows of payments for one kind of subject."""
    columns = (
        *("id", subject, "customer_id", "kind", "method", "status", "currency", "amount_cents"),
        *("received_at", "stripe_intent_id", "created_at"),
    )
    rows = (
        (
            *(paid.id, paid.subject_id, paid.customer_id, paid.kind, paid.method, paid.status),
            *(currency, paid.amount_cents),
            None if paid.status in dict(UNPAID) else paid.at,
            f"pi_demo_{paid.id}" if paid.method == "card" else None,
            paid.at,
        )
        for paid in payments
    )
    return Rows("payments", columns, rows)


def refund_rows(refunds: Sequence[Refund], chance: Chance) -> Rows:
    columns = ("id", "payment_id", "status", "amount_cents", "reason", "created_at")
    rows = (
        (chance.id(back.at), back.payment_id, "succeeded", back.amount_cents, back.reason, back.at)
        for back in refunds
    )
    return Rows("refunds", columns, rows)


def refunded_status(paid_cents: int, back_cents: int) -> str:
    if not back_cents:
        return "succeeded"
    return "refunded" if back_cents == paid_cents else "partially_refunded"


def _payments(sale: Sale, policy: Policy, chance: Chance, clock: Clock) -> Iterator[Payment]:
    """The deposit, then the balance of a tour that is over; a pending booking may have a try."""
    customer = sale.wish.customer
    if customer is None:
        return
    method = chance.weighted(METHODS)
    if sale.wish.status == "pending" and chance.hit(40):
        at = min(sale.wish.created_at + timedelta(minutes=5), clock.now)
        yield _payment(sale, customer.id, "deposit", "card", chance.weighted(UNPAID), at, chance)
    if sale.deposit_at:
        back = _refund_cents(sale, policy, clock) if sale.cancelled_at else 0
        status = refunded_status(sale.sums.deposit_cents, back)
        yield _payment(sale, customer.id, "deposit", method, status, sale.deposit_at, chance)
    if sale.completed_at and not sale.no_show and sale.sums.balance_cents:
        at = sale.ends_at + timedelta(minutes=chance.among(-1440, 2880))
        status = "disputed" if method == "card" and chance.hit(1) else "succeeded"
        if at <= clock.now:
            yield _payment(sale, customer.id, "balance", method, status, at, chance)


def _payment(
    sale: Sale, customer_id: str, kind: str, method: str, status: str, at: datetime, chance: Chance
) -> Payment:
    sums = sale.sums
    amount = sums.deposit_cents if kind == "deposit" else sums.balance_cents
    identity = chance.id(at)
    return Payment(identity, "booking_id", sale.id, customer_id, kind, method, status, amount, at)


def _refund_cents(sale: Sale, policy: Policy, clock: Clock) -> int:
    if sale.cancelled_at is None or sale.deposit_at is None:
        return 0
    return refund(
        policy,
        deposit_cents=sale.sums.deposit_cents,
        paid_cents=sale.sums.deposit_cents,
        starts_at=sale.starts_at,
        now=sale.cancelled_at,
        zone=clock.zone,
    ).total_cents


def invoices(
    sales: Sequence[Sale], *, numbers: Numbers, currency: str, chance: Chance, clock: Clock
) -> Rows:
    """Invoices of the latest sales: a deposit before the tour, the rest after it."""
    named = [sale for sale in sales if sale.wish.customer]
    asked = [
        sale
        for status in INVOICED
        for sale in [each for each in named if each.wish.status == status][-INVOICES_A_STATUS:]
    ]
    dated = sorted(((_issued_on(sale, clock), sale) for sale in asked), key=lambda pair: pair[0])
    return rows_of(
        "invoices",
        [
            _invoice(sale, on, numbers=numbers, currency=currency, chance=chance, clock=clock)
            for on, sale in dated
        ],
    )


def _issued_on(sale: Sale, clock: Clock) -> date:
    at = sale.ends_at if sale.completed_at else sale.wish.created_at
    return at.astimezone(clock.zone).date()


def _invoice(
    sale: Sale, on: date, *, numbers: Numbers, currency: str, chance: Chance, clock: Clock
) -> dict[str, object]:
    kind = "final" if sale.completed_at else "deposit"
    at = clock.now + (on - clock.today)
    sums = sale.sums
    deposit_tax = round_half_up(sums.deposit_cents * sums.tax_cents, sums.total_cents)
    first = kind == "deposit"
    total = sums.deposit_cents if first else sums.balance_cents
    tax = deposit_tax if first else sums.tax_cents - deposit_tax
    due_on = on + timedelta(days=DUE_DAYS[kind])
    return {
        "id": chance.id(at),
        "number": numbers.next("invoice", at),
        "booking_id": sale.id,
        "kind": kind,
        "status": _invoice_status(sale, due_on, chance, clock),
        "currency": currency,
        "lines": json.dumps(
            [{"label": f"{kind.title()} of {sale.number}", "amount_cents": total - tax}]
        ),
        "subtotal_cents": total - tax,
        "tax_cents": tax,
        "total_cents": total,
        "issued_on": on,
        "due_on": due_on,
    }


def _invoice_status(sale: Sale, due_on: date, chance: Chance, clock: Clock) -> str:
    """Cancelled sales have void invoices, paid ones paid; the rest waits, or waits too long."""
    if sale.cancelled_at:
        return "void"
    owes = sale.no_show or due_on >= clock.today if sale.completed_at else not sale.deposit_at
    if not owes:
        return "paid"
    if chance.hit(25):
        return "draft"
    return "overdue" if due_on < clock.today else "sent"
