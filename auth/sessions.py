"""Sessions that go on by tokens of which each is good once, whoever it is that has signed in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from auth.session_tokens import RefreshTokens
from auth.tokens import Claims, Tokens
from db.callers import Caller
from db.database import Database, Session, Transaction
from domain.errors import Unauthenticated
from domain.identity import NOBODY, Kind, Principal
from domain.sign_in import ACCESS

OVER: Final = "The session is over. Sign in again."
Why = Literal["signed_out", "replayed"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's tokens: one to ask with for some minutes, one to go on with, once."""

    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How the sessions of one kind of caller are found, go on, and end.

    Shape:  `find` gives whose open session it is, and its turn; `take_turn` the next one, None if
            it was taken already.
    """

    kind: Kind
    find: Callable[[Transaction, UUID, datetime], Awaitable[tuple[Caller, int] | None]]
    take_turn: Callable[[Transaction, UUID, int, datetime], Awaitable[int | None]]
    end: Callable[[Transaction, UUID, datetime, Why], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rotation:
    """What makes the tokens of a session, and takes them."""

    database: Database
    tokens: Tokens
    refreshing: RefreshTokens

    async def refreshed(self, kept: Kept, token: str, *, now: datetime) -> SignedIn:
        """Go on. A token that comes a second time was stolen: the session is over.

        Errors: Unauthenticated.
        """
        session, turn = self.refreshing.session(token)
        caller, current = await self._open(kept, session, now=now)
        as_caller = self.session_of(kept.kind, caller)
        if turn == current:
            taken = await as_caller.write(lambda tx: kept.take_turn(tx, session, turn, now))
            if taken is not None:
                return self.signed(kept.kind, caller, session, taken, now=now)
        await as_caller.write(lambda tx: kept.end(tx, session, now, "replayed"))
        raise Unauthenticated(OVER)

    async def ended(self, kept: Kept, token: str, *, now: datetime) -> None:
        """End a session, whatever its turn. Errors: Unauthenticated."""
        session, _ = self.refreshing.session(token)
        caller, _ = await self._open(kept, session, now=now)
        as_caller = self.session_of(kept.kind, caller)
        await as_caller.write(lambda tx: kept.end(tx, session, now, "signed_out"))

    def signed(
        self, kind: Kind, caller: Caller, session: UUID, turn: int, *, now: datetime
    ) -> SignedIn:
        brand = caller.brand
        claims = Claims(kind, caller.actor_id, brand.tenant_slug, brand.code, session)
        return SignedIn(
            self.tokens.sign(claims, now=now, lifetime=ACCESS),
            self.refreshing.sign(session, turn),
        )

    def session_of(self, kind: Kind, caller: Caller) -> Session:
        """They alone touch what is theirs: PostgreSQL knows them by the actor."""
        return self.database.session(
            Principal(kind, caller.brand, caller.actor_id, role=caller.role, label=caller.label)
        )

    async def _open(self, kept: Kept, session: UUID, *, now: datetime) -> tuple[Caller, int]:
        """Asked where it is written: a replica may not have heard of the last turn yet."""
        found = await self.database.session(NOBODY).write(lambda tx: kept.find(tx, session, now))
        if found is None:
            raise Unauthenticated(OVER)
        return found
