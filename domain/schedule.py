"""Local days and the operating day of a brand, turned into instants before they reach SQL."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import EndBeforeStart, InvalidInput, OutsideOperatingDay, StartInPast

FIRST_YEAR = 1900
LAST_YEAR = 2200


@dataclass(frozen=True, slots=True)
class OperatingDay:
    """When a brand's tours may run, in its own zone, and the pause between two tours of a van."""

    zone: ZoneInfo
    opens_at: time
    closes_at: time
    buffer_minutes: int


def check_day(day: date, *, path: str) -> None:
    """Refuse a day or an instant that no zone and no pause could be reckoned for.

    Errors: InvalidInput, naming the argument.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(f"`{path}` is outside the years {FIRST_YEAR} to {LAST_YEAR}.", path=path)


def day_starts_at(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day; a day of 23 or 25 hours starts like any other."""
    return datetime.combine(day, time.min, zone)


def day_after_starts_at(day: date, zone: ZoneInfo) -> datetime:
    return day_starts_at(day + timedelta(days=1), zone)


def check_order(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Refuse a tour that ends before it starts, or one in the past.

    Errors: InvalidInput, EndBeforeStart, StartInPast.
    """
    check_day(starts_at, path="startsAt")
    check_day(ends_at, path="endsAt")
    if ends_at <= starts_at:
        raise EndBeforeStart
    if starts_at < now:
        raise StartInPast


def check_within(starts_at: datetime, ends_at: datetime, *, day: OperatingDay) -> None:
    """Refuse a tour that leaves the operating day.

    Errors: OutsideOperatingDay, naming the hours.
    Source: docs/domain.md, section "Operating day".
    """
    local_start, local_end = starts_at.astimezone(day.zone), ends_at.astimezone(day.zone)
    same_day = local_start.date() == local_end.date()
    if not same_day or local_start.time() < day.opens_at or local_end.time() > day.closes_at:
        raise OutsideOperatingDay(
            f"Tours run from {day.opens_at:%H:%M} to {day.closes_at:%H:%M}, {day.zone.key}.",
            path="startsAt",
        )


def block_ends_at(ends_at: datetime, day: OperatingDay) -> datetime:
    """The end of the time a tour blocks: the pause is counted once, behind the tour."""
    return ends_at + timedelta(minutes=day.buffer_minutes)
