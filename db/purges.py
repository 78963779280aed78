"""What is deleted because its time has run out."""

from datetime import datetime
from typing import Final

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "purges.sql")
SIGN_INS: Final = tuple(
    f"{who}{what}" for who in ("", "customer_", "driver_") for what in ("sessions", "codes")
)


async def idempotency_records(tx: Transaction, *, now: datetime) -> int:
    """Delete the brand's expired answers, and tell how many there were."""
    return await tx.run(SQL["purge_idempotency_records"], {"now": now})


async def sign_ins(tx: Transaction, *, until: datetime) -> int:
    """Delete the brand's and its operator's sessions and codes that were over by then."""
    gone = [await tx.run(SQL[f"purge_{what}"], {"until": until}) for what in SIGN_INS]
    return sum(gone)
