"""Tokens of links: unguessable because signed, and worth what the row behind them says."""

from typing import Any, Final
from uuid import UUID

import jwt

from auth.tokens import ALGORITHM, private_key
from domain.errors import Unauthenticated

PREFIX: Final = "lk_"
REQUIRED: Final = ["aud", "sub"]


def looks_like_a_link(credential: str) -> bool:
    return credential.startswith(PREFIX)


class LinkTokens:
    """Signs the id of a link, always to the same token, and reads it again.

    Shape:  a link is no other credential, and no other credential a link: they differ in audience.
    Errors: SigningKeyRefused.
    """

    def __init__(self, private_key_pem: str, issuer: str) -> None:
        self._private = private_key(private_key_pem)
        self._public = self._private.public_key()
        self._audience = f"{issuer}/links"

    def token_of(self, link: UUID) -> str:
        payload = {"aud": self._audience, "sub": str(link)}
        return PREFIX + jwt.encode(payload, self._private, algorithm=ALGORITHM)

    def read(self, token: str) -> UUID:
        """Errors: Unauthenticated for a token that is forged or of another service."""
        try:
            payload: dict[str, Any] = jwt.decode(
                token.removeprefix(PREFIX),
                self._public,
                algorithms=[ALGORITHM],
                audience=self._audience,
                options={"require": REQUIRED},
            )
            return UUID(payload["sub"])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated("The link is not valid.") from error
