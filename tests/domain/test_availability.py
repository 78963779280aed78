"""When a tour could begin: free vans, the pause between tours, and the days of the clock change."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.availability import (
    Reason,
    Slot,
    Van,
    calendar,
    check_range,
    fewest,
    reason_of_day,
    slots,
)
from domain.errors import InvalidInput
from domain.schedule import OperatingDay

ZONE = ZoneInfo("America/Los_Angeles")
DAY = OperatingDay(ZONE, time(8), time(22), 30)
ON = date(2026, 6, 10)
LONG_AGO = datetime(2026, 1, 1, tzinfo=ZONE)


def at(clock: str, on: date = ON) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), ZONE)


def busy(start: str, end: str) -> tuple[datetime, datetime]:
    return at(start), at(end)


def found(
    *vans: Van, on: date = ON, hours: float = 6, party: int = 4, now: datetime = LONG_AGO
) -> list[Slot]:
    minutes = round(hours * 60)
    return slots(on, minutes=minutes, party=party, vans=vans, day=DAY, now=now)


def free(slots: list[Slot]) -> list[str]:
    return [f"{slot.starts_at:%H:%M}" for slot in slots if slot.vans]


def test_a_day_has_a_start_each_half_hour_that_leaves_time_for_the_tour() -> None:
    starts = free(found(Van(14, [])))
    assert (starts[0], starts[1], starts[-1], len(starts)) == ("08:00", "08:30", "16:00", 17)
    assert free(found(Van(14, []), hours=14)) == ["08:00"]
    assert found(Van(14, []), hours=14.5) == []


def test_a_tour_ends_its_pause_before_the_next_one_begins() -> None:
    # 13:00 to 15:00 is a tour until 14:30 with its pause; before it, a tour of 2 h needs 2 h 30.
    van = Van(14, [busy("13:00", "15:00")])
    starts = free(found(van, hours=2))
    assert "10:30" in starts
    assert "11:00" not in starts
    assert "14:30" not in starts
    assert "15:00" in starts


@pytest.mark.parametrize(
    ("party", "vans"), [(2, [6]), (7, [11]), (14, [14]), (20, [14, 6]), (25, [14, 11])]
)
def test_the_smallest_van_that_fits_is_taken_and_of_several_the_fewest(
    party: int, vans: list[int]
) -> None:
    slot = found(Van(6, []), Van(11, []), Van(14, []), party=party)[0]
    assert slot.vans == vans


def test_two_smaller_vans_serve_where_the_large_one_is_taken() -> None:
    slot = found(Van(6, []), Van(8, []), Van(14, [busy("08:00", "22:00")]), party=12)[0]
    assert slot.vans == [8, 6]


def test_what_is_past_cannot_be_booked_any_more() -> None:
    slots = found(Van(14, []), now=at("12:10"))
    assert free(slots)[0] == "12:30"
    assert {slot.reason for slot in slots if not slot.vans} == {Reason.PAST}


def test_a_day_says_why_it_has_no_start() -> None:
    taken = Van(14, [busy("08:00", "22:00")])
    assert reason_of_day(found(taken)) is Reason.ALL_BUSY
    assert reason_of_day(found(taken, party=15)) is Reason.TOO_MANY_GUESTS
    assert reason_of_day(found()) is Reason.TOO_MANY_GUESTS
    assert reason_of_day(found(taken, hours=15)) is Reason.CLOSED
    assert reason_of_day(found(taken, now=at("23:00"))) is Reason.PAST
    assert reason_of_day(found(Van(14, []))) is None


@pytest.mark.parametrize("on", [date(2026, 3, 8), date(2026, 11, 1)])
def test_on_the_days_of_the_clock_change_starts_are_wall_clock_and_lengths_real(on: date) -> None:
    day = OperatingDay(ZONE, time(0), time(23, 30), 30)
    starts = slots(on, minutes=120, party=2, vans=[Van(6, [])], day=day, now=LONG_AGO)
    walls = [slot.starts_at.strftime("%H:%M") for slot in starts]
    assert walls[:2] == ["00:00", "00:30"]
    assert all((slot.ends_at.timestamp() - slot.starts_at.timestamp()) == 7200 for slot in starts)
    assert len({slot.starts_at.timestamp() for slot in starts}) >= len(starts) - 2


def test_a_calendar_gives_each_day_what_blocks_it_and_a_night_both_its_days() -> None:
    night = (at("20:00"), at("10:00", ON + timedelta(days=1)))
    days = [ON + timedelta(days=offset) for offset in range(3)]
    told = calendar(days, minutes=120, party=2, vans=[Van(6, [night])], day=DAY, now=LONG_AGO)
    assert [(on, free(slots)[0], free(slots)[-1]) for on, slots in told] == [
        (days[0], "08:00", "17:30"),
        (days[1], "10:00", "20:00"),
        (days[2], "08:00", "20:00"),
    ]


@pytest.mark.parametrize(
    ("seats", "party", "vans"),
    [([6, 6, 6], 12, [6, 6]), ([6], 7, []), ([], 1, []), ([3, 14, 14], 16, [14, 3])],
)
def test_the_fewest_vans(seats: list[int], party: int, vans: list[int]) -> None:
    assert fewest(seats, party) == vans


@pytest.mark.parametrize("days", [-1, 62])
def test_too_many_days_are_refused(days: int) -> None:
    with pytest.raises(InvalidInput):
        check_range(ON, ON + timedelta(days=days))
    check_range(ON, ON + timedelta(days=61))
