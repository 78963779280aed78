"""Shared tours on paper: their days, vans, prices and ends; and what a ticket may become."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.cancellation import Policy, Tier
from domain.changes import differences
from domain.departures import (
    Day,
    Fare,
    NewTours,
    NoVanFree,
    Van,
    laid,
    largest_free,
    outlines,
    settle,
)
from domain.errors import (
    DomainError,
    InvalidInput,
    OutsideOperatingDay,
    StaleVersion,
    StartInPast,
    WrongState,
)
from domain.pricing import NoRate
from domain.quotes import PriceBook, Rule
from domain.schedule import OperatingDay
from domain.shared_tours import (
    SharedTour,
    TicketsOpen,
    TourChange,
    change_tour,
    check_over,
    end,
)
from domain.ticket_sales import SalesClosed, TicketWish, hold_until, sell
from domain.tickets import (
    CancellationClosed,
    HandPayment,
    Ticket,
    TicketNotPaid,
    TourFull,
    check_begun,
    check_cutoff,
    check_day,
    check_seats,
    missing_cents,
    move,
)

ZONE = ZoneInfo("America/Los_Angeles")
HOURS = OperatingDay(ZONE, time(8), time(22), 30)
SUN_TO_WED = frozenset({6, 0, 1, 2})
SEAT = Fare("Shared Wine Tour", 9500, 360, 2, 14, SUN_TO_WED, (time(11),))
LUNCH = Fare("Shared Wine Tour with Lunch", 11500, 360, 2, 14, SUN_TO_WED, (time(11),))
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STARTS = datetime(2026, 6, 8, 11, tzinfo=ZONE)  # a Monday
POLICY = Policy((Tier(0, 0),), 1)
BOOK = PriceBook("USD", [], None, [], 91000, 50, 15, POLICY)
TOUR = SharedTour(
    id=UUID(int=1),
    title="Shared Wine Tour",
    status="scheduled",
    starts_at=STARTS,
    ends_at=STARTS + 6 * HOUR,
    guests_min=2,
    guests_max=14,
    seat_cents=9500,
    seat_with_lunch_cents=11500,
    sales_close_at=STARTS - 48 * HOUR,
    cancel_until=STARTS - 24 * HOUR,
    vehicle_id=UUID(int=2),
    version=3,
)


def week(first: str = "2026-06-07", days: int = 7, **values: Any) -> list[Day]:
    start = date.fromisoformat(first)
    given: dict[str, Any] = {"hours": HOURS, "seat": SEAT, "with_lunch": LUNCH, **values}
    return [Day(start + timedelta(days=n), **given) for n in range(days)]


def wish(**values: Any) -> NewTours:
    given: dict[str, Any] = {
        "code": "shared_tour",
        "first": date(2026, 6, 7),
        "last": date(2026, 6, 13),
    }
    return NewTours(**{**given, **values})


def a_ticket(status: str = "pending", **values: Any) -> Ticket:
    given: dict[str, Any] = {
        "guests": 2,
        "total_cents": 20729,
        "currency": "USD",
        "hold_expires_at": None,
    }
    return Ticket(
        UUID(int=3),
        "WWT-ST-2026-00001",
        status,
        customer_id=UUID(int=4),
        version=1,
        **{**given, **values},
    )


def test_a_week_has_the_tours_of_its_packages_days_at_eleven_for_six_hours() -> None:
    planned, impossible = outlines(wish(), week(), now=NOW)

    assert impossible == []

    assert [each.starts_at.strftime("%a %H:%M %Z") for each in planned] == [
        f"{day} 11:00 PDT" for day in ("Sun", "Mon", "Tue", "Wed")
    ]
    first = planned[0]
    assert (first.ends_at - first.starts_at, first.free_at - first.ends_at) == (6 * HOUR, HOUR / 2)
    assert first.starts_at - first.sales_close_at == 48 * HOUR
    assert first.starts_at - first.cancel_until == 24 * HOUR
    assert (first.guests_min, first.guests_max) == (2, 14)
    assert (first.seat_cents, first.seat_with_lunch_cents) == (9500, 11500)


def test_the_sale_closes_two_days_of_real_hours_before_though_the_clock_was_set_between() -> None:
    [planned], _ = outlines(wish(), week("2026-03-09", 1), now=datetime(2026, 2, 1, tzinfo=UTC))

    assert planned.starts_at.isoformat() == "2026-03-09T11:00:00-07:00"
    assert planned.sales_close_at.isoformat() == "2026-03-07T10:00:00-08:00"


def test_wished_weekdays_are_all_of_the_range() -> None:
    asked = wish(weekdays=frozenset({0, 2}))

    assert [day.isoformat() for day in asked.days()] == ["2026-06-08", "2026-06-10"]


@pytest.mark.parametrize(
    ("asked", "days", "now", "by"),
    [
        (wish(weekdays=frozenset({4})), week("2026-06-12", 1), NOW, InvalidInput),
        (wish(), week("2026-06-12", 1), NOW, InvalidInput),
        (wish(), week(seat=None), NOW, NoRate),
        (wish(), week(with_lunch=None), NOW, NoRate),
        (wish(), week("2026-06-08", 1, hours=None), NOW, OutsideOperatingDay),
        (
            wish(),
            week("2026-06-08", 1, hours=OperatingDay(ZONE, time(12), time(22), 30)),
            NOW,
            OutsideOperatingDay,
        ),
        (wish(), week("2026-06-08", 1), STARTS + HOUR, InvalidInput),
        (wish(), week("2026-06-08", 1), STARTS - 48 * HOUR, InvalidInput),
    ],
)
def test_a_tour_is_not_laid_on_a_day_that_does_not_suit_it(
    asked: NewTours, days: list[Day], now: datetime, by: type[DomainError]
) -> None:
    with pytest.raises(by):
        settle(asked, outlines(asked, days, now=now)[1], laid=0)


@pytest.mark.parametrize(
    ("asked", "days", "path", "told"),
    [
        (wish(), week("2026-06-11", 3), "from", "Thursdays, Fridays, Saturdays"),
        (wish(weekdays=frozenset({0, 4})), week("2026-06-08", 5), "weekdays", "Thursdays, Fridays"),
    ],
)
def test_who_wishes_another_weekday_is_told_on_which_it_runs(
    asked: NewTours, days: list[Day], path: str, told: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        outlines(asked, days, now=NOW)

    runs = "Mondays, Tuesdays, Wednesdays, Sundays"
    assert refused.value.message == f"Shared Wine Tour runs on {runs}; not on {told}."
    assert refused.value.path == path


def test_a_shared_tour_takes_the_largest_van_that_is_free_for_all_of_its_time() -> None:
    [outline], _ = outlines(wish(), week("2026-06-08", 1), now=NOW)
    until = outline.free_at
    small, large, larger = (Van(UUID(int=n), seats) for n, seats in ((1, 6), (2, 10), (3, 14)))
    busy = Van(larger.id, 14, [(until - HOUR / 4, until + HOUR)])

    assert largest_free([small, larger, large], outline) == larger
    assert largest_free([small, busy, large], outline) == large
    assert laid(outline, large, id=UUID(int=9)).guests_max == 10
    with pytest.raises(NoVanFree) as refused:
        largest_free([busy, Van(UUID(int=4), 1)], outline)
    assert refused.value.message == "No van is free from 11:00 to 17:30."


@pytest.mark.parametrize(
    ("wishes", "totals"),
    [
        ([(2, False)], [20729]),
        ([(2, True)], [25093]),
        ([(6, True)], [75279]),
        ([(6, True), (6, True), (2, True)], [75279, 75279, 25093]),
        ([(1, True)], [12547]),
        ([(1, False), (1, False)], [10365, 10365]),
    ],
)
def test_what_seats_cost(wishes: list[tuple[int, bool]], totals: list[int]) -> None:
    asked = [TicketWish(*each) for each in wishes]
    drafts = sell(TOUR, asked, BOOK, left=14, zone=ZONE, now=NOW)

    assert [draft.total_cents for draft in drafts] == totals
    assert [draft.subtotal_cents + draft.tax_cents for draft in drafts] == totals


def test_fourteen_with_lunch_cost_1756_51_together() -> None:
    asked = [TicketWish(guests, with_lunch=True) for guests in (6, 6, 2)]

    assert (
        sum(t.total_cents for t in sell(TOUR, asked, BOOK, left=14, zone=ZONE, now=NOW)) == 175651
    )


def test_a_tour_keeps_its_price_and_takes_no_rule_but_the_tax_of_its_day() -> None:
    rules = [Rule("season", "Summer", percent_ppm=500000), Rule("tax", "Tax", percent_ppm=100000)]
    book = PriceBook("USD", [], None, rules, 91000, 50, 15, POLICY)
    [draft] = sell(TOUR, [TicketWish(2, with_lunch=False)], book, left=2, zone=ZONE, now=NOW)

    assert (draft.subtotal_cents, draft.tax_cents, draft.total_cents) == (19000, 1900, 20900)


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (3, "3 seats are left on this tour. Ask for fewer, or another day."),
        (1, "1 seat is left on this tour. Ask for fewer, or another day."),
        (0, "No seat is left on this tour. Ask for fewer, or another day."),
    ],
)
def test_a_full_tour_says_how_many_seats_are_left(left: int, says: str) -> None:
    with pytest.raises(TourFull) as refused:
        sell(
            TOUR,
            [TicketWish(2, with_lunch=False), TicketWish(2, with_lunch=True)],
            BOOK,
            left=left,
            zone=ZONE,
            now=NOW,
        )

    assert refused.value.message == says


@pytest.mark.parametrize(
    ("wishes", "now", "status", "by"),
    [
        ([(7, False)], NOW, "scheduled", InvalidInput),
        ([(0, False)], NOW, "scheduled", InvalidInput),
        ([], NOW, "scheduled", InvalidInput),
        ([(1, False)] * 15, NOW, "scheduled", InvalidInput),
        ([(2, False)], STARTS - 48 * HOUR, "scheduled", SalesClosed),
        ([(2, False)], NOW, "cancelled", WrongState),
        ([(2, False)], NOW, "completed", WrongState),
    ],
)
def test_what_is_not_sold(
    wishes: list[tuple[int, bool]], now: datetime, status: str, by: type[DomainError]
) -> None:
    tour = SharedTour(**{**said_of(TOUR), "status": status})
    with pytest.raises(by):
        sell(tour, [TicketWish(*each) for each in wishes], BOOK, left=14, zone=ZONE, now=now)


def said_of(tour: SharedTour) -> dict[str, Any]:
    return {name: getattr(tour, name) for name in tour.__slots__}


def test_seats_are_sold_until_the_last_moment_before_the_sale_closes() -> None:
    just = STARTS - 48 * HOUR - timedelta(microseconds=1)

    assert (
        len(sell(TOUR, [TicketWish(1, with_lunch=False)], BOOK, left=1, zone=ZONE, now=just)) == 1
    )


def test_a_hold_ends_with_the_sale_at_the_latest() -> None:
    assert hold_until(NOW, None, TOUR) is None
    assert hold_until(NOW, 15, TOUR) == NOW + HOUR / 4
    assert hold_until(TOUR.sales_close_at - HOUR / 6, 15, TOUR) == TOUR.sales_close_at


@pytest.mark.parametrize(
    ("status", "now", "by"),
    [
        ("confirmed", STARTS - 24 * HOUR, None),
        ("confirmed", STARTS - 24 * HOUR + timedelta(microseconds=1), CancellationClosed),
        ("pending", STARTS - HOUR, None),
    ],
)
def test_a_paid_ticket_is_given_back_until_the_cutoff(
    status: str, now: datetime, by: type[DomainError] | None
) -> None:
    if by is None:
        check_cutoff(a_ticket(status), TOUR, zone=ZONE, now=now)
        return
    with pytest.raises(by, match=r"until 2026-06-07 11:00\."):
        check_cutoff(a_ticket(status), TOUR, zone=ZONE, now=now)


def test_a_ticket_is_confirmed_when_nothing_is_missing() -> None:
    cash = HandPayment("cash")

    assert missing_cents(a_ticket(), paid_cents=20729, by_hand=None) == 0
    assert missing_cents(a_ticket(), paid_cents=729, by_hand=cash) == 20000
    with pytest.raises(TicketNotPaid, match=r"\$200\.00 of \$207\.29 are missing"):
        missing_cents(a_ticket(), paid_cents=729, by_hand=None)
    with pytest.raises(InvalidInput):
        missing_cents(a_ticket(), paid_cents=0, by_hand=HandPayment("card"))


def test_a_ticket_that_was_not_paid_in_time_needs_its_seats_to_be_there_still() -> None:
    late = a_ticket(hold_expires_at=NOW)

    check_seats(a_ticket(hold_expires_at=NOW + HOUR), left=0, now=NOW)
    check_seats(late, left=2, now=NOW)
    with pytest.raises(TourFull):
        check_seats(late, left=1, now=NOW)


def test_guests_come_on_the_day_and_are_absent_from_the_start() -> None:
    midnight = STARTS - 11 * HOUR

    check_day(TOUR, zone=ZONE, now=midnight)
    check_begun(TOUR, now=STARTS)
    with pytest.raises(WrongState):
        check_day(TOUR, zone=ZONE, now=midnight - timedelta(microseconds=1))
    with pytest.raises(WrongState):
        check_begun(TOUR, now=STARTS - timedelta(microseconds=1))


def test_a_ticket_moves_by_its_table_and_not_on_an_old_version() -> None:
    assert move(a_ticket(), "confirmed", expected_version=1)
    assert not move(a_ticket(), "pending", expected_version=1)
    with pytest.raises(WrongState):
        move(a_ticket(), "checked_in", expected_version=1)
    with pytest.raises(StaleVersion):
        move(a_ticket(), "confirmed", expected_version=2)


@pytest.mark.parametrize(
    ("values", "sold", "seats", "by"),
    [
        ({"expected_version": 2}, 0, 14, StaleVersion),
        ({"guests_max": 5}, 6, 14, InvalidInput),
        ({"guests_max": 13}, 0, 10, InvalidInput),
        ({"guests_max": 15}, 0, 20, InvalidInput),
        ({"guests_min": 1}, 0, 14, InvalidInput),
        ({"seat_cents": 12000}, 0, 14, InvalidInput),
        ({"title": " "}, 0, 14, InvalidInput),
        ({"starts_at": STARTS + 24 * HOUR}, 1, 14, WrongState),
        ({"starts_at": STARTS + 6 * HOUR}, 0, 14, OutsideOperatingDay),
        ({"starts_at": NOW - HOUR}, 0, 14, StartInPast),
    ],
)
def test_a_change_against_the_rules(
    values: dict[str, Any], sold: int, seats: int, by: type[DomainError]
) -> None:
    asked = TourChange(**{"tour_id": TOUR.id, "expected_version": 3, **values})
    with pytest.raises(by):
        change_tour(TOUR, asked, sold=sold, seats=seats, day=HOURS, now=NOW)


def test_a_moved_tour_takes_its_sale_and_its_cutoff_along() -> None:
    asked = TourChange(TOUR.id, 3, starts_at=STARTS + 2 * HOUR)
    moved = change_tour(TOUR, asked, sold=5, seats=14, day=HOURS, now=NOW)

    assert moved.version == 4
    assert sorted(differences(TOUR, moved)[0]) == [
        *("cancel_until", "ends_at", "sales_close_at", "starts_at", "version")
    ]
    assert moved.sales_close_at == TOUR.sales_close_at + 2 * HOUR


def test_a_wish_for_what_is_there_changes_nothing() -> None:
    asked = TourChange(TOUR.id, 3, title=TOUR.title, starts_at=STARTS.astimezone(UTC))

    assert change_tour(TOUR, asked, sold=5, seats=14, day=HOURS, now=NOW) == TOUR


def test_a_tour_ends_once() -> None:
    off = end(TOUR, "cancelled", expected_version=3)

    assert off is not None
    assert (off.status, off.version) == ("cancelled", 4)
    assert end(off, "cancelled", expected_version=4) is None
    with pytest.raises(WrongState):
        end(off, "completed", expected_version=4)
    with pytest.raises(StaleVersion):
        end(TOUR, "completed", expected_version=1)


def test_a_tour_is_over_when_its_time_is_and_all_guests_are_accounted_for() -> None:
    check_over(TOUR, waiting=0, now=TOUR.ends_at)
    with pytest.raises(WrongState):
        check_over(TOUR, waiting=0, now=TOUR.ends_at - HOUR)
    with pytest.raises(TicketsOpen):
        check_over(TOUR, waiting=1, now=TOUR.ends_at)


def test_who_sells_a_walk_in_is_told_since_when_and_why_nothing_is_sold() -> None:
    with pytest.raises(SalesClosed) as refused:
        sell(TOUR, [TicketWish(2, with_lunch=False)], BOOK, left=14, zone=ZONE, now=STARTS)

    assert refused.value.message == (
        "The sale of this tour ended at 2026-06-06 11:00, for staff too: a seat is sold only while"
        " there is time to give it back. Choose another day."
    )
