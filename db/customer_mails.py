"""What the mails to customers say, read as it is now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "customer_mails.sql")


@dataclass(frozen=True, slots=True)
class NewTime:
    """A booking's time as it is now. `email` is None if there is nobody to tell."""

    number: str
    starts_at: datetime
    time_zone: str
    email: str | None


async def new_time(tx: Transaction, booking_id: UUID) -> NewTime | None:
    row = await tx.row(SQL["new_time"], {"booking_id": booking_id})
    return NewTime(*row) if row else None
