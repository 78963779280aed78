"""What is added to the directory, on paper."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.errors import InvalidInput, StaleVersion
from domain.places import Note, Place, PlaceChange, Terms, add_place, agree, change_place, say

ID, OTHER = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLACE = Place(ID, "winery", "Cellar Nine", None, None, None, None, NOW, 2)
TERMS = Terms(ID, "winery", OTHER, 100_000, 2)
NOTE = Note(ID, "winery", OTHER, featured=True, hidden=False, note="Ask for Jo", version=2)


def test_a_place_is_added_in_its_normal_form() -> None:
    given = {"kind": "hotel", "name": " The  Inn ", "phone": "+1 509 555 0101", "website": " "}
    assert add_place(given, id=ID, now=NOW) == Place(
        ID, "hotel", "The Inn", None, None, "+15095550101", None, NOW, 1
    )
    for wrong in ({"name": " "}, {"phone": "555"}, {"address": "x" * 301}):
        with pytest.raises(InvalidInput):
            add_place({**given, **wrong}, id=ID, now=NOW)


def test_a_place_is_changed_put_away_and_taken_back() -> None:
    assert change_place(PLACE, PlaceChange(ID, 2, {"name": "Cellar Nine "}), now=NOW) is PLACE
    assert change_place(PLACE, PlaceChange(ID, 2, {}, archived=False), now=NOW) is PLACE
    away = change_place(PLACE, PlaceChange(ID, 2, {}, archived=True), now=NOW)
    assert away == replace(PLACE, archived_at=NOW, version=3)
    back = change_place(away, PlaceChange(ID, 3, {}, archived=False), now=NOW)
    assert back == replace(PLACE, version=4)
    with pytest.raises(StaleVersion):
        change_place(PLACE, PlaceChange(ID, 1, {}), now=NOW)


@pytest.mark.parametrize(("ppm", "passes"), [(0, True), (1_000_000, True), (-1, False)])
def test_a_commission_is_a_share_of_the_whole(ppm: int, *, passes: bool) -> None:
    if passes:
        assert agree(TERMS, ppm, expected_version=2) == replace(
            TERMS, commission_ppm=ppm, version=3
        )
    else:
        with pytest.raises(InvalidInput):
            agree(TERMS, ppm, expected_version=2)
    assert agree(TERMS, 100_000, expected_version=2) is TERMS
    assert agree(replace(TERMS, version=0), 100_000, expected_version=0).version == 1
    with pytest.raises(StaleVersion):
        agree(TERMS, 0, expected_version=1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"featured": False}, {"featured": False}),
        ({"note": None}, {"note": None}),
        ({"note": " "}, {"note": None}),
        ({"featured": False, "hidden": True}, {"featured": False, "hidden": True}),
    ],
)
def test_a_brand_says_what_it_says_of_a_place_and_the_rest_stays(
    given: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert say(NOTE, given, expected_version=2) == replace(NOTE, version=3, **expected)


def test_a_place_is_not_hidden_and_shown_first() -> None:
    with pytest.raises(InvalidInput) as refused:
        say(NOTE, {"hidden": True}, expected_version=2)
    assert refused.value.path == "featured"
    assert say(NOTE, {"featured": True, "note": "Ask for Jo"}, expected_version=2) is NOTE
    with pytest.raises(StaleVersion):
        say(NOTE, {}, expected_version=1)
