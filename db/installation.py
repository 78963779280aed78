"""The installation itself, seen by those who look after it: its revision, its workers."""

from datetime import datetime

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "installation.sql")


async def revision(tx: Transaction) -> str | None:
    """The migration that the database is at; None if it was never migrated."""
    row = await tx.row(SQL["revision"])
    return str(row[0]) if row else None


async def has_role(tx: Transaction, role: str) -> bool:
    """Whether the server has a role of this name."""
    return await tx.row(SQL["has_role"], {"role": role}) == (True,)


async def worker_seen(tx: Transaction) -> datetime | None:
    """The last sign of life of any worker."""
    row = await tx.row(SQL["worker_seen"])
    return row[0] if row else None
