"""Working hours: a tour lies within what a driver has said of its weekdays, or a reason is needed."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.compliance import Fault, NotCompliant, Override, permit
from domain.working_hours import Week, outside

ZONE = ZoneInfo("America/Los_Angeles")
MONDAY: Week = {1: (time(8), time(18)), 2: None}
FROM_EIGHT_TO_SIX = "the driver works from 08:00 to 18:00 on a Monday"
NOT_ON_TUESDAY = "the driver does not work on a Tuesday"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of June 2026, whose 8th is a Monday, as the brand's clock shows it."""
    return datetime(2026, 6, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "says"),
    [
        (at(8, 8), at(8, 18), []),
        (at(8, 7, 59), at(8, 12), [FROM_EIGHT_TO_SIX]),
        (at(8, 12), at(8, 18, 1), [FROM_EIGHT_TO_SIX]),
        (at(9, 10), at(9, 12), [NOT_ON_TUESDAY]),
        (at(10, 2), at(10, 23), []),
        (at(8, 17), at(9, 1), [FROM_EIGHT_TO_SIX, NOT_ON_TUESDAY]),
        (at(7, 20), at(8, 0), []),
        (at(7, 20), at(8, 1), [FROM_EIGHT_TO_SIX]),
    ],
)
def test_each_local_day_of_a_tour_lies_within_what_was_said_of_its_weekday(
    starts_at: datetime, ends_at: datetime, says: list[str]
) -> None:
    found = outside(MONDAY, starts_at, ends_at, zone=ZONE)
    assert [each.says for each in found] == says
    assert {each.fault for each in found} <= {Fault.WORKING_HOURS}


def test_a_driver_who_never_said_anything_works_always() -> None:
    assert outside({}, at(8, 0), at(14, 23), zone=ZONE) == []


def test_the_hours_are_those_of_the_brands_clock() -> None:
    in_tokyo = ZoneInfo("Asia/Tokyo")
    found = outside(MONDAY, at(8, 8), at(8, 18), zone=in_tokyo)
    assert [each.says for each in found] == [NOT_ON_TUESDAY]


def test_working_hours_are_no_law_and_a_reason_overrides_them() -> None:
    found = outside(MONDAY, at(9, 10), at(9, 12), zone=ZONE)
    with pytest.raises(NotCompliant) as refused:
        permit(found, None, path="driverId")
    assert "WORKING_HOURS" in str(refused.value)
    assert permit(found, Override("They agreed by telephone."), path="driverId") == found
