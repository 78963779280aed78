"""The operator's additions to the directory over GraphQL."""

from typing import Any

from bootstrap.settings import Settings
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import a_principal, a_winery
from tests.resolvers.conftest import Ask, told

WORDS = {"note": "Jo", "remark": "Ours"}
NOTE = """
mutation ($input: SetDirectoryNoteInput!) {
  setDirectoryNote(input: $input) {
    note { placeKind placeId featured hidden note remark version }
    errors { code path }
  }
}
"""
TERMS = """
mutation ($input: SetDirectoryTermsInput!) {
  setDirectoryTerms(input: $input) {
    terms { placeId commissionPpm version } errors { code path }
  }
}
"""
PLACE = """
mutation ($input: CreatePlaceInput!) {
  createPlace(input: $input) { place { id kind name archivedAt version } errors { code } }
}
"""
MOVE = """
mutation ($input: UpdatePlaceInput!) {
  updatePlace(input: $input) { place { name archivedAt version } errors { code } }
}
"""


async def test_a_place_is_shown_first_hidden_and_listed_for_who_may_say_so(
    settings: Settings, brand: Brand, ask: Ask
) -> None:
    place = encode("Winery", await a_winery(settings))
    given: dict[str, Any] = {"placeId": place, "featured": True, **WORDS, "expectedVersion": 0}
    said = await ask(NOTE, input=given)
    shown = {"placeKind": "WINERY", "placeId": place, "hidden": False, **WORDS}
    assert said.data == {
        "setDirectoryNote": {"note": {**shown, "featured": True, "version": 1}, "errors": []}
    }
    stale = await ask(NOTE, input=given)
    assert stale.data["setDirectoryNote"]["errors"] == [  # type: ignore[index]
        {"code": "STALE_VERSION", "path": "expectedVersion"}
    ]
    asked = "{ directoryNotes(filter: {featured: true}) { edges { node { placeId note } } } }"
    found = await ask(asked)
    assert found.data == {"directoryNotes": {"edges": [{"node": {"placeId": place, "note": "Jo"}}]}}
    for role in ("dispatcher", "viewer"):
        refused = await ask(asked, a_principal(brand, role=role))
        assert told(refused) == [("directoryNotes", "FORBIDDEN")]


async def test_terms_are_agreed_with_a_place_and_with_nothing_else(
    settings: Settings, ask: Ask
) -> None:
    place = await a_winery(settings)
    given: dict[str, Any] = {"commissionPpm": 100_000, "expectedVersion": 0}
    agreed = await ask(TERMS, input={**given, "placeId": encode("Winery", place)})
    terms = {"placeId": encode("Winery", place), "commissionPpm": 100_000, "version": 1}
    assert agreed.data == {"setDirectoryTerms": {"terms": terms, "errors": []}}
    wrong = await ask(TERMS, input={**given, "placeId": encode("Vehicle", place)})
    assert wrong.data == {
        "setDirectoryTerms": {"terms": None, "errors": [{"code": "NOT_FOUND", "path": "placeId"}]}
    }


async def test_an_own_place_is_added_seen_by_a_website_and_put_away_for_staff(ask: Ask) -> None:
    made = await ask(PLACE, input={"kind": "WINERY", "name": "Cellar Nine"})
    place = made.data["createPlace"]["place"]  # type: ignore[index]
    assert (place["name"], place["archivedAt"], place["version"]) == ("Cellar Nine", None, 1)
    listed = "{ ownPlaces(filter: {open: true}) { edges { node { name } } } }"
    assert (await ask(listed, Kind.SITE)).data == {
        "ownPlaces": {"edges": [{"node": {"name": "Cellar Nine"}}]}
    }
    away = {"id": place["id"], "expectedVersion": 1, "archived": True}
    gone = await ask(MOVE, input=away)
    assert gone.data["updatePlace"]["place"]["version"] == 2  # type: ignore[index]
    assert (await ask(listed, Kind.SITE)).data == {"ownPlaces": {"edges": []}}
    for kind in (Kind.SITE, Kind.LINK, Kind.CUSTOMER, Kind.PARTNER, Kind.DRIVER):
        whole = await ask("{ ownPlaces { totalCount } }", kind)
        assert whole.data == {"ownPlaces": {"totalCount": 0}}
        refused = await ask("{ ownPlaces(filter: {open: false}) { totalCount } }", kind)
        assert told(refused) == [("ownPlaces", "FORBIDDEN")]
    kept = await ask("{ ownPlaces(filter: {open: false}) { totalCount } }")
    assert kept.data == {"ownPlaces": {"totalCount": 1}}
