"""When a tour could begin, across all brands of the operator, without telling whose tours block."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from db import brands, fleet
from db.database import Transaction
from domain.availability import Slot, calendar, check_range
from domain.errors import InvalidInput, NotFound
from domain.quotes import MOST_GUESTS, MOST_MINUTES
from domain.schedule import OperatingDay, check_day, day_after_starts_at, day_starts_at


async def find_slots(
    tx: Transaction, first: date, last: date, *, minutes: int, party: int, now: datetime
) -> list[tuple[date, list[Slot]]]:
    """Every local day from first to last with its possible starts, by two statements in all.

    Errors: InvalidInput; NotFound for a brand without settings.
    """
    brand = tx.principal.brand
    if brand is None:
        raise NotFound
    _check(first, last, minutes=minutes, party=party)
    zone = ZoneInfo(brand.time_zone)
    hours = await brands.operating_hours(tx, now.astimezone(zone).date())
    if hours is None:
        raise NotFound
    day = OperatingDay(zone, *hours)
    vans = await fleet.busy_times(
        tx, since=day_starts_at(first, zone), until=day_after_starts_at(last, zone), now=now
    )
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return calendar(days, minutes=minutes, party=party, vans=vans, day=day, now=now)


def _check(first: date, last: date, *, minutes: int, party: int) -> None:
    check_day(first, path="from")
    check_day(last, path="to")
    check_range(first, last)
    if not 1 <= party <= MOST_GUESTS:
        raise InvalidInput(f"A party has 1 to {MOST_GUESTS} guests.", path="partySize")
    if not 1 <= minutes <= MOST_MINUTES:
        raise InvalidInput(f"A tour takes 1 to {MOST_MINUTES} minutes.", path="minutes")
