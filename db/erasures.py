"""What is taken out of the rows that name a person, table by table; figures stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db import statements
from db.database import Transaction
from db.privacy import Belongings

SQL = statements.load(__package__, "erasures.sql")

# The words that each table loses: a test compares them with every column that holds words.
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "customers": (
        *("name", "email", "phone", "preferences", "consents", "tags", "internal_notes"),
        "stripe_customer_id",
    ),
    "bookings": (
        *("customer_name", "customer_email", "customer_phone", "pickup", "dropoff"),
        *("special_requests", "internal_notes", "driver_notes", "cancel_reason"),
        "deposit_waiver_reason",
    ),
    "booking_stops": ("name", "address"),
    "tour_offers": ("pickup", "reason"),
    "blocks": ("reason",),
    "reservations": (
        *("contact_name", "contact_email", "contact_phone", "special_requests"),
        *("internal_notes", "cancel_reason"),
    ),
    "inquiries": ("name", "email", "phone", "message", "lost_reason"),
    "proposals": (
        *("title", "client_notes", "internal_notes", "signature_name", "decline_reason"),
    ),
    "proposal_days": ("title",),
    "proposal_stops": ("name", "driver_notes"),
    "proposal_guests": ("name", "email", "dietary", "room"),
    "proposal_notes": ("body",),
    "proposal_versions": ("snapshot",),
    "payments": ("reference",),
    "refunds": ("reason",),
    "tasks": ("title",),
    "links": (),
    "customer_sessions": ("user_agent", "address", "brand_code"),
    "customer_codes": (),
    "customer_exports": ("body",),
}
# Objects with a history of their own.
ENTITIES: Final[Mapping[str, str]] = {
    "customers": "customer",
    "bookings": "booking",
    "reservations": "reservation",
    "inquiries": "inquiry",
    "proposals": "proposal",
    "payments": "payment",
    "tasks": "task",
}
STATEMENTS: Final = {
    **{table: SQL[f"erase_{table}"] for table in WORDS if table != "customer_exports"},
    "customer_exports": SQL["erase_exports"],
}


@dataclass(frozen=True, slots=True)
class Emptied:
    """An object without its words, and its version from then on."""

    entity: str
    id: UUID
    version: int
    words: tuple[str, ...]


async def erase_words(
    tx: Transaction, owned: Belongings, *, now: datetime
) -> tuple[Mapping[str, int], Sequence[Emptied]]:
    """Take a person out of every table, and tell how many rows of each it were.

    Shape:  the objects that have a history are told apart: each has a new version.
    """
    kinds = ("customer", "booking", "reservation", "inquiry", "proposal", "proposal_guest")
    more = ("payment", "task", "link", "privacy_request")
    given = {"now": now, **{kind: owned.ids(kind) for kind in (*kinds, *more)}}
    counts: dict[str, int] = {}
    emptied: list[Emptied] = []
    for table, statement in STATEMENTS.items():
        rows = await tx.rows(statement, given)
        if rows:
            counts[table] = len(rows)
        if table in ENTITIES:
            entity, words = ENTITIES[table], WORDS[table]
            emptied += [Emptied(entity, id, version, words) for id, version in rows]
    return counts, emptied


async def erase_told(tx: Transaction, owned: Belongings) -> int:
    """Take a person out of what events told of them, and tell how many values it were."""
    whole = [id for ids in owned.by_kind.values() for id in ids]
    objects = [*whole, *owned.handed_over]
    lasts = [*(None for _ in whole), *owned.handed_over.values()]
    row = await tx.row(SQL["erase_told"], {"objects": objects, "lasts": lasts})
    return int(row[0]) if row else 0
