"""Refunds of deposits by the calendar of the brand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.cancellation import (
    Policy,
    Refund,
    Tier,
    days_before,
    from_tiers,
    itinerary_is_open,
    moves_freely,
    moves_once,
    refund,
    tiers_document,
    to_document,
)
from domain.errors import InvalidInput

DEFAULT = Policy((Tier(45, 100), Tier(21, 50), Tier(0, 0)))
PACIFIC = ZoneInfo("America/Los_Angeles")
TOUR = datetime(2026, 9, 12, 10, tzinfo=PACIFIC)


def quote(days: int, deposit_cents: int, paid_cents: int | None = None) -> Refund:
    return refund(
        DEFAULT,
        deposit_cents=deposit_cents,
        paid_cents=deposit_cents if paid_cents is None else paid_cents,
        starts_at=TOUR,
        now=TOUR - timedelta(days=days),
        zone=PACIFIC,
    )


@pytest.mark.parametrize(
    ("days", "deposit_cents", "back_cents"),
    [
        (400, 35000, 35000),
        (45, 35000, 35000),
        (44, 35000, 17500),
        (21, 35000, 17500),
        (20, 35000, 0),
        (1, 35000, 0),
        (30, 25001, 12501),
    ],
)
def test_the_deposit_comes_back_by_tier(days: int, deposit_cents: int, back_cents: int) -> None:
    assert quote(days, deposit_cents).total_cents == back_cents


@pytest.mark.parametrize(("days", "percent"), [(60, 100), (30, 50), (20, 0)])
def test_money_beyond_the_deposit_always_comes_back_before_the_tour(
    days: int, percent: int
) -> None:
    assert quote(days, 35000, 70000) == Refund(days, percent, 350 * percent, 35000)


def test_no_more_than_was_paid_comes_back() -> None:
    assert quote(60, 35000, 10000) == Refund(60, 100, 10000, 0)
    assert quote(60, 35000, 0).total_cents == 0


def test_nothing_comes_back_once_the_tour_has_started() -> None:
    assert quote(0, 35000, 70000) == Refund(0, 0, 0, 0)
    assert quote(-3, 35000, 70000) == Refund(-3, 0, 0, 0)


@pytest.mark.parametrize("days", [60, 20, 0, -1])
def test_everything_comes_back_for_fault_or_weather(days: int) -> None:
    given = refund(
        DEFAULT,
        deposit_cents=35000,
        paid_cents=70000,
        starts_at=TOUR,
        now=TOUR - timedelta(days=days),
        zone=PACIFIC,
        our_fault=True,
    )
    assert given == Refund(days, 100, 35000, 35000)


@pytest.mark.parametrize(
    ("now", "zone", "days"),
    [
        # 2026-07-29 06:59 UTC is still the 28th in the valley: 46 days; a minute later 45.
        (datetime(2026, 7, 29, 6, 59, tzinfo=UTC), PACIFIC, 46),
        (datetime(2026, 7, 29, 7, 0, tzinfo=UTC), PACIFIC, 45),
        (datetime(2026, 7, 29, 6, 59, tzinfo=UTC), ZoneInfo("UTC"), 45),
        (datetime(2026, 7, 29, 6, 59, tzinfo=UTC), ZoneInfo("Pacific/Auckland"), 46),
    ],
)
def test_days_are_calendar_days_of_the_brand(now: datetime, zone: ZoneInfo, days: int) -> None:
    assert days_before(TOUR, now, zone) == days


def test_a_day_of_23_hours_is_a_day() -> None:
    start = datetime(2026, 3, 9, 9, tzinfo=PACIFIC)
    assert days_before(start, datetime(2026, 3, 7, 23, tzinfo=PACIFIC), PACIFIC) == 2


@pytest.mark.parametrize(
    ("days", "freely", "once"), [(45, True, False), (44, False, False), (20, False, True)]
)
def test_what_may_still_move(days: int, freely: bool, once: bool) -> None:  # noqa: FBT001
    assert (moves_freely(DEFAULT, days), moves_once(DEFAULT, days)) == (freely, once)


def test_the_itinerary_is_open_up_to_48_hours_before() -> None:
    assert itinerary_is_open(TOUR, TOUR - timedelta(hours=48), hours=48)
    assert not itinerary_is_open(TOUR, TOUR - timedelta(hours=47, minutes=59), hours=48)


def test_a_policy_survives_its_document() -> None:
    assert to_document(DEFAULT) == {"version": 1, "tiers": tiers_document(DEFAULT)}
    assert from_tiers(tiers_document(DEFAULT)) == DEFAULT


@pytest.mark.parametrize(
    "tiers",
    [
        [],
        [{"days": 45, "percent": 100}],
        [{"days": 21, "percent": 50}, {"days": 45, "percent": 100}, {"days": 0, "percent": 0}],
        [{"days": 0, "percent": 101}],
    ],
)
def test_tiers_out_of_order_are_refused(tiers: list[dict[str, int]]) -> None:
    with pytest.raises(InvalidInput):
        from_tiers(tiers)
