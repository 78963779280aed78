"""Reminders of tours that are sure: each a job for its time, which looks at what is true then."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from db import jobs
from db.database import Transaction

AHEAD: Final = timedelta(hours=48)


async def schedule(tx: Transaction, booking_id: UUID, starts_at: datetime) -> None:
    """Have the customer reminded 48 hours before the tour, or at once if it is nearer.

    Shape:  a tour that was moved has another reminder; that of the time before says nothing.
    """
    at = starts_at.isoformat()
    await jobs.enqueue(
        tx,
        "remind_customer",
        {"booking_id": str(booking_id), "starts_at": at},
        run_at=starts_at - AHEAD,
        once=f"remind:{booking_id}:{at}",
    )
