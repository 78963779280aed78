"""A brand's public facts as they are read, and the settings that its rules need."""

from datetime import date, time

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "brands.sql")


async def facts(tx: Transaction) -> tuple[str | None, ...] | None:
    """Code, name, website, contact and colours of the brand that is asking."""
    return await tx.row(SQL["brand_facts"])


async def operating_hours(tx: Transaction, day: date) -> tuple[time, time, int] | None:
    """Opening, closing and the tenant's buffer in minutes, as in force on a local day."""
    row = await tx.row(SQL["operating_hours"], {"day": day})
    return (row[0], row[1], row[2]) if row else None
