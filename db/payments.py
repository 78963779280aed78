"""Payments and refunds as they are read, and those that a person records."""

from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import (
    ColumnKind,
    Many,
    One,
    Relation,
    equals,
    local_day_from,
    local_day_to,
    one_of,
)
from domain.payments import NewPayment, Payable

SQL = statements.load(__package__, "payments.sql")
STAFF_ONLY = frozenset({"reference"})
GUESTS = ("customer", "partner", "link")
PAYMENTS = Relation(
    "payments",
    columns={
        "id": ColumnKind.UUID,
        "booking_id": ColumnKind.UUID,
        "reservation_id": ColumnKind.UUID,
        "proposal_id": ColumnKind.UUID,
        "customer_id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "method": ColumnKind.TEXT,
        "status": ColumnKind.TEXT,
        "currency": ColumnKind.TEXT,
        "amount_cents": ColumnKind.CENTS,
        "reference": ColumnKind.TEXT,
        "received_at": ColumnKind.INSTANT,
        "created_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={
        "booking": One("bookings", via="booking_id"),
        "reservation": One("reservations", via="reservation_id"),
        "proposal": One("proposals", via="proposal_id"),
        "customer": One("customers", via="customer_id"),
    },
    many={"refunds": Many("refunds", by="payment_id", order=("created_at", "id"))},
    orders={
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "status": one_of("status"),
        "kind": one_of("kind"),
        "method": one_of("method"),
        "booking_id": equals("booking_id"),
        "reservation_id": equals("reservation_id"),
        "customer_id": equals("customer_id"),
        "created_on_from": local_day_from("created_at"),
        "created_on_to": local_day_to("created_at"),
    },
    hidden=dict.fromkeys(GUESTS, STAFF_ONLY),
)
REFUNDS = Relation(
    "refunds",
    columns={
        "id": ColumnKind.UUID,
        "payment_id": ColumnKind.UUID,
        "status": ColumnKind.TEXT,
        "amount_cents": ColumnKind.CENTS,
        "reason": ColumnKind.TEXT,
        "created_at": ColumnKind.INSTANT,
    },
    hidden=dict.fromkeys(GUESTS, frozenset({"reason"})),
)
READ_MODELS = (PAYMENTS, REFUNDS)


async def insert(
    tx: Transaction,
    new: NewPayment,
    *,
    id: UUID,
    customer_id: UUID,
    currency: str,
    now: datetime,
) -> None:
    await tx.run(
        SQL["insert_payment"],
        {
            "id": id,
            "booking_id": new.booking_id,
            "reservation_id": new.reservation_id,
            "proposal_id": new.proposal_id,
            "customer_id": customer_id,
            "kind": new.kind,
            "method": new.method,
            "currency": currency,
            "amount_cents": new.amount_cents,
            "received_at": new.received_at,
            "reference": new.reference,
            "now": now,
        },
    )


async def lock_proposal(tx: Transaction, proposal_id: UUID) -> Payable | None:
    """What a proposal is owed, and what of it was paid; its row is held."""
    row = await tx.row(SQL["lock_proposal_to_pay"], {"id": proposal_id})
    paid = await tx.row(SQL["paid_for_proposal"], {"id": proposal_id}) if row else None
    if row is None or paid is None:
        return None
    return Payable(row[0], row[1], row[2], deposit_cents=row[3], paid_cents=paid[0])
