"""When a tour could begin, across all brands of the operator, without telling whose tours block."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from db import brands, fleet
from db.database import Transaction
from domain.availability import Slot, calendar, check_range
from domain.errors import InvalidInput, NotFound
from domain.identity import Principal
from domain.quotes import MOST_GUESTS, MOST_MINUTES
from domain.schedule import OperatingDay, check_day, day_after_starts_at, day_starts_at

ReadHours = Callable[[date], Awaitable[brands.Hours | None]]


async def operating_day(
    read_hours: ReadHours, principal: Principal, *, now: datetime
) -> OperatingDay:
    """The hours that are in force today. Errors: NotFound for a brand without settings."""
    brand = principal.brand
    if brand is None:
        raise NotFound
    zone = ZoneInfo(brand.time_zone)
    hours = await read_hours(now.astimezone(zone).date())
    if hours is None:
        raise NotFound
    return OperatingDay(zone, *hours)


async def find_slots(
    tx: Transaction,
    first: date,
    last: date,
    *,
    minutes: int,
    party: int,
    now: datetime,
    day: OperatingDay | None = None,
) -> list[tuple[date, list[Slot]]]:
    """Every local day from first to last with its possible starts, by two statements in all.

    Shape:  by one for whoever knows the hours of today already.
    Errors: InvalidInput; NotFound for a brand without settings.
    """
    _check(first, last, minutes=minutes, party=party)
    if day is None:
        read_hours = partial(brands.operating_hours, tx)
        day = await operating_day(read_hours, tx.principal, now=now)
    since, until = day_starts_at(first, day.zone), day_after_starts_at(last, day.zone)
    vans = await fleet.busy_times(tx, since=since, until=until, now=now)
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
