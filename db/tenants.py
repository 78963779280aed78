"""The operating company itself, as its own staff may end it."""

from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "tenants.sql")


async def leave(
    tx: Transaction, confirmed: str, *, now: datetime, leaves_at: datetime
) -> UUID | None:
    """Errors: BeyondOwnRights for whoever does not own all of its brands."""
    given = {"confirmed": confirmed, "now": now, "leaves_at": leaves_at}
    row = await tx.row(SQL["leave_tenant"], given)
    return row[0] if row else None
