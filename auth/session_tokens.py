"""What staff keep: the token that refreshes a session, the code that sets a password, and what
they answer with a second factor.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import jwt

from auth.keys import KeyRing
from auth.signed_ids import SignedIds
from domain.errors import Unauthenticated
from domain.second_factors import CHALLENGE

CHALLENGES: Final = "ch_"
ASKED: Final = ("aud", "sub", "exp", "tenant", "brand", "sid", "password_at")


class RefreshTokens(SignedIds):
    """Signs a session with its turn: of each turn there is one token."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        super().__init__(ring, issuer, prefix="rt_", purpose="sessions")

    def sign(self, session: UUID, turn: int) -> str:
        return self.token_of(session, turn=turn)

    def session(self, token: str) -> tuple[UUID, int]:
        """The session, and the turn that the token was given at. Errors: Unauthenticated."""
        session, facts = self.facts(token)
        turn = facts.get("turn")
        if not isinstance(turn, int):
            raise Unauthenticated("The session is not valid.")
        return session, turn


class StaffCodes(SignedIds):
    """Signs the id of a code that sets a password once."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        super().__init__(ring, issuer, prefix="sc_", purpose="codes")


@dataclass(frozen=True, slots=True)
class Challenge:
    """Somebody who knew the password, and is to show a second factor.

    Shape:  `session` is that which begins then, once; it does not if the password is another by
            then than it was at `password_at`, or the issuer that signed them in is not in use.
    """

    staff_id: UUID
    tenant: str
    brand: str
    session: UUID
    password_at: datetime | None
    provider_id: UUID | None = None


class Challenges:
    """Signs a challenge for some minutes, and reads it again."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self._ring = ring
        self._audience = f"{issuer}/challenges"

    def sign(self, challenge: Challenge, *, now: datetime) -> str:
        at = challenge.password_at
        return CHALLENGES + self._ring.sign(
            {
                "aud": self._audience,
                "sub": str(challenge.staff_id),
                "tenant": challenge.tenant,
                "brand": challenge.brand,
                "sid": str(challenge.session),
                "password_at": at.isoformat() if at else "",
                "provider": str(challenge.provider_id or ""),
                "exp": now + CHALLENGE,
            }
        )

    def read(self, token: str) -> Challenge:
        """Errors: Unauthenticated for one that is forged, over, or of another purpose."""
        try:
            said = self._ring.read(
                token.removeprefix(CHALLENGES), audience=self._audience, required=ASKED
            )
            return Challenge(
                UUID(said["sub"]),
                str(said["tenant"]),
                str(said["brand"]),
                UUID(said["sid"]),
                datetime.fromisoformat(said["password_at"]) if said["password_at"] else None,
                UUID(said["provider"]) if said["provider"] else None,
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated("The challenge is over or not valid. Sign in again.") from error
