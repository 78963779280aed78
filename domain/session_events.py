"""What is told of signing in: sessions that begin and end, who was refused, who set a password."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.events import Event

ENDED: Final = {"signed_out": "SignedOut", "replayed": "RefreshTokenReplayed"}


@dataclass(frozen=True, slots=True)
class Began:
    """A session that begins: whose, from where, until when, and what proved it."""

    id: UUID
    staff_id: UUID
    address: str
    expires_at: datetime
    methods: tuple[str, ...]


def signed_in(new: Began, *, now: datetime) -> Event:
    """What begins with a session: it has the session's own id, for it happens once."""
    return Event(
        id=new.id,
        kind="SignedIn",
        entity="staff_session",
        entity_id=new.id,
        entity_version=1,
        occurred_at=now,
        changes={
            "staff_user_id": (None, str(new.staff_id)),
            "methods": (None, list(new.methods)),
            "expires_at": (None, new.expires_at.isoformat()),
        },
        address=new.address or None,
        credential=new.id,
    )


def ended(session: UUID, why: str, *, id: UUID, now: datetime) -> Event:
    """What is told of a session that is over: somebody went, or came with a token of before."""
    return Event(
        id=id,
        kind=ENDED[why],
        entity="staff_session",
        entity_id=session,
        entity_version=2,
        occurred_at=now,
        changes={"revoked_at": (None, now.isoformat())},
        credential=session,
    )


def happened_to(kind: str, staff_id: UUID, *, id: UUID, now: datetime, address: str) -> Event:
    """What is told of somebody's account that changes no row of theirs."""
    return Event(id, kind, "staff_user", staff_id, 1, now, address=address or None)
