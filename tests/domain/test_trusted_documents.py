"""Who is locked to which documents, and what a document is known by."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.field_usage import Asker, Used, by_brand
from domain.identity import Brand, Kind, Mode, Principal
from domain.trusted_documents import Lock, Trusted, digest_of

BRAND = Brand(7, 3, "walla", "wwt", "Walla Walla Travel", "America/Los_Angeles", "USD")
APP, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("text", "digest"),
    [  # The examples of the appendix of GraphQL over HTTP.
        (
            "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}",
            "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e",
        ),
        (
            "query($id:ID!){user(id:$id){name}}",
            "71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b",
        ),
    ],
)
def test_a_document_is_known_by_the_digest_of_its_text_as_it_is(text: str, digest: str) -> None:
    assert digest_of(text) == digest


@pytest.mark.parametrize(
    ("lock", "kind", "mode", "role", "locked"),
    [
        (None, Kind.SITE, "live", "site", True),
        (None, Kind.SITE, "test", "site", False),
        (None, Kind.PARTNER, "live", "partner", False),
        (Lock.TRUSTED, Kind.SITE, "live", "site", True),
        (Lock.TRUSTED, Kind.SITE, "test", "site", False),
        (Lock.TRUSTED, Kind.PARTNER, "live", "partner", True),
        (Lock.TRUSTED, Kind.PARTNER, "test", "partner", False),
        (Lock.TRUSTED, Kind.PARTNER, "live", "ci", False),
        (Lock.OPEN, Kind.SITE, "live", "site", False),
        (Lock.OPEN, Kind.PARTNER, "live", "partner", False),
    ],
)
def test_live_keys_are_locked_as_the_app_says_or_as_its_kind_begins(
    lock: Lock | None, kind: Kind, mode: Mode, role: str, locked: object
) -> None:
    caller = replace(Principal(kind, BRAND, app_id=APP, role=role), mode=mode)

    assert Trusted(lock, frozenset()).locks(caller) is locked


def test_operations_are_summed_by_field_and_document_of_each_brand() -> None:
    elsewhere = replace(BRAND, id=4)
    first, second = Used("a", ("Brand.code", "Query.brand")), Used("b", ("Query.brand",))
    counted = {
        (Asker(BRAND, Kind.SITE, APP), first): 2,
        (Asker(BRAND, Kind.SITE, APP), second): 3,
        (Asker(BRAND, Kind.SITE, OTHER), second): 5,
        (Asker(BRAND, Kind.STAFF, None), second): 7,
        (Asker(elsewhere, Kind.SITE, APP), first): 11,
    }

    found = by_brand(counted)

    assert found[BRAND].fields == {
        (Kind.SITE, APP, "Brand.code"): 2,
        (Kind.SITE, APP, "Query.brand"): 5,
        (Kind.SITE, OTHER, "Query.brand"): 5,
        (Kind.STAFF, None, "Query.brand"): 7,
    }
    assert found[BRAND].documents == {(APP, "a"): 2, (APP, "b"): 3, (OTHER, "b"): 5}
    assert found[elsewhere].documents == {(APP, "a"): 11}
