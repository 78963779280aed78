"""The form of a key: what it tells by itself, and what is seen without looking it up."""

import random
import string

import pytest

from auth.api_keys import (
    begins_like_a_key,
    hash_key,
    is_publishable,
    looks_like_a_key,
    make_key,
)
from auth.roles import OF_KEY, OF_KIND, scopes_of_key
from domain.identity import Kind, Mode, Scope

ENTROPY = bytes(range(32))


def test_a_key_has_its_form_and_is_known_by_its_hash_alone() -> None:
    key = make_key("partner", "live", entropy=ENTROPY)

    assert key.text == "tbsk_live_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf2CAHDy"
    assert key.prefix == "tbsk_live_" + key.text[10:14]
    assert key.last_four == key.text[-4:]
    assert key.key_hash == hash_key(key.text)
    assert len(key.key_hash) == 32
    assert looks_like_a_key(key.text)


@pytest.mark.parametrize("mode", ["live", "test"])
@pytest.mark.parametrize(("kind", "begun"), [("site", "tbpk"), ("partner", "tbsk"), ("ci", "tbci")])
def test_a_key_tells_what_it_is_by_its_first_letters(kind: str, begun: str, mode: Mode) -> None:
    key = make_key(kind, mode, entropy=b"\xff" * 32)

    assert key.text.startswith(f"{begun}_{mode}_")
    assert len(key.text) == len(begun) + len(mode) + 2 + 43 + 6
    assert key.text.replace("_", "").isalnum()
    assert is_publishable(key.text) == (kind == "site")


def test_a_typing_error_is_seen_wherever_it_is() -> None:
    text = make_key("site", "test", entropy=ENTROPY).text
    chance = random.Random(7)  # noqa: S311 - a fixed row of mistakes
    begun = len("tbpk_test_")
    wrong = [
        text[:place] + other + text[place + 1 :]
        for place in range(begun, len(text))
        if (other := chance.choice(string.ascii_letters)) != text[place]
    ]
    swapped = [
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for place in range(begun, len(text) - 1)
        if text[place] != text[place + 1]
    ]

    assert len(wrong) > 40
    assert len(swapped) > 40
    assert not any(map(looks_like_a_key, [*wrong, *swapped, text[:-1], text + "a", text.upper()]))
    assert all(map(begins_like_a_key, [*wrong, *swapped]))


@pytest.mark.parametrize("text", ["pk_test_" + "s" * 43, "sk_live_" + "s-_" * 11])
def test_a_key_of_the_form_of_before_is_one_still(text: str) -> None:
    assert looks_like_a_key(text)
    assert is_publishable(text) == text.startswith("pk_")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pk_test_short",
        "xx_test_" + "s" * 43,
        "eyJhbGciOi.x.y",
        "tbpk_test_",
        "tbpk_test_\u0660",
    ],
)
def test_what_has_not_the_form_of_a_key_is_none(text: str) -> None:
    assert not looks_like_a_key(text)


def test_a_key_may_do_what_its_kind_may_or_less() -> None:
    some = ["catalog:read", "customers:read", "no:such"]

    assert OF_KEY["site"] == OF_KIND[Kind.SITE]
    assert scopes_of_key("partner", None) == OF_KIND[Kind.PARTNER]
    assert scopes_of_key("site", some) == {Scope.CATALOG_READ}
    assert scopes_of_key("ci", None) == {Scope.DOCUMENTS_PUSH}
    assert scopes_of_key("ci", some) == frozenset()
