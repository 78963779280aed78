"""Tokens of staff, customers and drivers: JSON Web Tokens that say who somebody is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import jwt

from auth.keys import KeyRing
from domain.errors import Unauthenticated
from domain.identity import Kind

REQUIRED: Final = ("iss", "aud", "sub", "iat", "exp", "kind", "tenant", "brand")
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


class Tokens:
    """Signs and verifies what a caller asks with."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self.ring = ring
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
        if claims.session is not None:
            payload["sid"] = str(claims.session)
        return self.ring.sign(payload)

    def verify(self, token: str) -> Claims:
        """Errors: Unauthenticated for a token that is forged, expired, or of another service."""
        try:
            payload = self.ring.read(
                token, audience=self._issuer, issuer=self._issuer, required=REQUIRED
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
