"""Signing in by mail: how long an attempt lasts, how often one may try, what is told of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.events import Change, Event
from domain.identity import Kind
from domain.sign_in import SESSION, Bound

ATTEMPT: Final = timedelta(minutes=15)
ENDED: Final = {"signed_out": "SignedOut", "replayed": "RefreshTokenReplayed"}
ENDED_BY_HAND: Final = "SessionEnded"


@dataclass(frozen=True, slots=True)
class Door:
    """Where somebody signs in: customers at one brand, drivers at an operating company."""

    kind: Kind
    tenant: str | None = None
    brand: str | None = None

    def admits(self, tenant: str, brand: str) -> bool:
        """Whether what was given in that brand is good here."""
        return self.tenant in {None, tenant} and self.brand in {None, brand}


def asking_bounds(door: Door, email: str, address: str) -> tuple[Bound, ...]:
    """What a request for a mail counts against, until the first that refuses.

    Shape:  whoever knows an address fills somebody's mailbox with ten mails in the window, and
            keeps nobody out: a mail that has come signs in as long as it lasts.
    """
    account = f"{door.kind}:{door.tenant}:{door.brand}:{email}"
    return (
        Bound(f"mailed:address:{address}", 50),
        Bound(f"mailed:pair:{account}:{address}", 5),
        Bound(f"mailed:account:{account}", 10),
    )


def guessing_bound(address: str) -> Bound:
    """What each link or code that is presented counts against."""
    return Bound(f"mailed:guess:{address}", 50)


@dataclass(frozen=True, slots=True)
class From:
    """Where somebody signs in from."""

    address: str
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that begins: whose, from where, until when."""

    id: UUID
    kind: Kind
    subject: UUID
    brand_code: str
    user_agent: str | None
    address: str
    expires_at: datetime

    @classmethod
    def of(
        cls, id: UUID, kind: Kind, subject: UUID, brand_code: str, where: From, *, now: datetime
    ) -> "NewSession":
        agent = where.user_agent[:300] if where.user_agent else None
        return cls(id, kind, subject, brand_code, agent, where.address, now + SESSION)


def signed_in_event(new: NewSession, *, id: UUID, by: str, now: datetime) -> Event:
    """What began: whose session, by a link or by digits, until when."""
    changes: dict[str, Change] = {
        f"{new.kind}_id": (None, str(new.subject)),
        "by": (None, by),
        "expires_at": (None, new.expires_at.isoformat()),
    }
    return Event(
        id=id,
        kind="SignedIn",
        entity=f"{new.kind}_session",
        entity_id=new.id,
        entity_version=1,
        occurred_at=now,
        changes=changes,
        personal={"address": (None, new.address)},
    )


def ended_event(
    kind: Kind, session: UUID, why: str, *, id: UUID, turn: int, now: datetime
) -> Event:
    """What is over, and why: somebody went, ended it, or came with a token of before."""
    return Event(
        id=id,
        kind=why,
        entity=f"{kind}_session",
        entity_id=session,
        entity_version=turn + 1,
        occurred_at=now,
        changes={"revoked_at": (None, now.isoformat())},
    )
