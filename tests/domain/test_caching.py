"""Keys of the cache: whose they are, what drops them, and that nobody else can make one."""

from dataclasses import replace
from typing import Any, cast

import pytest

from domain.caching import KEPT, MADE, PRICE_BOOK, CacheKey, dropped_with, is_kept, key_for
from domain.identity import NOBODY, Brand, Kind, Principal

BRAND = Brand(7, 3, "walla", "wwt", "Walla Walla Travel", "America/Los_Angeles", "USD")
SITE = Principal(Kind.SITE, BRAND)
STAFF = Principal(Kind.STAFF, BRAND)


def test_a_key_carries_tenant_brand_and_kind_of_the_caller() -> None:
    name = key_for(SITE, "wineries", b"which").name

    assert name.startswith("7:3:site:wineries:")
    others = (
        Principal(Kind.SITE, replace(BRAND, tenant_id=8)),
        Principal(Kind.SITE, replace(BRAND, id=4)),
        STAFF,
    )
    keys = [key_for(each, "wineries", b"which").name for each in (SITE, *others)]
    keys += [key_for(SITE, "hotels", b"which").name, key_for(SITE, "wineries", b"what").name]
    assert len(set(keys)) == 6


def test_two_callers_of_one_kind_and_brand_share_a_key() -> None:
    other = Principal(Kind.SITE, BRAND, label="Another key of the site")

    assert key_for(SITE, "wineries", b"which") == key_for(other, "wineries", b"which")


@pytest.mark.parametrize(
    ("relation", "scope", "seconds"),
    [
        ("wineries", "wineries", 3600),
        ("restaurants", "restaurants", 3600),
        ("hotels", "hotels", 3600),
        ("brands", "brands:7:3", 3600),
        ("tour_packages", "tour_packages:7:3", 3600),
        ("rate_cards", "rate_cards:7:3", 3600),
        ("directory_notes", "directory_notes:7:3", 3600),
        ("vehicles", "vehicles:7", 1800),
        ("price_rules", "price_rules:7:3", 1800),
        ("brand_settings", "brand_settings:7:3", 300),
        ("apps", "apps:7:3", 3600),
        ("trusted_documents", "trusted_documents:7:3", 3600),
    ],
)
def test_a_table_is_dropped_for_its_owner_and_kept_for_its_lifetime(
    relation: str, scope: str, seconds: int
) -> None:
    key = key_for(Principal(Kind.WORKER, BRAND), relation, b"")

    assert (key.scope, key.seconds) == (scope, seconds)
    assert len(KEPT) == 12


def test_what_is_made_of_tables_is_kept_as_long_as_the_shortest_and_dropped_with_any() -> None:
    key = key_for(SITE, PRICE_BOOK, b"")
    own = [f"{table}:7:3" for table in sorted(MADE[PRICE_BOOK].tables)]

    assert (key.scope, key.seconds) == ("price_book:7:3", 300)
    assert own == [
        "brand_settings:7:3",
        "brands:7:3",
        "price_rules:7:3",
        "rate_cards:7:3",
        "tour_packages:7:3",
    ]
    assert [dropped_with([each]) for each in own] == [[each, key.scope] for each in own]
    assert dropped_with([*own, "rate_cards:7:4"])[5:] == [
        "rate_cards:7:4",
        key.scope,
        "price_book:7:4",
    ]
    assert dropped_with(["wineries", "vehicles:7"]) == ["wineries", "vehicles:7"]


@pytest.mark.parametrize("kind", [Kind.LINK, Kind.DRIVER])
def test_whoever_may_not_buy_gets_no_key_of_prices(kind: Kind) -> None:
    with pytest.raises(LookupError, match=f"price_book is not kept for {kind.value}"):
        key_for(Principal(kind, BRAND), PRICE_BOOK, b"")


def test_nobody_without_a_brand_gets_a_key() -> None:
    for principal in (NOBODY, Principal(Kind.STAFF)):
        assert not is_kept("wineries", principal)
        with pytest.raises(LookupError):
            key_for(principal, "wineries", b"")


@pytest.mark.parametrize("kind", [Kind.CUSTOMER, Kind.PARTNER, Kind.LINK, Kind.DRIVER, Kind.SITE])
def test_whoever_sees_vehicles_by_way_of_a_booking_gets_no_key_of_them(kind: Kind) -> None:
    with pytest.raises(LookupError, match=f"vehicles is not kept for {kind.value}"):
        key_for(Principal(kind, BRAND), "vehicles", b"")


@pytest.mark.parametrize("relation", ["bookings", "customers", "payments", "drivers", "nothing"])
def test_what_is_not_of_the_catalogue_is_never_kept(relation: str) -> None:
    assert not is_kept(relation, STAFF)
    with pytest.raises(LookupError):
        key_for(STAFF, relation, b"")


def test_a_key_is_made_for_a_principal_or_not_at_all() -> None:
    key = key_for(SITE, "wineries", b"")

    with pytest.raises(TypeError, match="key_for"):
        CacheKey(key.name, key.scope, key.seconds, object())
    with pytest.raises((TypeError, ValueError)):
        cast("Any", replace)(key, name="7:4:site:wineries:another-brands")
    with pytest.raises(TypeError):
        cast("Any", key_for)("wineries", b"")
