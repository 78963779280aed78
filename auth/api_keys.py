"""Keys of websites, partners and build servers: shown once, stored as a hash."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from domain.identity import Mode

FORM: Final = re.compile(r"tb(pk|sk|ci)_(test|live)_[A-Za-z0-9]{43}([A-Za-z0-9]{6})")
FORM_OF_BEFORE: Final = re.compile(r"(pk|sk)_(test|live)_[A-Za-z0-9_-]{32,64}")
BEGINS: Final = re.compile(r"(tb)?(pk|sk|ci)_")
PREFIX: Final = {"site": "tbpk", "partner": "tbsk", "ci": "tbci"}
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_LENGTH: Final = 43
CHECK_LENGTH: Final = 6
SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only time that its text exists here."""

    text: str
    key_hash: bytes
    prefix: str
    last_four: str


def begins_like_a_key(credential: str) -> bool:
    """Whether it is meant as a key, well typed or not."""
    return BEGINS.match(credential) is not None


def looks_like_a_key(credential: str) -> bool:
    """Whether it has the form of a key; a typing error is seen without a look-up."""
    if FORM.fullmatch(credential):
        return credential[-CHECK_LENGTH:] == _check(credential[:-CHECK_LENGTH])
    return FORM_OF_BEFORE.fullmatch(credential) is not None


def is_publishable(credential: str) -> bool:
    """Whether a page may carry this key: a website's, and no other."""
    return credential.startswith((PREFIX["site"], "pk_"))


def make_key(kind: str, mode: Mode, *, entropy: bytes) -> NewKey:
    """Shape:  `entropy` is 32 random bytes, the caller's to draw."""
    begun = f"{PREFIX[kind]}_{mode}_{_in_letters(int.from_bytes(entropy), SECRET_LENGTH)}"
    text = begun + _check(begun)
    shown = len(PREFIX[kind]) + len(mode) + 2 + SHOWN
    return NewKey(text, hash_key(text), text[:shown], text[-SHOWN:])


def hash_key(text: str) -> bytes:
    """SHA-256 is enough: a key carries 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(text.encode()).digest()


def _check(text: str) -> str:
    return _in_letters(crc32(text.encode()), CHECK_LENGTH)


def _in_letters(number: int, length: int) -> str:
    """A number in letters and digits, which a double click takes as one word."""
    letters = []
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(reversed(letters))
