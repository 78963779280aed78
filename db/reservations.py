"""Reservations ("Reserve & Refine") as they are read, and the statements that change one."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from db import statements
from db.database import Transaction
from db.relations import (
    ColumnKind,
    Many,
    One,
    Relation,
    at_least,
    at_most,
    equals,
    number_or_customer,
    one_of,
)
from domain.identity import Kind
from domain.reservation_conversions import Moved
from domain.reservations import Known, Reservation

SQL = statements.load(__package__, "reservations.sql")

STAFF_ONLY = frozenset({"internal_notes", "cancel_reason", "inquiry_id"})
RESERVATIONS = Relation(
    "reservations",
    columns={
        "id": ColumnKind.UUID,
        "number": ColumnKind.TEXT,
        "status": ColumnKind.TEXT,
        "customer_id": ColumnKind.UUID,
        "inquiry_id": ColumnKind.UUID,
        "preferred_on": ColumnKind.DATE,
        "alternate_on": ColumnKind.DATE,
        "party_size": ColumnKind.INT,
        "tour_type": ColumnKind.TEXT,
        "method": ColumnKind.TEXT,
        "currency": ColumnKind.TEXT,
        "deposit_cents": ColumnKind.CENTS,
        "consult_by": ColumnKind.INSTANT,
        "special_requests": ColumnKind.TEXT,
        "contact_name": ColumnKind.TEXT,
        "contact_email": ColumnKind.TEXT,
        "contact_phone": ColumnKind.TEXT,
        "internal_notes": ColumnKind.TEXT,
        "cancelled_at": ColumnKind.INSTANT,
        "cancel_reason": ColumnKind.TEXT,
        "refund_due_cents": ColumnKind.CENTS,
        "created_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={
        "customer": One("customers", via="customer_id"),
        "inquiry": One("inquiries", via="inquiry_id"),
    },
    many={"payments": Many("payments", by="reservation_id", order=("created_at", "id"))},
    orders={
        "PREFERRED_ON_ASC": ("preferred_on", "id"),
        "PREFERRED_ON_DESC": ("-preferred_on", "-id"),
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "status": one_of("status"),
        "preferred_on_from": at_least("preferred_on"),
        "preferred_on_to": at_most("preferred_on"),
        "customer_id": equals("customer_id"),
        "number": equals("number"),
        "text": number_or_customer("reservations"),
    },
    hidden={"customer": STAFF_ONLY, "link": STAFF_ONLY},
)
READ_MODELS = (RESERVATIONS,)


async def insert(tx: Transaction, reservation: Reservation) -> None:
    """Store a new one; a guest's row says nothing that a guest may not say."""
    statement = SQL["make_reservation"] if _is_guest(tx) else SQL["insert_reservation"]
    await tx.run(statement, _values(reservation))


async def look(
    tx: Transaction, reservation_id: UUID, *, now: datetime, zone: ZoneInfo
) -> Known | None:
    """The reservation and what was paid for it, as they are on a snapshot."""
    own = SQL["look_at_own_reservation"]
    row = await tx.row(own if _is_guest(tx) else SQL["look_at_reservation"], {"id": reservation_id})
    return await _known(tx, row, now=now, zone=zone)


async def lock(
    tx: Transaction, reservation_id: UUID, *, now: datetime, zone: ZoneInfo
) -> Known | None:
    """The same, with the reservation's row held until the transaction ends."""
    if await tx.row(SQL["lock_reservation"], {"id": reservation_id}) is None:
        return None
    return await look(tx, reservation_id, now=now, zone=zone)


async def _known(
    tx: Transaction, row: Sequence[Any] | None, *, now: datetime, zone: ZoneInfo
) -> Known | None:
    if row is None:
        return None
    paid = await tx.row(SQL["paid_for_reservation"], {"id": row[0]})
    cents, is_disputed, disputed_cents = paid or (0, False, 0)
    dispute = {"is_disputed": is_disputed, "disputed_cents": disputed_cents}
    return Known(Reservation(*row), cents, now, zone, **dispute)


async def update(tx: Transaction, reservation: Reservation) -> None:
    """What may change of it; a guest's wish says nothing of what staff alone change."""
    await tx.run(SQL["update_reservation"], _values(reservation))
    if not _is_guest(tx):
        await tx.run(SQL["update_internals"], _values(reservation))


async def run_out(tx: Transaction, *, today: date, now: datetime, batch: int) -> Sequence[UUID]:
    """Reservations that have ended by themselves, their rows held until the transaction ends."""
    given = {"today": today, "now": now, "batch": batch}
    return [row[0] for row in await tx.rows(SQL["run_out_reservations"], given)]


async def hand_over(tx: Transaction, reservation_id: UUID, booking_id: UUID) -> Sequence[Moved]:
    """Make what was paid for a reservation its booking's."""
    given = {"id": reservation_id, "booking_id": booking_id}
    return [Moved(*row) for row in await tx.rows(SQL["hand_over_payments"], given)]


async def confirm_booking(
    tx: Transaction, booking_id: UUID, *, deposit_received_at: datetime, now: datetime
) -> None:
    """Confirm what a reservation became."""
    given = {"id": booking_id, "received_at": deposit_received_at, "now": now}
    await tx.run(SQL["confirm_converted_booking"], given)


async def receipt(tx: Transaction, reservation_id: UUID) -> tuple[str, str, int] | None:
    """Its number, and the currency and cents of its deposit."""
    row = await tx.row(SQL["receipt_of_reservation"], {"id": reservation_id})
    return (row[0], row[1], row[2]) if row else None


def _is_guest(tx: Transaction) -> bool:
    """Whether it is whoever holds its link, who neither sees nor writes what staff note."""
    return tx.principal.kind is Kind.LINK


def _values(reservation: Reservation) -> dict[str, Any]:
    return asdict(reservation) | {"policy": orjson.dumps(reservation.policy).decode()}
