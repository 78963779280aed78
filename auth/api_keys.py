"""Keys of brand sites (`pk_`) and partner apps (`sk_`): shown once, stored as a hash."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal

FORM: Final = re.compile(r"(pk|sk)_(test|live)_[A-Za-z0-9_-]{32,64}")
PREFIX: Final = {"site": "pk", "partner": "sk"}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only time that its text exists here."""

    text: str
    key_hash: bytes
    last_four: str


def looks_like_a_key(credential: str) -> bool:
    return FORM.fullmatch(credential) is not None


def make_key(
    kind: Literal["site", "partner"], mode: Literal["test", "live"], *, secret: str
) -> NewKey:
    """Shape: `secret` is 32 random bytes in URL-safe base64, the caller's to draw."""
    text = f"{PREFIX[kind]}_{mode}_{secret}"
    return NewKey(text, hash_key(text), text[-4:])


def hash_key(text: str) -> bytes:
    """SHA-256 is enough: a key carries 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(text.encode()).digest()
