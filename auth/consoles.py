"""The session of a page of this server: what its cookie says, and the proof that the page asks."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import jwt

from auth.keys import KeyRing
from auth.signed_ids import SignedIds
from auth.tokens import Claims
from domain.errors import Forbidden, Unauthenticated
from domain.identity import Kind
from domain.sign_in import IDLE

REQUIRED: Final = ("aud", "sub", "exp", "tenant", "brand", "sid")
UNPROVED: Final = "A cookie alone proves nothing: send X-CSRF-Token as the console does."
ANOTHERS: Final = "This page is of another session than the browser's. Load it again."


class ConsoleCookies:
    """Signs whose session a browser keeps, for as long as it may lie idle, and reads it again.

    Shape:  the text stays good until its time, whoever renews it meanwhile, so that no tab of a
            browser takes it from another. It is no credential elsewhere, and a token is none here.
    """

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self._ring = ring
        self._audience = f"{issuer}/consoles"
        self._proofs = SignedIds(ring, issuer, prefix="cp_", purpose="console-proofs")

    def sign(self, claims: Claims, *, now: datetime) -> str:
        """Errors: LookupError for claims of no session."""
        if claims.session is None:
            raise LookupError("a cookie of no session")
        return self._ring.sign(
            {
                "aud": self._audience,
                "sub": str(claims.subject),
                "tenant": claims.tenant,
                "brand": claims.brand,
                "sid": str(claims.session),
                "exp": now + IDLE,
            }
        )

    def read(self, cookie: str) -> Claims:
        """Errors: Unauthenticated for one that is forged, was idle too long, or is no cookie."""
        try:
            said: dict[str, Any] = self._ring.read(
                cookie, audience=self._audience, required=REQUIRED
            )
            return Claims(
                Kind.STAFF,
                UUID(said["sub"]),
                str(said["tenant"]),
                str(said["brand"]),
                UUID(said["sid"]),
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated("The session was idle for too long. Sign in again.") from error

    def proof(self, session: UUID) -> str:
        """What a page shows beside the cookie, which it can neither read nor guess."""
        return self._proofs.token_of(session)

    def check(self, proof: str | None, session: UUID | None) -> None:
        """Errors: Forbidden for none or a forged one, Unauthenticated for another session's."""
        if not proof:
            raise Forbidden(UNPROVED)
        try:
            proved = self._proofs.read(proof)
        except Unauthenticated as error:
            raise Forbidden(UNPROVED) from error
        if proved != session:
            raise Unauthenticated(ANOTHERS)
