"""Identities that are handed out signed: unguessable, and worth what the row behind them says."""

from typing import Any, Final
from uuid import UUID

import jwt

from auth.tokens import ALGORITHM, private_key
from domain.errors import Unauthenticated

REQUIRED: Final = ["aud", "sub"]


class SignedIds:
    """Signs an id, always to the same text, and reads it again.

    Shape:  texts of one purpose are no credential for another: they differ in audience.
    Errors: SigningKeyRefused.
    """

    def __init__(self, private_key_pem: str, issuer: str, *, prefix: str, purpose: str) -> None:
        self._private = private_key(private_key_pem)
        self._public = self._private.public_key()
        self._audience = f"{issuer}/{purpose}"
        self._prefix = prefix
        self._refused = f"The {purpose.removesuffix('s')} is not valid."

    def token_of(self, id: UUID, **more: int) -> str:
        payload = {"aud": self._audience, "sub": str(id), **more}
        return self._prefix + jwt.encode(payload, self._private, algorithm=ALGORITHM)

    def read(self, token: str) -> UUID:
        """Errors: Unauthenticated for a text that is forged or of another service."""
        return self.facts(token)[0]

    def facts(self, token: str) -> tuple[UUID, dict[str, Any]]:
        """The id, and what else was signed with it. Errors: Unauthenticated."""
        try:
            payload: dict[str, Any] = jwt.decode(
                token.removeprefix(self._prefix),
                self._public,
                algorithms=[ALGORITHM],
                audience=self._audience,
                options={"require": REQUIRED},
            )
            return UUID(payload["sub"]), payload
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated(self._refused) from error
