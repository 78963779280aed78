"""The key that signs here, and those whose signatures are still good: all of them Ed25519."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import jwt
import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)
from jwt.algorithms import OKPAlgorithm

from domain.errors import OperatorError

ALGORITHM: Final = "EdDSA"
PEMS: Final = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)
NOT_BEFORE: Final = "AUTH_KEYS_BEFORE holds something else than Ed25519 public keys in PEM."


class SigningKeyRefused(OperatorError):
    """A setting holds something else; it is not repeated, for it may be somebody's secret."""

    def __init__(self, said: str = "AUTH_SIGNING_KEY is no Ed25519 private key in PEM.") -> None:
        super().__init__(said)


class KeyRing:
    """Signs with one key, and verifies with that and those before it, each known by its thumbprint.

    Shape:  only EdDSA is accepted, whatever a text's header says. `before` holds public keys in
            PEM, one after another; a key is dropped from it when what it signed is over.
    Errors: SigningKeyRefused.
    """

    def __init__(self, private_key_pem: str, *, before: str = "") -> None:
        self._private = private_key(private_key_pem)
        own = self._private.public_key()
        self._kid = thumbprint(own)
        self._known = {self._kid: own} | {thumbprint(each): each for each in public_keys(before)}

    @property
    def jwks(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The public keys, as RFC 7517 writes them."""
        keys = []
        for kid, key in self._known.items():
            jwk = OKPAlgorithm.to_jwk(key, as_dict=True)
            keys.append({**jwk, "kid": kid, "use": "sig", "alg": ALGORITHM})
        return {"keys": keys}

    def sign(self, payload: dict[str, Any]) -> str:
        return jwt.encode(payload, self._private, ALGORITHM, headers={"kid": self._kid})

    def read(
        self, token: str, *, audience: str, required: Sequence[str], issuer: str | None = None
    ) -> dict[str, Any]:
        """Errors: jwt.InvalidTokenError for a text that is forged, over, or of another purpose."""
        if not token.isascii():
            raise jwt.InvalidTokenError
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str) or kid not in self._known:
            raise jwt.InvalidTokenError
        payload: dict[str, Any] = jwt.decode(
            token,
            self._known[kid],
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=issuer,
            options={"require": list(required)},
        )
        return payload


def thumbprint(key: Ed25519PublicKey) -> str:
    """RFC 7638: the same for the same key, wherever it is computed."""
    jwk = OKPAlgorithm.to_jwk(key, as_dict=True)
    members = {name: jwk[name] for name in ("crv", "kty", "x")}
    digest = hashlib.sha256(orjson.dumps(members, option=orjson.OPT_SORT_KEYS)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def public_keys(pems: str) -> list[Ed25519PublicKey]:
    """Errors: SigningKeyRefused for a text that holds anything but Ed25519 public keys."""
    try:
        keys = [load_pem_public_key(each.encode()) for each in PEMS.findall(pems)]
    except (ValueError, UnsupportedAlgorithm):
        raise SigningKeyRefused(NOT_BEFORE) from None
    found = [key for key in keys if isinstance(key, Ed25519PublicKey)]
    if len(found) != len(keys) or PEMS.sub("", pems).strip():
        raise SigningKeyRefused(NOT_BEFORE)
    return found


def private_key(pem: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyRefused from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyRefused
    return key
