"""An inquiry's steps and corrections, on paper."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.errors import DomainError, InvalidInput, StaleVersion, WrongState
from domain.inquiries import (
    Inquiry,
    InquiryChange,
    InquiryMove,
    NewInquiry,
    assign,
    change,
    check_ahead,
    draft,
    move,
    win,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ID, SAM, ADA = UUID(int=1), UUID(int=2), UUID(int=3)
WISH = NewInquiry("  Ada  Guest ", " Ada@Example.com", "+1 (509) 555-0142", "phone")
NEW = draft(WISH, id=ID, number="WWT-EXP-2026-00007", now=NOW)


def _in(status: str) -> Inquiry:
    return replace(NEW, status=status)


def test_contact_data_comes_in_in_its_normal_form() -> None:
    assert (NEW.name, NEW.email, NEW.phone) == ("Ada Guest", "ada@example.com", "+15095550142")
    assert (NEW.status, NEW.customer_id, NEW.assignee_id, NEW.version) == ("new", None, None, 1)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": " "}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": None, "phone": None}, "email"),
        ({"phone": "0142"}, "phone"),
        ({"party_size": 0}, "partySize"),
        ({"party_size": 101}, "partySize"),
        ({"wished_on": date(1800, 1, 1)}, "wishedOn"),
        ({"message": "x" * 5001}, "message"),
        ({"message": "\0"}, "message"),
    ],
)
def test_what_cannot_be_answered_or_stored_is_not_taken_in(
    given: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        draft(replace(WISH, **given), id=ID, number="", now=NOW)
    assert refused.value.path == path


def test_nobody_wishes_for_a_day_that_is_over() -> None:
    check_ahead(NOW.date(), today=NOW.date())
    check_ahead(None, today=NOW.date())
    with pytest.raises(InvalidInput) as refused:
        check_ahead(date(2026, 5, 31), today=NOW.date())
    assert refused.value.path == "wishedOn"


@pytest.mark.parametrize("status", ["new", "contacted", "quoted", "won", "lost"])
@pytest.mark.parametrize("to", ["new", "contacted", "quoted", "won", "lost"])
def test_an_inquiry_moves_one_step_at_a_time_or_is_lost(status: str, to: str) -> None:
    wish = InquiryMove(ID, 1, to, "No answer" if to == "lost" else None)
    steps = {("new", "contacted"), ("contacted", "quoted")}
    steps |= {(each, "lost") for each in ("new", "contacted", "quoted")}
    if status == to:
        assert move(_in(status), wish) is None
    elif (status, to) in steps:
        moved = move(_in(status), wish)
        assert moved is not None
        assert (moved.status, moved.lost_reason, moved.version) == (to, wish.reason, 2)
    else:
        with pytest.raises(WrongState):
            move(_in(status), wish)


@pytest.mark.parametrize(
    ("status", "reason"),
    [("lost", None), ("lost", " "), ("contacted", "Why not"), ("lost", "x" * 501)],
)
def test_a_reason_is_said_of_what_is_lost_and_of_nothing_else(
    status: str, reason: str | None
) -> None:
    with pytest.raises(InvalidInput) as refused:
        move(NEW, InquiryMove(ID, 1, status, reason))
    assert refused.value.path == "reason"


@pytest.mark.parametrize(
    ("status", "passed"),
    [
        ("new", ("contacted", "quoted", "won")),
        ("contacted", ("quoted", "won")),
        ("quoted", ("won",)),
    ],
)
def test_what_is_converted_is_won_by_way_of_the_states_between(
    status: str, passed: tuple[str, ...]
) -> None:
    won, through = win(_in(status), ADA)
    assert (won.status, won.customer_id, won.version, through) == ("won", ADA, 2, passed)


@pytest.mark.parametrize("status", ["won", "lost"])
def test_what_was_won_or_lost_is_neither_converted_nor_corrected(status: str) -> None:
    with pytest.raises(WrongState):
        win(_in(status), ADA)
    with pytest.raises(WrongState):
        change(_in(status), InquiryChange(ID, 1, {"name": "Bob"}))


@pytest.mark.parametrize(
    ("named", "by"),
    [({"email": None, "phone": None}, InvalidInput), ({"name": None}, InvalidInput)],
)
def test_a_correction_leaves_a_name_and_a_way_to_answer(
    named: dict[str, Any], by: type[DomainError]
) -> None:
    with pytest.raises(by):
        change(NEW, InquiryChange(ID, 1, named))


def test_a_correction_grows_the_version_and_none_leaves_it() -> None:
    changed = change(NEW, InquiryChange(ID, 1, {"party_size": 6, "phone": None}))
    assert changed == replace(NEW, party_size=6, phone=None, version=2)
    assert change(NEW, InquiryChange(ID, 1, {"email": "ADA@example.com "})) is None
    assert assign(NEW, None, expected_version=1) is None
    assert assign(NEW, SAM, expected_version=1) == replace(NEW, assignee_id=SAM, version=2)


def test_an_old_version_is_refused_by_each_decision() -> None:
    decisions: list[Callable[[], object]] = [
        lambda: change(NEW, InquiryChange(ID, 2, {"name": "Bob"})),
        lambda: move(NEW, InquiryMove(ID, 2, "contacted")),
        lambda: assign(NEW, SAM, expected_version=2),
    ]
    for decide in decisions:
        with pytest.raises(StaleVersion):
            decide()
