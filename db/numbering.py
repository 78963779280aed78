"""The human number of something new: the brand's prefix, its own year, the next of its kind."""

from datetime import datetime
from zoneinfo import ZoneInfo

from db import brands, counters
from db.database import Transaction
from domain.errors import NotFound
from domain.numbers import Numbered, number_of, year_of


async def next_of(tx: Transaction, kind: Numbered, *, now: datetime) -> str:
    """The next number of that kind, without gaps; take it last, as others wait for it.

    Errors: NotFound for a brand that has no settings.
    """
    brand = tx.principal.brand
    zone = ZoneInfo(brand.time_zone) if brand else None
    prefix = await brands.number_prefix(tx, now.astimezone(zone).date()) if zone else None
    if zone is None or prefix is None:
        raise NotFound
    year = year_of(now, zone)
    return number_of(prefix, kind, year, await counters.next_number(tx, kind, year))
