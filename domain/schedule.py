"""Local days and the operating day of a brand, turned into instants before they reach SQL."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import EndBeforeStart, OutsideOperatingDay, StartInPast


@dataclass(frozen=True, slots=True)
class OperatingDay:
    """When a brand's tours may run, in its own zone, and the pause between two tours of a van."""

    zone: ZoneInfo
    opens_at: time
    closes_at: time
    buffer_minutes: int


def day_starts_at(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day; a day of 23 or 25 hours starts like any other."""
    return datetime.combine(day, time.min, zone)


def day_after_starts_at(day: date, zone: ZoneInfo) -> datetime:
    return day_starts_at(day + timedelta(days=1), zone)


def check_tour_times(
    starts_at: datetime, ends_at: datetime, *, day: OperatingDay, now: datetime
) -> None:
    """Refuse a tour in the past, one that ends before it starts, or one outside the operating day.

    Errors: StartInPast, EndBeforeStart, OutsideOperatingDay.
    Source: docs/domain.md, section "Operating day".
    """
    if ends_at <= starts_at:
        raise EndBeforeStart
    if starts_at < now:
        raise StartInPast
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
