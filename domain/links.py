"""Links to one object: until when they open it, and what ends one before."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.errors import InvalidInput, StaleVersion, WrongState

Linked = Literal["booking", "reservation", "proposal", "proposal_guest", "inquiry", "ticket"]
Status = Literal["active", "expired", "revoked"]
NO_TIME_YET = "A link ends at a time to come."


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is stored. Its token is signed of its id, and stored nowhere."""

    id: UUID
    object_kind: Linked
    object_id: UUID
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 1


def status_of(expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> Status:
    """What a link is worth by itself; it also ends with what it opens."""
    if revoked_at is not None:
        return "revoked"
    return "active" if expires_at is None or expires_at > now else "expired"


def revoke(link: Link, *, expected_version: int, now: datetime) -> Link:
    """Over at once; what is over stays as it is. Errors: StaleVersion."""
    _check(link, expected_version)
    if link.revoked_at is not None:
        return link
    return replace(link, revoked_at=now, version=link.version + 1)


def end_at(
    link: Link, expires_at: datetime | None, *, expected_version: int, now: datetime
) -> Link:
    """It ends by itself at that time, or with what it opens if there is none.

    Errors: StaleVersion, WrongState for one that was revoked, InvalidInput.
    """
    _check(link, expected_version)
    if link.revoked_at is not None:
        raise WrongState("A link that was revoked opens nothing any more. Reissue it.", path="id")
    _check_ahead(expires_at, now)
    if expires_at == link.expires_at:
        return link
    return replace(link, expires_at=expires_at, version=link.version + 1)


def reissue(
    link: Link, expires_at: datetime | None, *, id: UUID, expected_version: int, now: datetime
) -> tuple[Link, Link]:
    """The old link, which is over, and one in its place that opens the same.

    Errors: StaleVersion, InvalidInput.
    """
    _check_ahead(expires_at, now)
    old = revoke(link, expected_version=expected_version, now=now)
    return old, Link(id, link.object_kind, link.object_id, now, expires_at)


def _check(link: Link, expected_version: int) -> None:
    if link.version != expected_version:
        raise StaleVersion(expected=expected_version, current=link.version, of=link.id)


def _check_ahead(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(NO_TIME_YET, path="expiresAt")
