"""Customers as they are read, and the statements that change one."""

from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, Relation, equals, text
from domain.customers import Contact, Customer

SQL = statements.load(__package__, "customers.sql")

STAFF_ONLY = frozenset({"vip", "tags", "internal_notes"})
CUSTOMERS = Relation(
    "customers",
    columns={
        "id": ColumnKind.UUID,
        "name": ColumnKind.TEXT,
        "email": ColumnKind.TEXT,
        "phone": ColumnKind.TEXT,
        "vip": ColumnKind.BOOL,
        "tags": ColumnKind.TEXTS,
        "internal_notes": ColumnKind.TEXT,
        "created_at": ColumnKind.INSTANT,
        "updated_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    orders={
        "NAME_ASC": ("name", "id"),
        "NAME_DESC": ("-name", "-id"),
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={"email": equals("email"), "vip": equals("vip"), "text": text()},
    hidden={"customer": STAFF_ONLY, "partner": STAFF_ONLY},
)
READ_MODELS = (CUSTOMERS,)


async def lock(tx: Transaction, customer_id: UUID) -> Customer | None:
    """The customer's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_customer"], {"id": customer_id})
    return Customer(*row) if row else None


async def update_contact(tx: Transaction, customer: Customer, *, now: datetime) -> None:
    """Errors: EmailTaken from the unique constraint."""
    await tx.run(
        SQL["update_contact"],
        {
            "id": customer.id,
            "name": customer.name,
            "email": customer.email,
            "phone": customer.phone,
            "version": customer.version,
            "now": now,
        },
    )


async def find_or_make(
    tx: Transaction, contact: Contact, *, id: UUID, now: datetime
) -> tuple[UUID, bool]:
    """The customer of an e-mail address, who stays as they are; or a new one, under the given id.

    Shape:  the customer's id, and whether they are new: never told to whoever asked.
    """
    row = await tx.row(
        SQL["customer_for"],
        {
            "id": id,
            "name": contact.name,
            "email": contact.email,
            "phone": contact.phone,
            "now": now,
        },
    )
    if row is None:
        raise AssertionError(contact)
    return row[0], row[1]
