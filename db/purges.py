"""What is deleted because its time has run out."""

from datetime import datetime

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "purges.sql")


async def idempotency_records(tx: Transaction, *, now: datetime) -> int:
    """Delete the brand's expired answers, and tell how many there were."""
    return await tx.run(SQL["purge_idempotency_records"], {"now": now})


async def sign_ins(tx: Transaction, *, until: datetime) -> int:
    """Delete the operator's sessions and codes that were over by then, and tell how many."""
    sessions = await tx.run(SQL["purge_sessions"], {"until": until})
    return sessions + await tx.run(SQL["purge_codes"], {"until": until})
