"""Hours of service to the minute: in a shift, in seven days, and what is planned with it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.hours_of_service import Duty, Hours, hours_with, joined

DAY = datetime(2026, 6, 8, tzinfo=UTC)
NONE: dict[str, timedelta] = {}


def at(clock: str, *, day: int = 0) -> datetime:
    hours, minutes = clock.split(":")
    return DAY + timedelta(days=day, hours=int(hours), minutes=int(minutes))


def h(clock: str) -> timedelta:
    return at(clock) - DAY


def worked(begins: str, ends: str, driven: str = "0:00", *, day: int = 0) -> Duty:
    return Duty(at(begins, day=day), at(ends, day=day), h(driven))


TOUR = worked("10:00", "16:00", "6:00")


@pytest.mark.parametrize(
    ("others", "tour", "driving", "on_duty"),
    [
        ([], TOUR, "6:00", "6:00"),
        ([worked("5:00", "9:00", "4:00")], TOUR, "10:00", "10:00"),
        ([worked("5:00", "9:01", "4:01")], TOUR, "10:01", "10:01"),
        ([worked("5:00", "9:00")], TOUR, "6:00", "10:00"),
        # Eight hours off begin a new shift, a minute less does not.
        ([worked("17:00", "26:00", "9:00", day=-1)], TOUR, "6:00", "6:00"),
        ([worked("17:00", "26:01", "9:00", day=-1)], TOUR, "15:00", "15:01"),
        # What is planned behind the tour counts like what was worked before it.
        ([worked("18:00", "22:00", "4:00")], TOUR, "10:00", "10:00"),
        ([worked("24:00", "28:00", "4:00")], TOUR, "6:00", "6:00"),
        ([worked("23:59", "28:00", "4:00")], TOUR, "10:00", "10:01"),
        # Times that lie over one another count once.
        ([worked("9:00", "17:00")], TOUR, "6:00", "8:00"),
        ([worked("10:00", "12:00", "2:00"), worked("9:00", "11:00")], TOUR, "6:00", "7:00"),
        ([worked("4:00", "9:00"), worked("17:00", "21:00")], TOUR, "6:00", "15:00"),
    ],
)
def test_a_shift_goes_on_until_eight_hours_off(
    others: list[Duty], tour: Duty, driving: str, on_duty: str
) -> None:
    hours = hours_with(tour, others)

    assert (hours.driving, hours.on_duty) == (h(driving), h(on_duty))


@pytest.mark.parametrize(
    ("driving", "on_duty", "in_a_week", "excess", "near"),
    [
        ("9:29", "13:59", "59:59", [], []),
        ("9:30", "14:00", "60:00", [], ["driving", "on_duty"]),
        ("10:00", "15:00", "60:00", [], ["driving", "on_duty"]),
        ("10:01", "15:00", "60:00", ["driving"], ["on_duty"]),
        ("10:00", "15:01", "60:00", ["on_duty"], ["driving"]),
        ("10:00", "15:00", "60:01", ["in_a_week"], ["driving", "on_duty"]),
    ],
)
def test_ten_hours_of_driving_fifteen_on_duty_and_sixty_in_a_week_are_the_most(
    driving: str, on_duty: str, in_a_week: str, excess: list[str], near: list[str]
) -> None:
    hours = Hours(h(driving), h(on_duty), h(in_a_week))

    assert (sorted(hours.excess), sorted(hours.near)) == (excess, near)


def nine_hours(*days: int) -> list[Duty]:
    return [worked("8:00", "17:00", day=day) for day in days]


@pytest.mark.parametrize(
    ("others", "in_a_week"),
    [
        ([], "6:00"),
        (nine_hours(-6, -5, -4, -3, -2, -1), "60:00"),
        ([*nine_hours(-6, -5, -4, -3, -2, -1), worked("7:00", "9:30")], "62:30"),
        # A duty of seven days ago counts as far as it reaches into them.
        ([worked("15:00", "20:00", day=-7)], "10:00"),
        ([worked("14:00", "16:01", day=-7)], "6:01"),
        ([worked("14:00", "16:00", day=-7)], "6:00"),
        # What is planned for the days to come counts with what was worked before.
        (nine_hours(1, 2, 3, 4, 5, 6), "60:00"),
        (nine_hours(-3, -2, -1, 1, 2, 3), "60:00"),
        (nine_hours(-6, -5, -4, 1, 2, 3), "33:00"),
        (nine_hours(-9, -8, 8, 9), "6:00"),
        ([worked("8:00", "20:00", day=7)], "8:00"),
    ],
)
def test_the_fullest_seven_days_with_the_tour_in_them_are_counted(
    others: list[Duty], in_a_week: str
) -> None:
    assert hours_with(TOUR, others).in_a_week == h(in_a_week)


def test_times_are_joined_where_they_touch_and_empty_ones_are_left_out() -> None:
    spans = [TOUR.span, (at("16:00"), at("17:00")), (at("8:00"), at("9:00")), (at("5:00"),) * 2]

    assert joined(spans) == [(at("8:00"), at("9:00")), (at("10:00"), at("17:00"))]
