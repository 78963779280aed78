"""The statements that change what is written on a booking."""

from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.booking_details import Detailed, Details

SQL = statements.load(__package__, "booking_details.sql")


async def lock(tx: Transaction, booking_id: UUID) -> Detailed | None:
    """The booking's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_details"], {"id": booking_id})
    return replace(Detailed(*row[:4]), details=Details(*row[4:])) if row else None


async def update_details(tx: Transaction, booking: Detailed, *, now: datetime) -> None:
    facts = {"id": booking.id, "version": booking.version, "now": now}
    await tx.run(SQL["update_details"], {**facts, **asdict(booking.details)})
