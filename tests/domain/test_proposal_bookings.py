"""A proposal shared out over its days: every cent once, and when each day's tour runs."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.errors import InvalidInput
from domain.pricing import Totals
from domain.proposal_bookings import Conversion, NoTourTime, Times, parts, share_out, tours
from domain.proposal_contents import Content, repriced
from domain.proposal_plans import Day, Stop
from domain.proposal_prices import Line, Rates
from domain.proposals import Head

MON, TUE = date(2026, 6, 8), date(2026, 6, 9)
ZONE = ZoneInfo("America/Los_Angeles")
LINES = (
    Line("transportation", "Coach", "per_day", 30_000, taxable=True),
    Line("arranged_tasting", "Tastings", "per_person", 2_500, taxable=False),
    Line("planning_fee", "Planning", "flat", 10_001, taxable=True, shown=False),
)


def priced(head: Head, *lines: Line) -> tuple[Totals, tuple[Line, ...]]:
    found, sums = repriced(Content(head, lines=lines), Rates(91_000, 50), draft=True)
    return sums, found.lines


@pytest.mark.parametrize(
    ("cents", "weights", "shares"),
    [
        (100_000, [1, 1, 1], [33_334, 33_333, 33_333]),
        (10, [1, 2, 4], [1, 3, 6]),
        (5, [0, 0], [3, 2]),
        (0, [7, 0], [0, 0]),
        (2, [1, 0, 1], [1, 0, 1]),
    ],
)
def test_an_amount_is_divided_by_largest_remainder(
    cents: int, weights: list[int], shares: list[int]
) -> None:
    assert share_out(cents, weights) == shares


@pytest.mark.parametrize("days", [1, 2, 3, 7])
@pytest.mark.parametrize("discount", [0, 100_000, 333_333, 1_000_000])
@pytest.mark.parametrize("party", [1, 3, 8])
def test_the_bookings_sum_to_the_proposal_to_the_cent(days: int, discount: int, party: int) -> None:
    head = Head("Tour", party, MON, MON + timedelta(days=days - 1), discount, 150_000)
    sums, lines = priced(head, *LINES)
    found = parts(sums, lines, number="TP-1", days=days)
    assert len(found) == days
    assert sum(part.totals.total_cents for part in found) == sums.total_cents
    assert sum(part.totals.tax_cents for part in found) == sums.tax_cents
    assert sum(part.totals.discount_cents for part in found) == sums.discount_cents
    assert sum(part.totals.deposit_cents for part in found) == sums.deposit_cents
    for part in found:
        own = part.totals
        assert own.total_cents == own.subtotal_cents - own.discount_cents + own.tax_cents
        assert sum(line.amount_cents for line in part.lines) == own.total_cents
        assert 0 <= own.deposit_cents <= own.total_cents


def test_what_a_client_is_not_shown_is_one_line_without_its_name() -> None:
    head = Head("Tour", 2, MON, TUE, 0, 100_000)
    sums, lines = priced(head, *LINES)
    first, second = parts(sums, lines, number="TP-1", days=2)
    assert [(line.kind, line.label, line.amount_cents) for line in first.lines] == [
        ("rate", "Coach", 30_000),
        ("package", "Tastings", 2_500),
        ("fee", "Further services", 5_001),
        ("fee", "Gratuity", 3_750),
        ("tax", "Sales tax", 3_185),
    ]
    assert [line.amount_cents for line in second.lines] == [30_000, 2_500, 5_000, 3_750, 3_185]


def test_a_tour_runs_from_its_first_stop_to_the_end_of_its_last_unless_times_are_named() -> None:
    stops = (
        Stop("pickup", name="Hotel", starts_at_local=time(10), minutes=30),
        Stop(
            "winery",
            winery_id=UUID(int=1),
            starts_at_local=time(11),
            minutes=90,
            driver_notes="Gate",
        ),
        Stop("dropoff", name="Station"),
    )
    wish = Conversion(UUID(int=1), 1, {TUE: Times(time(9), time(15))})
    first, second = tours((Day(MON, None, stops), Day(TUE)), wish, ZONE)
    assert first.starts_at.astimezone(UTC) == datetime(2026, 6, 8, 17, 0, tzinfo=UTC)
    assert first.ends_at.astimezone(UTC) == datetime(2026, 6, 8, 19, 30, tzinfo=UTC)
    assert [first.arrival(stop) for stop in stops] == [
        datetime(2026, 6, 8, 10, tzinfo=ZONE),
        datetime(2026, 6, 8, 11, tzinfo=ZONE),
        None,
    ]
    assert (first.tour_type, first.name_of("pickup"), first.driver_notes) == (
        "wine_tour",
        "Hotel",
        "Gate",
    )
    assert (second.starts_at.hour, second.ends_at.hour, second.tour_type) == (9, 15, "custom")


def test_a_day_without_times_a_plan_without_days_and_times_without_a_day_are_refused() -> None:
    bare = Conversion(UUID(int=1), 1)
    with pytest.raises(NoTourTime, match="2026-06-08"):
        tours((Day(MON, None, (Stop("custom", name="River"),)),), bare, ZONE)
    with pytest.raises(InvalidInput, match="no days yet"):
        tours((), bare, ZONE)
    named = Conversion(UUID(int=1), 1, {TUE: Times(time(9), time(15))})
    with pytest.raises(InvalidInput, match="no such day"):
        tours((Day(MON),), named, ZONE)
