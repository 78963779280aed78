"""A reservation's deposit, its steps, its end, and what comes back of it, on paper."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain import reservation_cancellations as endings
from domain import reservations as rules
from domain.booking_states import RefundChanged
from domain.cancellation import Policy, Tier
from domain.customers import Contact
from domain.errors import DomainError, InvalidInput, StaleVersion, WrongState
from domain.guest_moves import TooLate
from domain.pricing import EVERY_DAY, NoRate, Rate
from domain.quotes import PriceBook
from domain.reservation_cancellations import Cancellation
from domain.reservations import (
    Known,
    NewReservation,
    ReservationChange,
)

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = date(2026, 6, 1)
ID, ADA = UUID(int=1), UUID(int=2)
DAY = timedelta(days=1)
POLICY = Policy((Tier(45, 100), Tier(21, 50), Tier(0, 0)), version=3)
RATES = [
    Rate("reservation_deposit", "small", EVERY_DAY, 1, 7, 25000),
    Rate("reservation_deposit", "large", EVERY_DAY, 8, 14, 35000),
    Rate("hourly", "h", EVERY_DAY, 1, 14, 9500),
]
BOOK = PriceBook("USD", RATES, None, (), 91000, 50, 15, POLICY)
WISH = NewReservation(TODAY + 60 * DAY, 4, "wine_tour", "card", customer_id=ADA)
MADE = rules.draft(WISH, BOOK, id=ID, number="WWT-RES-2026-00003", customer_id=ADA, now=NOW)


def _known(paid: int = 0, now: datetime = NOW, **values: Any) -> Known:
    return Known(replace(MADE, **values), paid, now, ZONE)


@pytest.mark.parametrize(
    ("party", "deposit"),
    [(1, 25000), (7, 25000), (8, 35000), (14, 35000), (15, 60000), (20, 60000), (22, 70000)],
)
def test_the_deposit_is_flat_for_each_van_filled_largest_first(party: int, deposit: int) -> None:
    assert rules.deposit_for(RATES, party=party) == deposit


def test_without_a_row_there_is_no_deposit() -> None:
    for rates in ([], RATES[2:], RATES[1:2]):
        with pytest.raises(NoRate):
            rules.deposit_for(rates, party=4)


def test_a_new_reservation_keeps_the_policy_of_its_day_and_is_consulted_within_one() -> None:
    assert (MADE.status, MADE.deposit_cents, MADE.currency) == ("pending", 25000, "USD")
    assert MADE.consult_by == NOW + DAY
    assert rules.policy_of(MADE) == POLICY


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"preferred_on": TODAY - DAY}, "preferredOn"),
        ({"preferred_on": date(2300, 1, 1)}, "preferredOn"),
        ({"alternate_on": TODAY - DAY}, "alternateOn"),
        ({"alternate_on": WISH.preferred_on}, "alternateOn"),
        ({"party_size": 0}, "partySize"),
        ({"party_size": 101}, "partySize"),
        ({"special_requests": "x" * 5001}, "specialRequests"),
        ({"internal_notes": "\0"}, "internalNotes"),
        ({"customer_id": None}, "contact"),
        ({"customer_id": None, "contact": Contact("Ada", None, None)}, "contact.email"),
    ],
)
def test_a_wish_that_nobody_could_keep_is_refused(given: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.check_new(replace(WISH, **given), today=TODAY)
    assert refused.value.path == path


def test_whose_it_is_may_be_a_customer_or_whoever_says_so() -> None:
    contact = Contact("Ada", "ada@example.com", None)
    rules.check_new(WISH, today=TODAY)
    rules.check_new(replace(WISH, customer_id=None, contact=contact), today=TODAY)
    by_phone = Contact("Ada", None, "+15095550142")
    rules.check_new(replace(WISH, customer_id=None, contact=by_phone), today=TODAY)


def test_a_correction_leaves_a_way_to_answer() -> None:
    known = _known(contact_name="Ada", contact_email="ada@example.com")
    wish = ReservationChange(ID, 1, {"contact_email": None, "contact_phone": None})
    with pytest.raises(InvalidInput, match="an e-mail address or a phone number"):
        rules.change(known, wish, RATES)
    other = replace(wish, named={"contact_email": None, "contact_phone": "+15095550142"})
    assert rules.change(known, other, RATES) is not None


@pytest.mark.parametrize("status", rules.TRANSITIONS)
@pytest.mark.parametrize("to", ["contacted", "confirmed"])
def test_a_guest_is_consulted_first_and_agrees_then(status: str, to: str) -> None:
    known = _known(status=status)
    if (status, to) in {("pending", "contacted"), ("contacted", "confirmed")}:
        after = rules.step(known, to, expected_version=1)
        assert after == replace(MADE, status=to, version=2)
    else:
        with pytest.raises(WrongState):
            rules.step(known, to, expected_version=1)


@pytest.mark.parametrize(
    ("status", "method", "paid", "alternate_on", "ends_at"),
    [
        # An unpaid card that nobody has called about ends with the day to consult in.
        ("pending", "card", 0, None, NOW + DAY),
        # Paid, by cheque, or talked over, it ends with its last day, in the brand's own zone.
        ("pending", "card", 25000, None, datetime(2026, 8, 1, 7, tzinfo=UTC)),
        ("pending", "check", 0, None, datetime(2026, 8, 1, 7, tzinfo=UTC)),
        ("contacted", "card", 0, None, datetime(2026, 8, 1, 7, tzinfo=UTC)),
        ("confirmed", "card", 0, date(2026, 8, 9), datetime(2026, 8, 10, 7, tzinfo=UTC)),
        ("contacted", "card", 0, date(2026, 7, 9), datetime(2026, 8, 1, 7, tzinfo=UTC)),
    ],
)
def test_a_reservation_runs_out_at_its_time_and_not_before(
    status: str, method: str, paid: int, alternate_on: date | None, ends_at: datetime
) -> None:
    given = {"status": status, "method": method, "alternate_on": alternate_on}
    before = _known(paid, ends_at - timedelta(seconds=1), **given)
    after = _known(paid, ends_at, **given)
    assert (before.has_run_out, rules.expire(before)) == (False, None)
    assert after.has_run_out
    assert rules.expire(after) == replace(after.reservation, status="expired", version=2)
    with pytest.raises(WrongState):
        rules.check_open(after, 1)


@pytest.mark.parametrize("status", ["converted", "cancelled", "expired"])
def test_what_has_ended_neither_changes_nor_runs_out(status: str) -> None:
    known = _known(status=status, now=NOW + 999 * DAY)
    assert rules.expire(known) is None
    for decide in _decisions(known):
        with pytest.raises(WrongState):
            decide()


def test_an_old_version_is_refused_by_each_decision() -> None:
    for decide in _decisions(_known(version=2)):
        with pytest.raises(StaleVersion):
            decide()


def _decisions(known: Known) -> list[Callable[[], object]]:
    return [
        lambda: rules.change(known, ReservationChange(ID, 1, {"party_size": 5}), RATES),
        lambda: rules.step(known, "contacted", expected_version=1),
        lambda: endings.cancel(known, Cancellation(ID, 1, "Ill", 0), POLICY),
    ]


def test_an_unpaid_deposit_follows_the_party_and_a_paid_one_stays() -> None:
    wish = ReservationChange(ID, 1, {"party_size": 9, "special_requests": "Lunch"})
    unpaid, paid = (rules.change(_known(cents), wish, RATES) for cents in (0, 25000))
    assert unpaid == replace(
        MADE, party_size=9, special_requests="Lunch", deposit_cents=35000, version=2
    )
    assert paid == replace(unpaid, deposit_cents=25000)


def test_a_change_to_what_it_is_changes_nothing_and_one_to_the_past_is_refused() -> None:
    same = ReservationChange(ID, 1, {"party_size": 4, "method": "card"})
    assert rules.change(_known(), same, RATES) is None
    past = ReservationChange(ID, 1, {"preferred_on": TODAY - DAY})
    with pytest.raises(InvalidInput):
        rules.change(_known(), past, RATES)


@pytest.mark.parametrize(
    ("days", "deposit", "paid", "our_fault", "back"),
    [
        (45, 35000, 35000, 0, 35000),
        (44, 35000, 35000, 0, 17500),
        (21, 35000, 35000, 0, 17500),
        (20, 35000, 35000, 0, 0),
        (30, 25001, 25001, 0, 12501),
        (0, 35000, 35000, 1, 35000),
        (20, 35000, 36000, 0, 1000),
        (60, 25000, 0, 0, 0),
    ],
)
def test_what_comes_back_is_of_the_deposit_by_the_days_to_the_preferred_one(
    days: int, deposit: int, paid: int, our_fault: int, back: int
) -> None:
    known = _known(paid, preferred_on=TODAY + days * DAY, deposit_cents=deposit)
    due = endings.quoted(known, POLICY, our_fault=bool(our_fault))
    assert (due.days_before, due.total_cents) == (days, back)
    wish = Cancellation(ID, 1, " Ill ", back, bool(our_fault))
    after = endings.cancel(known, wish, POLICY)
    assert (after.status, after.cancelled_at, after.cancel_reason) == ("cancelled", NOW, "Ill")
    assert (after.refund_due_cents, after.version) == (back or None, 2)


def test_the_policy_that_was_sold_counts_and_todays_only_where_none_was_kept() -> None:
    nothing = Policy((Tier(0, 0),))
    assert endings.quoted(_known(25000), nothing).total_cents == 25000
    assert endings.quoted(_known(25000, policy=None), nothing).total_cents == 0


@pytest.mark.parametrize(
    ("given", "by"),
    [
        ({"refund_cents": 24999}, RefundChanged),
        ({"reason": "  "}, InvalidInput),
        ({"reason": "x" * 501}, InvalidInput),
    ],
)
def test_a_cancellation_gives_back_what_was_told_for_a_reason_that_was_said(
    given: dict[str, Any], by: type[DomainError]
) -> None:
    wish = replace(Cancellation(ID, 1, "Ill", 25000), **given)
    with pytest.raises(by):
        endings.cancel(_known(25000), wish, POLICY)


def test_a_refusal_says_what_would_come_back_in_money_and_what_is_done_already() -> None:
    wish = Cancellation(ID, 1, "Ill", 24999)
    with pytest.raises(RefundChanged) as changed:
        endings.cancel(_known(25000), wish, POLICY)
    assert changed.value.message == "$249.99 was quoted; $250.00 would come back now."
    with pytest.raises(WrongState, match="is cancelled already"):
        endings.cancel(_known(25000, status="cancelled"), wish, POLICY)
    with pytest.raises(WrongState, match="is contacted already"):
        rules.step(_known(status="contacted"), "contacted", expected_version=1)


@pytest.mark.parametrize(
    ("preferred", "alternate", "counts", "back"),
    [
        (60, None, 60, 25000),
        (60, 30, 30, 12500),
        (30, 60, 30, 12500),
        (60, 50, 50, 25000),
        (10, 60, 10, 0),
        (-1, 60, 60, 25000),
        (30, -1, 30, 12500),
        (0, 60, 0, 0),
    ],
    ids=[
        "one",
        "alternate-first",
        "preferred-first",
        "both-far",
        "near",
        "over",
        "alternate-over",
        "today",
    ],
)
def test_a_refund_is_reckoned_to_the_earlier_day_that_has_not_been_given_up(
    preferred: int, alternate: int | None, counts: int, back: int
) -> None:
    days: dict[str, Any] = {
        "preferred_on": TODAY + preferred * DAY,
        "alternate_on": None if alternate is None else TODAY + alternate * DAY,
    }
    due = endings.quoted(_known(25000, **days), POLICY)

    assert (due.days_before, due.total_cents) == (counts, back)


def _guests(named: dict[str, Any], **values: Any) -> None:
    endings.check_guest_changes(_known(**values), ReservationChange(ID, 1, named), POLICY)


def test_a_guest_moves_their_days_while_the_first_tier_lasts() -> None:
    given_up = {"alternate_on": None}
    far, near = [
        {"preferred_on": TODAY + 90 * DAY, "alternate_on": TODAY + days * DAY} for days in (45, 44)
    ]
    _guests(given_up, **far)
    with pytest.raises(TooLate):
        _guests(given_up, **near)
    _guests({"party_size": 5, "preferred_on": near["preferred_on"]}, **near)


@pytest.mark.parametrize("status", ["contacted", "confirmed"])
def test_a_guest_changes_nothing_that_was_talked_over(status: str) -> None:
    with pytest.raises(WrongState):
        _guests({"party_size": 5}, status=status)
