"""Somebody from outside who helps: let in by the tenant alone, to read, for three days at most."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.errors import InvalidInput, NotFound, StaleVersion
from domain.events import Event
from domain.identity import Principal, Scope
from domain.members import SUPPORT, BeyondOwnRights, Membership
from domain.scope_grants import ScopeGrant
from domain.texts import one_line

LONGEST: Final = timedelta(hours=72)
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class SupportWish:
    """The wish to let somebody in: who, as what they see, why, until when."""

    email: str
    name: str
    seen_as: str
    reason: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Admitted:
    """What is given: each right with the same end."""

    reason: str
    scopes: tuple[Scope, ...]
    ends_at: datetime


def admit(
    wish: SupportWish, rights: Collection[Scope], caller: Principal, *, now: datetime
) -> Admitted:
    """Errors: InvalidInput, BeyondOwnRights."""
    reason = one_line(wish.reason, path="reason", most=LONGEST_REASON)
    if reason is None:
        raise InvalidInput("Say why, in `reason`.", path="reason")
    if not now < wish.ends_at <= now + LONGEST:
        raise InvalidInput("Support access ends within 72 hours from now.", path="endsAt")
    missing = sorted(frozenset(rights) - caller.scopes)
    if missing:
        raise BeyondOwnRights(f"You do not have {missing[0].value} yourself.", path="seenAs")
    return Admitted(reason, tuple(sorted(rights)), wish.ends_at)


def grants_of(
    admitted: Admitted, member: UUID, ids: Collection[UUID], *, by: UUID | None, now: datetime
) -> list[ScopeGrant]:
    """A row for each right: every one of them ends by itself."""
    return [
        ScopeGrant(
            id=id,
            membership_id=member,
            scope=scope.value,
            effect="grant",
            reason=admitted.reason,
            given_by_id=by,
            given_at=now,
            ends_at=admitted.ends_at,
        )
        for id, scope in zip(ids, admitted.scopes, strict=True)
    ]


def check_support(member: Membership, *, expected_version: int) -> None:
    """Errors: NotFound for whoever is no supporter by now, StaleVersion."""
    if member.role != SUPPORT or member.ended_at is not None:
        raise NotFound(path="id")
    if member.version != expected_version:
        raise StaleVersion(expected=expected_version, current=member.version)


def granted(
    wish: SupportWish, admitted: Admitted, member: Membership, *, id: UUID, now: datetime
) -> Event:
    """What is told of support that begins; who it is stands apart."""
    return Event(
        id=id,
        kind="SupportAccessGranted",
        entity="membership",
        entity_id=member.id,
        entity_version=member.version,
        occurred_at=now,
        changes={
            "staff_user_id": (None, str(member.staff_user_id)),
            "role": (None, SUPPORT),
            "seen_as": (None, wish.seen_as),
            "reason": (None, admitted.reason),
            "ends_at": (None, admitted.ends_at.isoformat()),
            "scopes": (None, [scope.value for scope in admitted.scopes]),
        },
        personal={"email": (None, wish.email), "name": (None, wish.name)},
    )


def over(member: Membership, *, id: UUID, now: datetime) -> Event:
    """What is told of support that ends, by a word or by its time."""
    return Event(
        id=id,
        kind="SupportAccessEnded",
        entity="membership",
        entity_id=member.id,
        entity_version=member.version,
        occurred_at=now,
        changes={"ended_at": (None, now.isoformat())},
    )
