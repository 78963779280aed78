"""Two customers who are one, and what was said about being written to: on paper."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.consents import Consent, joined, say
from domain.customer_merges import Merge, archive, merge, restore
from domain.customers import Customer, differences, normal_tags
from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.preferences import Preferences

NOW = datetime(2026, 6, 8, 17, tzinfo=UTC)
EARLIER, EARLIEST = NOW - timedelta(days=1), NOW - timedelta(days=9)
ADA, BOB = UUID(int=1), UUID(int=2)
YES = Consent(given=True, at=EARLIEST, source="website")
LATER_YES = Consent(given=True, at=EARLIER, source="by phone")
NO = Consent(given=False, at=EARLIEST, source="by mail")
LATER_NO = Consent(given=False, at=EARLIER, source="by phone")


def customer(id: UUID = ADA, **values: Any) -> Customer:
    given = {"name": "Ada", "email": None, "phone": None, "version": 1, **values}
    return Customer(id, **given)


def of_two(keep: Customer, gone: Customer) -> Any:
    return merge(keep, gone, Merge(ADA, BOB, keep.version, gone.version), now=NOW)


@pytest.mark.parametrize(
    ("kept", "gone", "expected", "left"),
    [
        ((None, None), ("b@x.de", "+15095550101"), ("b@x.de", "+15095550101"), None),
        (("a@x.de", None), ("b@x.de", "+15095550101"), ("a@x.de", "+15095550101"), "b@x.de"),
        (("a@x.de", "+15095550100"), (None, None), ("a@x.de", "+15095550100"), None),
    ],
)
def test_a_gap_is_filled_and_an_address_that_fills_none_stays_where_it_was(
    kept: tuple[str | None, ...],
    gone: tuple[str | None, ...],
    expected: tuple[str | None, ...],
    left: str | None,
) -> None:
    both = of_two(
        customer(email=kept[0], phone=kept[1]), customer(BOB, email=gone[0], phone=gone[1])
    )

    assert (both.kept.email, both.kept.phone) == expected
    assert both.gone.email == left
    assert (both.gone.archived_at, both.gone.merged_into_id) == (NOW, ADA)
    assert (both.kept.version, both.gone.version) == (2, 2)


def test_marks_notes_and_preferences_are_those_of_both() -> None:
    one = customer(
        vip=False, tags=("returning",), internal_notes="Window seat.",
        preferences=Preferences(dietary=("vegan",), accessibility="A ramp"),
    )  # fmt: skip
    other = customer(
        BOB, vip=True, tags=("press", "returning"), internal_notes="Late.",
        preferences=Preferences((ADA,), ("vegan", "no nuts"), "A low step"),
    )  # fmt: skip

    kept = of_two(one, other).kept

    assert (kept.vip, kept.tags) == (True, ("press", "returning"))
    assert kept.internal_notes == "Window seat.\n\nLate."
    assert kept.preferences == Preferences((ADA,), ("vegan", "no nuts"), "A ramp; A low step")


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (YES, LATER_YES, LATER_YES),
        (LATER_YES, YES, LATER_YES),
        (LATER_YES, NO, NO),
        (NO, LATER_YES, NO),
        (NO, LATER_NO, LATER_NO),
        (None, NO, NO),
        (YES, None, YES),
    ],
)
def test_a_withdrawal_wins_whenever_it_was_said(
    ours: Consent | None, theirs: Consent | None, expected: Consent
) -> None:
    mine = {"email": ours} if ours else {}
    yours = {"email": theirs} if theirs else {}

    assert joined(mine, yours) == {"email": expected}


def test_the_account_for_cards_moves_where_there_was_none() -> None:
    both = of_two(customer(), customer(BOB, stripe_customer_id="cus_b"))
    two = of_two(customer(stripe_customer_id="cus_a"), customer(BOB, stripe_customer_id="cus_b"))

    assert (both.kept.stripe_customer_id, both.gone.stripe_customer_id) == ("cus_b", None)
    assert (two.kept.stripe_customer_id, two.gone.stripe_customer_id) == ("cus_a", "cus_b")


def test_nobody_is_merged_into_themselves_and_both_versions_count() -> None:
    with pytest.raises(InvalidInput) as same:
        Merge(ADA, ADA, 1, 1)
    with pytest.raises(StaleVersion) as first:
        merge(customer(version=2), customer(BOB), Merge(ADA, BOB, 1, 1), now=NOW)
    with pytest.raises(StaleVersion) as second:
        merge(customer(), customer(BOB, version=3), Merge(ADA, BOB, 1, 1), now=NOW)

    assert same.value.path == "mergeId"
    assert (first.value.path, first.value.of) == ("keepVersion", ADA)
    assert (second.value.path, second.value.of, second.value.current) == ("mergeVersion", BOB, 3)


def test_who_was_merged_is_not_restored_and_who_was_archived_is() -> None:
    put_away = archive(customer(), expected_version=1, now=NOW)
    merged = of_two(customer(), customer(BOB)).gone

    assert (put_away.archived_at, put_away.version) == (NOW, 2)
    assert archive(put_away, expected_version=2, now=NOW) == put_away
    assert restore(put_away, expected_version=2).archived_at is None
    with pytest.raises(WrongState):
        restore(merged, expected_version=2)
    with pytest.raises(StaleVersion):
        archive(put_away, expected_version=1, now=NOW)


def test_the_same_word_again_keeps_the_time_of_the_first() -> None:
    said = say({"email": YES}, "email", LATER_YES, now=NOW)
    withdrawn = say({"email": YES}, "email", LATER_NO, now=NOW)
    other = say({"email": YES}, "sms", LATER_YES, now=NOW)

    assert said == {"email": YES}
    assert withdrawn == {"email": LATER_NO}
    assert other == {"email": YES, "sms": LATER_YES}


@pytest.mark.parametrize(
    ("word", "path"),
    [
        (Consent(given=False, at=NOW + timedelta(seconds=1), source="x"), "at"),
        (Consent(given=False, at=EARLIEST - timedelta(days=1), source="x"), "at"),
        (Consent(given=False, at=EARLIER, source="  "), "source"),
        (Consent(given=False, at=EARLIER, source="x" * 101), "source"),
    ],
)
def test_a_word_of_no_source_of_the_future_or_before_the_last_is_refused(
    word: Consent, path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        say({"email": YES}, "email", word, now=NOW)

    assert refused.value.path == path


def test_tags_are_small_words_in_order_and_not_too_many() -> None:
    assert normal_tags((" Press ", "vip  guest", "press", " ")) == ("press", "vip guest")
    for wrong in (tuple(map(str, range(31))), ("x" * 41,), ("a\u202eb",)):
        with pytest.raises(InvalidInput) as refused:
            normal_tags(wrong)
        assert refused.value.path == "tags"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Preferences((ADA, ADA), (" Vegan ", "vegan", ""), " "), Preferences((ADA,), ("vegan",))),
        (Preferences(accessibility=" a ramp "), Preferences(accessibility="a ramp")),
    ],
)
def test_preferences_name_each_thing_once(given: Preferences, expected: Preferences) -> None:
    assert given.normal() == expected
    assert Preferences.of(expected.stored()) == expected


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (Preferences(tuple(UUID(int=each) for each in range(21))), "wineryIds"),
        (Preferences(dietary=tuple(map(str, range(21)))), "dietary"),
        (Preferences(dietary=("x" * 101,)), "dietary"),
        (Preferences(dietary=("a\0b",)), "dietary"),
        (Preferences(accessibility="x" * 501), "accessibility"),
    ],
)
def test_preferences_are_few_and_short(given: Preferences, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        given.normal()

    assert refused.value.path == path


def test_an_event_of_a_change_has_what_differs_with_what_is_personal_apart() -> None:
    before, after = customer(vip=False), customer(name="Bea", vip=True, version=2)
    told = differences(before, after)
    made = differences(None, customer(email="a@x.de"))

    assert told is not None
    assert told.changes == {"vip": (False, True), "version": (1, 2)}
    assert told.personal == {"name": ("Ada", "Bea")}
    assert made is not None
    assert made.changes == {"vip": (None, False), "version": (None, 1)}
    assert made.personal == {"name": (None, "Ada"), "email": (None, "a@x.de")}
    assert differences(before, customer(vip=False, version=9)) is None
