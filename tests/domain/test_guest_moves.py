"""How often, and how late, guests move a tour by themselves."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.cancellation import from_tiers, to_document
from domain.guest_moves import Allowance, MoveUsed, TooLate, check_itinerary

PACIFIC = ZoneInfo("America/Los_Angeles")
TOUR = datetime(2026, 9, 12, 10, tzinfo=PACIFIC)
TIERS = [{"days": 45, "percent": 100}, {"days": 21, "percent": 50}, {"days": 0, "percent": 0}]
CASES = [
    # days before, used before, used after a new date, used after a transfer
    (400, 0, 0, 0),
    (45, 0, 0, 0),
    (45, 1, 1, 1),
    (44, 0, 1, 0),
    (44, 1, None, 1),
    (21, 0, 1, 0),
    (20, 0, 1, 1),
    (20, 1, None, None),
    (1, 0, 1, 1),
    (0, 0, 1, 1),
]


def allowance(used: int) -> Allowance:
    return Allowance(TOUR, to_document(from_tiers(TIERS, 3)), used)


@pytest.mark.parametrize(("days", "used", "date", "_transfer"), CASES)
def test_a_new_date_is_free_at_45_days_and_the_one_move_after_that(
    days: int, used: int, date: int | None, _transfer: int | None
) -> None:
    now = TOUR - timedelta(days=days, hours=1)
    if date is None:
        with pytest.raises(MoveUsed):
            allowance(used).spent_on_a_date(now=now, zone=PACIFIC)
    else:
        assert allowance(used).spent_on_a_date(now=now, zone=PACIFIC) == date


@pytest.mark.parametrize(("days", "used", "_date", "transfer"), CASES)
def test_a_transfer_is_the_one_move_under_the_last_tier(
    days: int, used: int, _date: int | None, transfer: int | None
) -> None:
    now = TOUR - timedelta(days=days, hours=1)
    if transfer is None:
        with pytest.raises(MoveUsed):
            allowance(used).spent_on_a_transfer(now=now, zone=PACIFIC)
    else:
        assert allowance(used).spent_on_a_transfer(now=now, zone=PACIFIC) == transfer


@pytest.mark.parametrize("now", [TOUR, TOUR + timedelta(days=1)])
def test_a_guest_moves_nothing_once_the_tour_has_begun(now: datetime) -> None:
    with pytest.raises(TooLate):
        allowance(0).spent_on_a_date(now=now, zone=PACIFIC)
    with pytest.raises(TooLate):
        allowance(0).spent_on_a_transfer(now=now, zone=PACIFIC)


def test_a_policy_of_bare_tiers_is_read_as_well() -> None:
    bare = Allowance(TOUR, TIERS, 0)

    assert bare.spent_on_a_date(now=TOUR - timedelta(days=45), zone=PACIFIC) == 0
    assert bare.spent_on_a_date(now=TOUR - timedelta(days=44), zone=PACIFIC) == 1


def test_stops_are_open_to_a_guest_until_48_hours_before() -> None:
    check_itinerary(TOUR, now=TOUR - timedelta(hours=48))
    with pytest.raises(TooLate):
        check_itinerary(TOUR, now=TOUR - timedelta(hours=48) + timedelta(seconds=1))
