"""Tokens of staff, customers and drivers: JSON Web Tokens that say who somebody is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
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

    Shape:  a token of a `session` is worth as much as the session is. At `proved_at` they showed
            who they are, by `methods` (RFC 8176). `expires_at` is known of a token that was read,
            and no part of what is signed.
    """

    kind: Kind
    subject: UUID
    tenant: str
    brand: str
    session: UUID | None = None
    proved_at: datetime | None = None
    methods: tuple[str, ...] = ()
    expires_at: datetime | None = field(default=None, compare=False)


class Tokens:
    """Signs and verifies what a caller asks with."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self.ring = ring
        self._issuer = issuer

    def sign(self, claims: Claims, *, now: datetime, lifetime: timedelta) -> str:
        payload: dict[str, Any] = {
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
        if claims.proved_at is not None:
            at = int(claims.proved_at.timestamp())
            payload |= {"auth_time": at, "amr": list(claims.methods)}
        return self.ring.sign(payload)

    def verify(self, token: str) -> Claims:
        """Errors: Unauthenticated for a token that is forged, expired, or of another service."""
        try:
            payload = self.ring.read(
                token, audience=self._issuer, issuer=self._issuer, required=REQUIRED
            )
            kind = Kind(payload["kind"])
            claims = _claims(kind, payload)
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The token has expired. Sign in again.") from error
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated("The token is not valid.") from error
        if kind not in KINDS:
            raise Unauthenticated("The token is not valid.")
        return claims


def _claims(kind: Kind, payload: Mapping[str, Any]) -> Claims:
    """Errors: ValueError for what we would not have signed."""
    proved_at = payload.get("auth_time")
    return Claims(
        kind,
        UUID(payload["sub"]),
        str(payload["tenant"]),
        str(payload["brand"]),
        UUID(payload["sid"]) if "sid" in payload else None,
        None if proved_at is None else datetime.fromtimestamp(float(proved_at), UTC),
        tuple(map(str, payload.get("amr", ()))),
        datetime.fromtimestamp(float(payload["exp"]), UTC),
    )
