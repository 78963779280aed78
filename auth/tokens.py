"""Tokens of staff, customers and drivers: JSON Web Tokens signed with Ed25519."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from domain.errors import OperatorError, Unauthenticated
from domain.identity import Kind

ALGORITHM: Final = "EdDSA"
REQUIRED: Final = ["iss", "aud", "sub", "iat", "exp", "kind", "tenant", "brand"]
KINDS: Final = frozenset({Kind.STAFF, Kind.CUSTOMER, Kind.DRIVER})


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a token speaks for. `brand` is the one to act for unless another is chosen."""

    kind: Kind
    subject: UUID
    tenant: str
    brand: str


class SigningKeyRefused(OperatorError):
    """The setting holds something else; it is not repeated, for it may be somebody's secret."""

    def __init__(self) -> None:
        super().__init__("AUTH_SIGNING_KEY is no Ed25519 private key in PEM.")


class Tokens:
    """Signs and verifies. Only EdDSA is accepted, whatever a token's header says.

    Errors: SigningKeyRefused.
    """

    def __init__(self, private_key_pem: str, issuer: str) -> None:
        self._private = private_key(private_key_pem)
        self._public = self._private.public_key()
        self._issuer = issuer

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
        return jwt.encode(payload, self._private, algorithm=ALGORITHM)

    def verify(self, token: str) -> Claims:
        """Errors: Unauthenticated for a token that is forged, expired, or of another service."""
        try:
            payload: dict[str, Any] = jwt.decode(
                token,
                self._public,
                algorithms=[ALGORITHM],
                audience=self._issuer,
                issuer=self._issuer,
                options={"require": REQUIRED},
            )
            kind = Kind(payload["kind"])
            claims = Claims(
                kind, UUID(payload["sub"]), str(payload["tenant"]), str(payload["brand"])
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The token has expired. Sign in again.") from error
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated("The token is not valid.") from error
        if kind not in KINDS:
            raise Unauthenticated("The token is not valid.")
        return claims


def private_key(pem: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyRefused from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyRefused
    return key
