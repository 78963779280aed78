"""What staff keep: the token that refreshes a session, and the code that sets a password."""

from uuid import UUID

from auth.keys import KeyRing
from auth.signed_ids import SignedIds
from domain.errors import Unauthenticated


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
