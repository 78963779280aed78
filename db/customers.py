"""Customers as they are read, and the statements that change one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, Filter, One, Relation, contains, equals, is_set, text
from domain.consents import Consent
from domain.customers import Customer, dialled
from domain.preferences import Preferences

SQL = statements.load(__package__, "customers.sql")

STAFF_ONLY = frozenset({"vip", "tags", "internal_notes", "merged_into_id"})
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
        "preferences": ColumnKind.JSON,
        "consents": ColumnKind.JSON,
        "archived_at": ColumnKind.INSTANT,
        "merged_into_id": ColumnKind.UUID,
        "created_at": ColumnKind.INSTANT,
        "updated_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={"merged_into": One("customers", via="merged_into_id")},
    orders={
        "NAME_ASC": ("name", "id"),
        "NAME_DESC": ("-name", "-id"),
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "archived": is_set("archived_at"),
        "email": equals("email"),
        "phone": Filter("phone = %({name})s", lambda value, _zone: dialled(value), "phone"),
        "tag": contains("tags"),
        "vip": equals("vip"),
        "text": text(),
    },
    hidden={"customer": STAFF_ONLY},
)
READ_MODELS = (CUSTOMERS,)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a customer has bought so far."""

    bookings: int
    completed: int
    cancelled: int
    first_at: datetime | None
    last_at: datetime | None
    net_cents: int


async def lock(tx: Transaction, customer_id: UUID) -> Customer | None:
    """The customer's row, held until the transaction ends; None for one that is archived."""
    found = await lock_any(tx, [customer_id])
    return next((each for each in found if each.archived_at is None), None)


async def lock_any(tx: Transaction, ids: Sequence[UUID]) -> Sequence[Customer]:
    """Those of the customers that there are, archived or not, held until the transaction ends."""
    return [_customer(row) for row in await tx.rows(SQL["lock_customers"], {"ids": list(ids)})]


async def insert(tx: Transaction, customer: Customer, *, now: datetime) -> None:
    """Errors: EmailTaken from the unique constraint."""
    await tx.run(SQL["insert_customer"], _params(customer, now=now))


async def update(tx: Transaction, customer: Customer, *, now: datetime) -> None:
    """Errors: EmailTaken from the unique constraint."""
    await tx.run(SQL["update_customer"], _params(customer, now=now))


async def unknown_wineries(tx: Transaction, ids: Sequence[UUID]) -> Sequence[UUID]:
    return [row[0] for row in await tx.rows(SQL["unknown_wineries"], {"ids": list(ids)})]


async def lifetimes(tx: Transaction, keys: Sequence[UUID]) -> list[Lifetime]:
    """What each customer has bought, in the keys' order."""
    rows = await tx.rows(SQL["lifetimes"], {"keys": list(keys)})
    found = {id: Lifetime(*facts) for id, *facts in rows}
    return [found[key] for key in keys]


def _customer(row: Sequence[Any]) -> Customer:
    id, name, email, phone, version, vip, tags, notes, preferences, consents, *ends = row
    return Customer(
        id,
        name,
        email,
        phone,
        version,
        vip,
        tuple(tags),
        notes,
        Preferences.of(preferences),
        {channel: Consent.of(each) for channel, each in consents.items()},
        *ends,
    )


def _params(customer: Customer, *, now: datetime) -> dict[str, Any]:
    facts = customer.facts()
    return facts | {
        "id": customer.id,
        "version": customer.version,
        "archived_at": customer.archived_at,
        "merged_into_id": customer.merged_into_id,
        "preferences": orjson.dumps(facts["preferences"]).decode(),
        "consents": orjson.dumps(facts["consents"]).decode(),
        "now": now,
    }
