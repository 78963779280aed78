"""Identities that are handed out signed: unguessable, and worth what the row behind them says."""

from typing import Any, Final
from uuid import UUID

import jwt

from auth.keys import KeyRing
from domain.errors import Unauthenticated

REQUIRED: Final = ["aud", "sub"]


class SignedIds:
    """Signs an id, with one key always to the same text, and reads it again.

    Shape:  texts of one purpose are no credential for another: they differ in audience.
    """

    def __init__(self, ring: KeyRing, issuer: str, *, prefix: str, purpose: str) -> None:
        self._ring = ring
        self._audience = f"{issuer}/{purpose}"
        self._prefix = prefix
        self._refused = f"The {purpose.removesuffix('s')} is not valid."

    def token_of(self, id: UUID, **more: int) -> str:
        payload = {"aud": self._audience, "sub": str(id), **more}
        return self._prefix + self._ring.sign(payload)

    def read(self, token: str) -> UUID:
        """Errors: Unauthenticated for a text that is forged or of another service."""
        return self.facts(token)[0]

    def facts(self, token: str) -> tuple[UUID, dict[str, Any]]:
        """The id, and what else was signed with it. Errors: Unauthenticated."""
        try:
            payload = self._ring.read(
                token.removeprefix(self._prefix), audience=self._audience, required=REQUIRED
            )
            return UUID(payload["sub"]), payload
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated(self._refused) from error
