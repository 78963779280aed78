"""A proposal on paper: what may be edited when, its plan, its price, its life, its versions."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.pricing import OverridesExceedTotal, ShareWithoutPayer, Totals
from domain.proposal_contents import Content, repriced, told, with_guests, with_head, with_lines
from domain.proposal_lives import (
    Acceptance,
    ChangedSinceSent,
    Offer,
    Sending,
    TermsNotAccepted,
    accepted,
    converted,
    declined,
    expired,
    planned,
    reopened,
    sent,
    sent_again,
    viewed,
)
from domain.proposal_plans import (
    Day,
    Plan,
    Stop,
    arranged,
    moved_day,
    moved_stop,
    with_day,
    with_stop,
    without_day,
    without_stop,
)
from domain.proposal_prices import Guest, Line, Rates
from domain.proposal_versions import Difference, compared
from domain.proposals import (
    TRANSITIONS,
    Head,
    HeadChange,
    Proposal,
    ProposalExpired,
    check_plan_is_open,
)

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
TODAY = NOW.date()
A, B, C, D = (UUID(int=n) for n in range(1, 5))
MON, TUE, WED = date(2026, 6, 8), date(2026, 6, 9), date(2026, 6, 10)
HEAD = Head("Three days", 8, MON, WED, 100_000, 150_000)
NOTHING = Totals(0, 0, 0, 0, 0)
RATES = Rates(91_000, 50)
LINES = (
    Line("transportation", "Coach", "flat", 90_000, taxable=True),
    Line("arranged_tasting", "Tastings", "per_person", 2_500, taxable=False),
    Line("planning_fee", "Planning", "flat", 10_000, taxable=True, shown=False),
)
EDITS: dict[str, dict[str, Any]] = {
    "title": {"title": "Two days"},
    "notes": {"client_notes": "By the river"},
    "party": {"party_size": 4},
    "percentage": {"discount_ppm": 0},
    "billing": {"individual_billing": True},
    "length": {"ends_on": TUE},
    "move": {"starts_on": TUE, "ends_on": WED + timedelta(days=1)},
    "internal": {"internal_notes": "Likes Syrah"},
}
MONEY = {"party", "percentage", "billing"}


def a_proposal(status: str = "draft", phase: str = "proposal", head: Head = HEAD) -> Proposal:
    return Proposal(A, "WWT-TP-2026-00001", status, phase, LATER, 3, 2, head, NOTHING)


def an_offer(status: str = "sent", **values: Any) -> Offer:
    given: dict[str, Any] = {"edited_version": 2, "sent_version": 2, "valid_until": LATER}
    life = {"planning_phase": "proposal", "version": 3}
    return Offer(**{"id": A, "number": "TP-1", "status": status, **life, **given, **values})


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("status", list(TRANSITIONS))
def test_a_status_says_what_of_the_head_may_be_edited(status: str, edit: str) -> None:
    wish = HeadChange(A, 3, EDITS[edit])
    open_to = {
        "draft": set(EDITS),
        "sent": set(EDITS),
        "viewed": set(EDITS),
        "accepted": set(EDITS) - MONEY - {"length"},
    }.get(status, {"internal"})
    try:
        after = with_head(a_proposal(status), Content(HEAD), wish, today=TODAY, now=NOW)
        done = after.head != HEAD
    except WrongState:
        done = False

    assert done == (edit in open_to)


def test_an_open_proposal_whose_time_has_run_out_is_edited_by_nobody_though_nobody_swept_it() -> (
    None
):
    with pytest.raises(ProposalExpired):
        with_head(
            a_proposal("sent"),
            Content(HEAD),
            HeadChange(A, 3, EDITS["title"]),
            today=TODAY,
            now=LATER,
        )


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "left \u202e right"}, "title"),
        ({"party_size": 0}, "partySize"),
        ({"party_size": 501}, "partySize"),
        ({"discount_ppm": 1_000_001}, "discountPercent"),
        ({"gratuity_ppm": -1}, "gratuityPercent"),
        ({"ends_on": date(2026, 6, 7)}, "endsOn"),
        ({"ends_on": date(2026, 8, 7)}, "endsOn"),
        ({"starts_on": date(1800, 1, 1)}, "startsOn"),
        ({"client_notes": "x" * 4001}, "clientNotes"),
    ],
)
def test_a_head_in_no_form_is_refused_with_its_field(named: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        with_head(a_proposal(), Content(HEAD), HeadChange(A, 3, named), today=TODAY, now=NOW)
    assert refused.value.path == path


def test_a_head_that_was_edited_meanwhile_is_stale() -> None:
    with pytest.raises(StaleVersion):
        with_head(
            a_proposal(), Content(HEAD), HeadChange(A, 2, EDITS["title"]), today=TODAY, now=NOW
        )


def test_dates_of_the_same_length_take_the_days_along_and_others_must_hold_them() -> None:
    was = Content(HEAD, plan=(Day(MON), Day(WED, "Last")))
    moved = with_head(a_proposal(), was, HeadChange(A, 3, EDITS["move"]), today=TODAY, now=NOW)
    assert [day.on_date for day in moved.plan] == [TUE, date(2026, 6, 11)]
    with pytest.raises(InvalidInput, match="2026-06-08 and 2026-06-09"):
        with_head(a_proposal(), was, HeadChange(A, 3, EDITS["length"]), today=TODAY, now=NOW)


def test_a_final_plan_is_not_moved_nor_edited() -> None:
    final = a_proposal("accepted", "finalized")
    with pytest.raises(WrongState, match="The plan is final"):
        with_head(final, Content(HEAD), HeadChange(A, 3, EDITS["move"]), today=TODAY, now=NOW)
    with pytest.raises(WrongState, match="The plan is final"):
        check_plan_is_open(final, now=NOW)
    check_plan_is_open(a_proposal("accepted", "active_planning"), now=NOW)


PLAN: Plan = (
    Day(MON, None, (Stop("pickup", name="Hotel"), Stop("winery", winery_id=B))),
    Day(TUE, "Rest", (Stop("custom", name="River"),)),
)


def names(plan: Plan) -> list[list[str]]:
    return [[stop.name or stop.kind for stop in day.stops] for day in plan]


def test_days_stand_in_the_order_of_their_dates() -> None:
    found = arranged([Day(WED), Day(MON), Day(TUE)], HEAD)
    assert [day.on_date for day in found] == [MON, TUE, WED]


@pytest.mark.parametrize(
    "days",
    [
        [Day(MON), Day(MON)],
        [Day(date(2026, 6, 7))],
        [Day(date(2026, 6, 11))],
        [Day(MON, "x" * 201)],
        [Day(MON, None, (Stop("custom", name="x"),) * 21)],
        [Day(MON, None, (Stop("winery"),))],
        [Day(MON, None, (Stop("winery", winery_id=B, hotel_id=B),))],
        [Day(MON, None, (Stop("hotel_checkin", restaurant_id=B),))],
        [Day(MON, None, (Stop("winery", winery_id=B, own_place_id=B),))],
        [Day(MON, None, (Stop("pickup", own_place_id=B),))],
        [Day(MON, None, (Stop("activity"),))],
        [Day(MON, None, (Stop("custom", name="x", minutes=29),))],
        [Day(MON, None, (Stop("custom", name="x", minutes=241),))],
        [Day(MON, None, (Stop("custom", name="x", starts_at_local=time(10, tzinfo=UTC)),))],
    ],
)
def test_a_plan_in_no_form_is_refused(days: list[Day]) -> None:
    with pytest.raises(InvalidInput):
        arranged(days, HEAD)


def test_a_day_comes_moves_and_goes() -> None:
    added = with_day(PLAN, Day(WED, "Last"), HEAD)
    assert [day.title for day in added] == [None, "Rest", "Last"]
    assert [day.title for day in moved_day(added, WED, MON, HEAD)] == ["Last", "Rest", None]
    assert [day.on_date for day in moved_day(PLAN, MON, WED, HEAD)] == [TUE, WED]
    assert [day.title for day in without_day(added, TUE)] == [None, "Last"]
    with pytest.raises(NotFound):
        without_day(PLAN, WED)
    with pytest.raises(NotFound):
        moved_day(PLAN, WED, MON, HEAD)


def test_a_stop_comes_moves_and_goes() -> None:
    lunch = Stop("custom", name="Lunch")
    assert names(with_stop(PLAN, MON, lunch, None)) == [["Hotel", "winery", "Lunch"], ["River"]]
    assert names(with_stop(PLAN, MON, lunch, 2)) == [["Hotel", "Lunch", "winery"], ["River"]]
    moved = moved_stop(PLAN, MON, 1, to_date=TUE, to_position=2)
    assert names(moved) == [["winery"], ["River", "Hotel"]]
    turned = moved_stop(PLAN, MON, 1, to_date=MON, to_position=2)
    assert names(turned) == [["winery", "Hotel"], ["River"]]
    assert names(without_stop(PLAN, MON, 2)[0]) == [["Hotel"], ["River"]]


@pytest.mark.parametrize(
    ("edit", "by"),
    [
        (lambda: with_stop(PLAN, WED, Stop("custom", name="x"), None), NotFound),
        (lambda: with_stop(PLAN, MON, Stop("custom", name="x"), 4), InvalidInput),
        (lambda: with_stop(PLAN, MON, Stop("custom", name="x"), 0), InvalidInput),
        (lambda: without_stop(PLAN, MON, 3), NotFound),
        (lambda: without_stop(PLAN, MON, 0), NotFound),
        (lambda: moved_stop(PLAN, MON, 1, to_date=TUE, to_position=3), InvalidInput),
    ],
)
def test_a_place_that_the_plan_does_not_have_is_refused(edit: Any, by: type[DomainError]) -> None:
    with pytest.raises(by):
        edit()


def test_a_proposal_is_priced_in_the_order_of_the_table() -> None:
    found, sums = repriced(Content(HEAD, lines=LINES), RATES, draft=True)
    assert (sums.subtotal_cents, sums.discount_cents, sums.tax_cents) == (120_000, 12_000, 8_190)
    assert (sums.gratuity_cents, sums.total_cents, sums.deposit_cents) == (16_200, 132_390, 66_195)
    assert [line.line_cents for line in found.lines] == [90_000, 20_000, 10_000]


def flat(cents: int) -> tuple[Line, ...]:
    return (Line("custom", "All", "flat", cents, taxable=False),)


BILLED = Head("Split", 4, MON, MON, individual_billing=True)


@pytest.mark.parametrize(
    ("total", "guests", "owed"),
    [
        (100_000, [{}, {}, {}], [33_334, 33_333, 33_333]),
        (
            10_000,
            [{"override_cents": 4_000}, {"sponsored": True}, {}, {}],
            [4_000, 0, 3_000, 3_000],
        ),
        (10_000, [], []),
    ],
)
def test_shares_sum_to_the_total_as_in_the_table(
    total: int, guests: list[dict[str, Any]], owed: list[int]
) -> None:
    named = tuple(Guest(UUID(int=n), "Ada", **each) for n, each in enumerate(guests))
    found, _ = repriced(Content(BILLED, (), flat(total), named), RATES, draft=False)
    assert [guest.owed_cents for guest in found.guests] == owed
    single = replace(BILLED, individual_billing=False)
    alone, _ = repriced(Content(single, (), flat(total), named), RATES, draft=False)
    assert {guest.owed_cents for guest in alone.guests} <= {None}


def test_a_draft_may_lack_who_pays_and_what_is_sent_may_not() -> None:
    content = Content(BILLED, (), flat(100), (Guest(A, "Ada", sponsored=True),))
    found, _ = repriced(content, RATES, draft=True)
    assert [guest.owed_cents for guest in found.guests] == [None]
    with pytest.raises(ShareWithoutPayer):
        repriced(content, RATES, draft=False)
    over = replace(content, guests=(Guest(A, "Ada", override_cents=101),))
    with pytest.raises(OverridesExceedTotal):
        repriced(over, RATES, draft=True)


@pytest.mark.parametrize(
    "line",
    [
        replace(LINES[0], label=" "),
        replace(LINES[0], unit_cents=-1),
        replace(LINES[0], unit_cents=10**11 + 1),
        replace(LINES[0], quantity=0),
    ],
)
def test_a_line_in_no_form_is_refused(line: Line) -> None:
    with pytest.raises(InvalidInput):
        with_lines(a_proposal(), Content(HEAD), (line,), now=NOW)


@pytest.mark.parametrize(
    ("guests", "by"),
    [
        ((Guest(A, " ", new=True),), InvalidInput),
        ((Guest(A, "Ada", "no-address", new=True),), InvalidInput),
        ((Guest(A, "Ada", sponsored=True, override_cents=1, new=True),), InvalidInput),
        ((Guest(A, "Ada", override_cents=-1, new=True),), InvalidInput),
        ((Guest(A, "Ada", new=True), Guest(A, "Bob", new=True)), InvalidInput),
        (tuple(Guest(UUID(int=n), "Ada", new=True) for n in range(9)), InvalidInput),
        ((Guest(A, "Ada"),), NotFound),
    ],
)
def test_guests_in_no_form_are_refused(guests: tuple[Guest, ...], by: type[DomainError]) -> None:
    with pytest.raises(by):
        with_guests(a_proposal(), Content(HEAD), guests, now=NOW)


def test_a_guest_who_has_paid_stays() -> None:
    was = Content(HEAD, guests=(Guest(A, "Ada", owed_cents=500, paid_cents=1), Guest(B, "Bob")))
    with pytest.raises(WrongState, match="has paid"):
        with_guests(a_proposal(), was, (Guest(B, "Bob"),), now=NOW)
    kept = with_guests(a_proposal(), was, (Guest(A, "Ada B", room="7"),), now=NOW)
    assert [(each.name, each.owed_cents, each.paid_cents) for each in kept.guests] == [
        ("Ada B", 500, 1)
    ]


@pytest.mark.parametrize(
    "guests",
    [
        (Guest(A, "Ada", sponsored=True),),
        (Guest(A, "Ada", override_cents=1),),
        (),
        (Guest(A, "Ada"), Guest(B, "Bob", new=True)),
    ],
)
def test_shares_that_were_accepted_stay_and_the_rest_of_a_guest_does_not(
    guests: tuple[Guest, ...],
) -> None:
    signed, was = a_proposal("accepted"), Content(BILLED, guests=(Guest(A, "Ada"),))
    with pytest.raises(WrongState, match="were accepted"):
        with_guests(signed, was, guests, now=NOW)
    yes = with_guests(signed, was, (Guest(A, "Ada", rsvp="yes"),), now=NOW)
    assert yes.guests[0].rsvp == "yes"


def test_what_is_personal_is_told_apart() -> None:
    before = Content(HEAD, guests=(Guest(A, "Ada", "ada@example.com"),))
    after = Content(
        replace(HEAD, client_notes="Call me", title="Two"), guests=(Guest(A, "Bob", room="7"),)
    )
    changes, personal = told(before, after)
    assert set(changes) == {"title", "guests"}
    assert personal == {
        "client_notes": (None, "Call me"),
        f"{A}.name": ("Ada", "Bob"),
        f"{A}.email": ("ada@example.com", None),
    }


ANSWERS: dict[str, Any] = {
    "sent": lambda offer: sent(offer, Sending(A, 3), now=NOW),
    "sent again": lambda offer: sent_again(offer, Sending(A, 3), now=NOW),
    "accepted": lambda offer: accepted(
        offer, Acceptance(A, 3, "Ada", terms_accepted=True), now=NOW
    )[0],
    "declined": lambda offer: declined(offer, "No", expected_version=3, now=NOW),
    "draft": lambda offer: reopened(offer, Sending(A, 3), now=NOW),
    "converted": lambda offer: converted(offer, expected_version=3),
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("status", list(TRANSITIONS))
def test_a_life_goes_only_where_the_machine_lets_it(status: str, answer: str) -> None:
    try:
        after = ANSWERS[answer](an_offer(status)).status
    except WrongState:
        after = None
    if answer == "sent again":
        assert after == (status if status in {"sent", "viewed"} else None)
    else:
        assert after == (answer if answer in TRANSITIONS[status] else None)


def test_what_is_sent_is_valid_for_thirty_days_unless_its_end_is_named() -> None:
    assert sent(an_offer("draft"), Sending(A, 3), now=NOW).valid_until == LATER
    end = NOW + timedelta(days=3)
    assert sent(an_offer("draft"), Sending(A, 3, end), now=NOW).valid_until == end
    for wrong in (NOW, NOW + timedelta(days=366)):
        with pytest.raises(InvalidInput):
            sent(an_offer("draft"), Sending(A, 3, wrong), now=NOW)


def test_the_first_opening_is_remembered_and_no_other() -> None:
    seen = viewed(an_offer(), now=NOW)
    assert (seen.status, seen.viewed_at, seen.version) == ("viewed", NOW, 4)
    assert viewed(seen, now=LATER - timedelta(days=1)) == seen
    assert viewed(an_offer(), now=LATER).status == "sent"


@pytest.mark.parametrize(
    ("offer", "wish", "by"),
    [
        (an_offer(), Acceptance(A, 2, "Ada", terms_accepted=True), StaleVersion),
        (an_offer(valid_until=NOW), Acceptance(A, 3, "Ada", terms_accepted=True), ProposalExpired),
        (
            an_offer(edited_version=3),
            Acceptance(A, 3, "Ada", terms_accepted=True),
            ChangedSinceSent,
        ),
        (an_offer(), Acceptance(A, 3, "Ada", terms_accepted=False), TermsNotAccepted),
        (an_offer(), Acceptance(A, 3, " ", terms_accepted=True), InvalidInput),
    ],
)
def test_accepting_needs_all_that_it_needs(
    offer: Offer, wish: Acceptance, by: type[DomainError]
) -> None:
    with pytest.raises(by):
        accepted(offer, wish, now=NOW)


def test_what_has_run_out_expires_and_nothing_else_does() -> None:
    assert expired(an_offer(), now=LATER).status == "expired"
    assert expired(an_offer(), now=NOW) == an_offer()
    assert expired(an_offer("accepted"), now=LATER) == an_offer("accepted")


def test_planning_goes_on_and_never_back() -> None:
    offer = planned(an_offer("accepted"), "active_planning", expected_version=3)
    assert (offer.planning_phase, offer.version) == ("active_planning", 4)
    assert planned(offer, "active_planning", expected_version=4) == offer
    final = planned(offer, "finalized", expected_version=4)
    for wrong, phase in ((final, "active_planning"), (an_offer("accepted"), "finalized")):
        with pytest.raises(WrongState):
            planned(wrong, phase, expected_version=wrong.version)
    with pytest.raises(WrongState, match="accepted"):
        planned(an_offer("sent"), "active_planning", expected_version=3)


def a_line(label: str, cents: int) -> dict[str, Any]:
    return {"kind": "dining", "label": label, "unit_cents": cents, "taxable": True}


def a_sent_day(on: str, *places: str) -> dict[str, Any]:
    stops = [{"kind": "custom", "place": place, "minutes": 60} for place in places]
    return {"on_date": on, "title": None, "stops": stops}


def test_two_versions_are_compared_line_by_line() -> None:
    before = {
        "title": "One",
        "total_cents": 300,
        "inclusions": [a_line("Lunch", 100), a_line("Lunch", 50), a_line("Tea", 1)],
        "days": [a_sent_day("2026-06-08", "River", "Hill"), a_sent_day("2026-06-09")],
    }
    after = {
        "title": "One",
        "total_cents": 350,
        "inclusions": [a_line("Lunch", 100), a_line("Lunch", 75), a_line("Dinner", 9)],
        "days": [a_sent_day("2026-06-08", "Hill"), a_sent_day("2026-06-10")],
    }
    assert compared(before, after) == [
        Difference("changed", "proposal", "", "total_cents", "300", "350"),
        Difference("changed", "inclusion", "dining: Lunch (2)", "unit_cents", "50", "75"),
        Difference("removed", "inclusion", "dining: Tea"),
        Difference("added", "inclusion", "dining: Dinner"),
        Difference("removed", "day", "2026-06-09"),
        Difference("added", "day", "2026-06-10"),
        Difference("removed", "stop", "2026-06-08, custom: River"),
        Difference("changed", "stop", "2026-06-08, custom: Hill", "order", "2", "1"),
    ]
    assert compared(before, before) == []
