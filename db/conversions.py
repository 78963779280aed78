"""The statements that say what an inquiry became."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.conversions import Target, TargetKind

SQL = statements.load(__package__, "conversions.sql")
LOCK: Final[Mapping[TargetKind, LiteralString]] = {
    "reservation": SQL["lock_converted_reservation"],
    "proposal": SQL["lock_converted_proposal"],
    "booking": SQL["lock_converted_booking"],
}
LINK: Final[Mapping[TargetKind, LiteralString]] = {
    "reservation": SQL["link_reservation"],
    "proposal": SQL["link_proposal"],
    "booking": SQL["link_booking"],
}


async def lock(tx: Transaction, kind: TargetKind, id: UUID) -> Target | None:
    """The object's row, held until the transaction ends."""
    row = await tx.row(LOCK[kind], {"id": id})
    return Target(kind, id, *row) if row else None


async def link(tx: Transaction, target: Target, inquiry_id: UUID, *, now: datetime) -> None:
    await tx.run(LINK[target.kind], {"id": target.id, "inquiry_id": inquiry_id, "now": now})
