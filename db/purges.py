"""What is deleted because its time has run out."""

from datetime import datetime

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "purges.sql")


async def idempotency_records(tx: Transaction, *, now: datetime) -> int:
    """Delete the brand's expired answers, and tell how many there were."""
    return await tx.run(SQL["purge_idempotency_records"], {"now": now})
