"""Tokens of staff, customers and drivers: JSON Web Tokens signed with Ed25519."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

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

from domain.errors import OperatorError, Unauthenticated
from domain.identity import Kind

ALGORITHM: Final = "EdDSA"
REQUIRED: Final = ["iss", "aud", "sub", "iat", "exp", "kind", "tenant", "brand"]
PEMS: Final = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)
NOT_BEFORE: Final = "AUTH_KEYS_BEFORE holds something else than Ed25519 public keys in PEM."
KINDS: Final = frozenset({Kind.STAFF, Kind.CUSTOMER, Kind.DRIVER})


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a token speaks for. `brand` is the one to act for unless another is chosen.

    Shape:  a token of a `session` is worth as much as the session is.
    """

    kind: Kind
    subject: UUID
    tenant: str
    brand: str
    session: UUID | None = None


class SigningKeyRefused(OperatorError):
    """A setting holds something else; it is not repeated, for it may be somebody's secret."""

    def __init__(self, said: str = "AUTH_SIGNING_KEY is no Ed25519 private key in PEM.") -> None:
        super().__init__(said)


class Tokens:
    """Signs with one key, and verifies with that and those before it, each known by its thumbprint.

    Shape:  only EdDSA is accepted, whatever a token's header says. `before` holds public keys in
            PEM, one after another; a key is dropped from it when the tokens of its time are over.
    Errors: SigningKeyRefused.
    """

    def __init__(self, private_key_pem: str, issuer: str, *, before: str = "") -> None:
        self._private = private_key(private_key_pem)
        self._issuer = issuer
        own = self._private.public_key()
        self._kid = thumbprint(own)
        self._known = {self._kid: own} | {thumbprint(each): each for each in public_keys(before)}

    @property
    def jwks(self) -> Mapping[str, list[Mapping[str, Any]]]:
        """The public keys, as RFC 7517 writes them."""
        keys: list[Mapping[str, Any]] = []
        for kid, key in self._known.items():
            jwk = OKPAlgorithm.to_jwk(key, as_dict=True)
            keys.append({**jwk, "kid": kid, "use": "sig", "alg": ALGORITHM})
        return {"keys": keys}

    def sign(self, claims: Claims, *, now: datetime, lifetime: timedelta) -> str:
        payload = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(claims.subject),
            "iat": now,
            "exp": now + lifetime,
            "kind": claims.kind.value,
            "tenant": claims.tenant,
            "brand": claims.brand,
        }
        if claims.session is not None:
            payload["sid"] = str(claims.session)
        return jwt.encode(payload, self._private, ALGORITHM, headers={"kid": self._kid})

    def verify(self, token: str) -> Claims:
        """Errors: Unauthenticated for a token that is forged, expired, or of another service."""
        try:
            payload: dict[str, Any] = jwt.decode(
                token,
                self._key_of(token),
                algorithms=[ALGORITHM],
                audience=self._issuer,
                issuer=self._issuer,
                options={"require": REQUIRED},
            )
            kind = Kind(payload["kind"])
            claims = Claims(
                kind,
                UUID(payload["sub"]),
                str(payload["tenant"]),
                str(payload["brand"]),
                UUID(payload["sid"]) if "sid" in payload else None,
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The token has expired. Sign in again.") from error
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated("The token is not valid.") from error
        if kind not in KINDS:
            raise Unauthenticated("The token is not valid.")
        return claims

    def _key_of(self, token: str) -> Ed25519PublicKey:
        """Errors: InvalidTokenError for a token whose key is not known here."""
        kid = jwt.get_unverified_header(token).get("kid")
        if kid not in self._known:
            raise jwt.InvalidTokenError
        return self._known[kid]


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
