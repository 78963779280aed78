"""When a driver can be asked to work: between which times of each weekday, as they have said."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.compliance import Fault, Finding

Week = Mapping[int, tuple[time, time] | None]
"""The hours of weekdays of ISO 8601, None for a day off; a day that is not there is free."""

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY: Final = timedelta(days=1)


def outside(week: Week, starts_at: datetime, ends_at: datetime, *, zone: ZoneInfo) -> list[Finding]:
    """Where a tour lies outside of a driver's hours: no law, so that a reason overrides it.

    Shape:  a finding for each local day; none for a driver who never said anything.
    Source: docs/domain.md, section "Hours of service".
    """
    begins, ends = (at.astimezone(zone).replace(tzinfo=None) for at in (starts_at, ends_at))
    day, found = datetime.combine(begins.date(), time()), []
    while day < ends:
        weekday = day.isoweekday()
        if weekday in week and not _within(
            week[weekday], day, max(begins, day), min(ends, day + DAY)
        ):
            found.append(Finding(Fault.WORKING_HOURS, _says(weekday, week[weekday])))
        day += DAY
    return found


def _within(
    hours: tuple[time, time] | None, day: datetime, begins: datetime, ends: datetime
) -> bool:
    if hours is None:
        return False
    opens, closes = (datetime.combine(day.date(), at) for at in hours)
    return opens <= begins and ends <= closes


def _says(weekday: int, hours: tuple[time, time] | None) -> str:
    name = DAYS[weekday - 1]
    if hours is None:
        return f"the driver does not work on a {name}"
    return f"the driver works from {hours[0]:%H:%M} to {hours[1]:%H:%M} on a {name}"
