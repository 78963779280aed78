"""What points to a customer, moved to another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "customer_merges.sql")
# Owners before payments: a payment belongs to whom its booking belongs to.
MOVES: Final[Mapping[str, str]] = {
    "booking": "bookings",
    "reservation": "reservations",
    "proposal": "proposals",
    "ticket": "tickets",
    "inquiry": "inquiries",
    "payment": "payments",
    "task": "tasks",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """A row that points to the kept customer now."""

    entity: str
    id: UUID
    version: int


async def move_all(tx: Transaction, gone: UUID, kept: UUID, *, now: datetime) -> Sequence[Moved]:
    """Everything that points to the merged customer, to the kept one."""
    payments = [row[0] for row in await tx.rows(SQL["payments_of_customer"], {"gone": gone})]
    given = {"gone": gone, "kept": kept, "now": now, "ids": payments}
    return [
        Moved(entity, *row)
        for entity, table in MOVES.items()
        for row in await tx.rows(SQL[f"move_{table}"], given)
    ]
