"""The operating day, and the years that a day or an instant may lie in."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.errors import InvalidInput
from domain.schedule import (
    check_day,
    check_order,
    day_after_starts_at,
    day_starts_at,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(2201, 1, 1), date.max])
def test_a_day_outside_three_centuries_is_refused(day: date) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_day(day, path="startsOnTo")

    assert (refused.value.message, refused.value.path) == (
        "`startsOnTo` is outside the years 1900 to 2200.",
        "startsOnTo",
    )


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2200, 12, 31)])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_a_day_within_them_has_a_beginning_and_an_end_everywhere(day: date, zone: str) -> None:
    check_day(day, path="startsOnTo")

    length = day_after_starts_at(day, ZoneInfo(zone)) - day_starts_at(day, ZoneInfo(zone))

    assert length == timedelta(days=1)


@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_a_tour_outside_three_centuries_is_refused_and_no_fault(year: int) -> None:
    extreme, usual = NOW.replace(year=year), NOW + timedelta(days=1)
    with pytest.raises(InvalidInput, match="`startsAt` is outside"):
        check_order(extreme, usual, now=NOW)
    with pytest.raises(InvalidInput, match="`endsAt` is outside"):
        check_order(usual, extreme, now=NOW)
