"""Secrets as they are stored: sealed by a key of the environment, for one row of one owner."""

import base64
import binascii
import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import OperatorError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
NAMED: Final = b"tourbase: the name of a key that seals secrets"
NO_KEY: Final = "is no key of 32 bytes in base64: `openssl rand -base64 32` makes one."


class SealingKeyRefused(OperatorError):
    """A setting holds something else than keys; it is not repeated, for it is somebody's secret."""


class SecretUnreadable(OperatorError):
    """A stored secret was sealed by a key that is not here, or for another row than it stands in.

    Name the key in SECRETS_KEYS_BEFORE; a secret of another row was moved by somebody.
    """


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret belongs. Sealed with it, so that it opens nowhere else.

    Shape:  without a brand it is the operating company's, or one person's.
    """

    tenant_id: int
    brand_id: int | None
    kind: str
    owner_id: UUID
    id: UUID

    @property
    def bound(self) -> bytes:
        """As text that no other place has: a kind is a word, all else numbers."""
        brand = "-" if self.brand_id is None else self.brand_id
        return f"1 {self.tenant_id} {brand} {self.kind} {self.owner_id} {self.id}".encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored: which key it was, and the nonce, the ciphertext and its tag in one."""

    key_id: str
    box: bytes


class SealingRing:
    """Seals with the newest key, by AES-256-GCM, and opens what that or one before it sealed.

    Shape:  keys in base64, those of `before` apart by commas or spaces. A key is known by a digest
            that says nothing of it.
    Errors: SealingKeyRefused.
    """

    def __init__(self, key: str, *, before: str = "") -> None:
        newest, *older = keys_of(key, before=before)
        self.newest = _name_of(newest)
        self._keys = {_name_of(each): AESGCM(each) for each in (*older, newest)}

    @property
    def older(self) -> list[str]:
        """The names of the keys that nothing is sealed with any more."""
        return [name for name in self._keys if name != self.newest]

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys

    def seal(self, secret: bytes, place: Place) -> Sealed:
        nonce = os.urandom(NONCE_BYTES)
        box = nonce + self._keys[self.newest].encrypt(nonce, secret, place.bound)
        return Sealed(self.newest, box)

    def open(self, sealed: Sealed, place: Place) -> bytes:
        """Errors: SecretUnreadable."""
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise SecretUnreadable(f"No key {sealed.key_id} is here: SECRETS_KEYS_BEFORE lacks it.")
        nonce, box = sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:]
        try:
            return key.decrypt(nonce, box, place.bound)
        except InvalidTag:
            raise SecretUnreadable(
                f"The secret {place.id} was not sealed for the row that it stands in."
            ) from None


def new_key() -> str:
    """A key as SECRETS_KEY takes it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def keys_of(key: str, *, before: str = "") -> list[bytes]:
    """The newest key and those before it. Errors: SealingKeyRefused."""
    texts = filter(None, re.split(r"[,\s]+", before))
    older = [_key_of(each, "SECRETS_KEYS_BEFORE") for each in texts]
    return [_key_of(key, "SECRETS_KEY"), *older]


def _key_of(text: str, name: str) -> bytes:
    """Errors: SealingKeyRefused."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise SealingKeyRefused(f"{name} {NO_KEY}") from None
    if len(key) != KEY_BYTES:
        raise SealingKeyRefused(f"{name} {NO_KEY}")
    return key


def _name_of(key: bytes) -> str:
    digest = hmac.new(key, NAMED, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:NONCE_BYTES]).decode()
