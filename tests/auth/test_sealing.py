"""Secrets are sealed for one place, by keys that change."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from auth.sealing import Place, Sealed, SealingKeyRefused, SealingRing, SecretUnreadable, new_key

PLACE = Place(7, 3, "totp", UUID(int=1), UUID(int=2))
OLD, NEW = new_key(), new_key()


def test_what_is_sealed_opens_in_its_place_and_hides_what_it_is() -> None:
    ring = SealingRing(NEW)
    sealed = ring.seal(b"a secret", PLACE)
    assert ring.open(sealed, PLACE) == b"a secret"
    assert sealed.key_id == ring.newest
    assert b"a secret" not in sealed.box
    assert len(sealed.box) == 12 + len(b"a secret") + 16


def test_the_same_secret_is_never_sealed_alike() -> None:
    ring = SealingRing(NEW)
    assert len({ring.seal(b"a secret", PLACE).box for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "moved",
    [
        {"tenant_id": 8},
        {"brand_id": 4},
        {"brand_id": None},
        {"kind": "stripe"},
        {"owner_id": UUID(int=9)},
        {"id": UUID(int=9)},
    ],
    ids=lambda moved: next(iter(moved)),
)
def test_a_secret_opens_in_no_other_place(moved: dict[str, Any]) -> None:
    ring = SealingRing(NEW)
    sealed = ring.seal(b"a secret", PLACE)
    with pytest.raises(SecretUnreadable, match=r"was not sealed for the row"):
        ring.open(sealed, replace(PLACE, **moved))


def test_a_changed_box_does_not_open() -> None:
    ring = SealingRing(NEW)
    sealed = ring.seal(b"a secret", PLACE)
    for place in range(len(sealed.box)):
        box = bytearray(sealed.box)
        box[place] ^= 1
        with pytest.raises(SecretUnreadable):
            ring.open(Sealed(sealed.key_id, bytes(box)), PLACE)


def test_a_key_is_changed_without_a_secret_lost_and_then_dropped() -> None:
    before = SealingRing(OLD)
    sealed = before.seal(b"a secret", PLACE)
    both = SealingRing(NEW, before=f"{new_key()}, {OLD}\n")
    assert both.open(sealed, PLACE) == b"a secret"
    assert both.newest != before.newest
    assert before.newest in both.older
    assert both.newest not in both.older

    alone = SealingRing(NEW)
    assert sealed.key_id not in alone
    with pytest.raises(SecretUnreadable, match=f"^No key {before.newest} is here"):
        alone.open(sealed, PLACE)


def test_a_key_that_is_named_twice_is_the_newest() -> None:
    ring = SealingRing(NEW, before=NEW)
    assert ring.older == []
    assert ring.open(ring.seal(b"a secret", PLACE), PLACE) == b"a secret"


@pytest.mark.parametrize("text", ["", "hush", "aHVzaA==", "a" * 40, "aGk=" * 11, "ü" * 44])
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(SealingKeyRefused, match=r"^SECRETS_KEY is no key") as refused:
        SealingRing(text)
    assert "hush" not in str(refused.value)
    if text:
        with pytest.raises(SealingKeyRefused, match=r"^SECRETS_KEYS_BEFORE is no key"):
            SealingRing(NEW, before=text)
