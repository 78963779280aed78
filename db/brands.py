"""A brand's public facts as they are read, and the settings that its rules need."""

from datetime import date, time
from typing import Any, Final

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "brands.sql")
Hours = tuple[time, time, int]
"""Opening, closing and the tenant's buffer in minutes."""

FACTS: Final = (
    "code",
    "name",
    "legal_name",
    "website",
    "email_support",
    "phone",
    "phone_display",
    "primary_color",
    "secondary_color",
    "tagline",
    "time_zone",
    "currency",
)


async def facts(tx: Transaction) -> dict[str, Any] | None:
    """Code, name, website, contact and colours of the brand that is asking, by their names."""
    brand = tx.principal.brand
    row = await tx.row(SQL["brand_facts"], {"code": brand.code if brand else None})
    return dict(zip(FACTS, row, strict=True)) if row else None


async def operating_hours(tx: Transaction, day: date) -> Hours | None:
    """As in force on a local day."""
    row = await tx.row(SQL["operating_hours"], {"day": day})
    return (row[0], row[1], row[2]) if row else None


async def number_prefix(tx: Transaction, day: date) -> str | None:
    """As in force on a local day; None for a brand that has no settings yet."""
    row = await tx.row(SQL["number_prefix"], {"day": day})
    return str(row[0]) if row else None
