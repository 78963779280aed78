"""Rights beyond a role: a grant gives one, a deny takes one, each with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Principal, Scope
from domain.members import BeyondOwnRights
from domain.texts import one_line

LONGEST_REASON: Final = 500
MOST_IN_FORCE: Final = 50


class AlreadyGiven(DomainError):
    """The member has such a grant or deny in force. Revoke it before you give another."""

    code = "ALREADY_GIVEN"

    def __init__(self) -> None:
        super().__init__("There is one of this scope in force. Revoke it first.", path="scope")


@dataclass(frozen=True, slots=True)
class ScopeGrant:
    """One right that a member has besides the role, or has not in spite of it."""

    id: UUID
    membership_id: UUID
    scope: str
    effect: str
    reason: str
    given_by_id: UUID | None
    given_at: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 1

    def in_force(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.ends_at is None or self.ends_at > now)


@dataclass(frozen=True, slots=True)
class NewGrant:
    """The wish to give a member a right, or to take one."""

    membership_id: UUID
    scope: str
    effect: str
    reason: str
    ends_at: datetime | None = None


def give(
    wish: NewGrant, present: Sequence[ScopeGrant], *, id: UUID, caller: Principal, now: datetime
) -> ScopeGrant:
    """Errors: InvalidInput, BeyondOwnRights, AlreadyGiven, WrongState past 50 of them."""
    if wish.scope not in frozenset(Scope):
        raise InvalidInput("There is no such scope.", path="scope")
    check_held(caller, wish.scope)
    reason = one_line(wish.reason, path="reason", most=LONGEST_REASON)
    if reason is None:
        raise InvalidInput("Say why, in `reason`.", path="reason")
    if wish.ends_at is not None and wish.ends_at <= now:
        raise InvalidInput("It would have ended already.", path="endsAt")
    standing = [each for each in present if each.in_force(now)]
    if any((each.scope, each.effect) == (wish.scope, wish.effect) for each in standing):
        raise AlreadyGiven
    if len(standing) >= MOST_IN_FORCE:
        raise WrongState(f"At most {MOST_IN_FORCE} are in force at once. Change the role instead.")
    return ScopeGrant(
        id=id,
        membership_id=wish.membership_id,
        scope=wish.scope,
        effect=wish.effect,
        reason=reason,
        given_by_id=caller.actor_id,
        given_at=now,
        ends_at=wish.ends_at,
    )


def revoke(
    grant: ScopeGrant, *, expected_version: int, caller: Principal, now: datetime
) -> ScopeGrant:
    """Errors: NotFound, StaleVersion, BeyondOwnRights."""
    if not grant.in_force(now):
        raise NotFound(path="id")
    if grant.version != expected_version:
        raise StaleVersion(expected=expected_version, current=grant.version)
    check_held(caller, grant.scope)
    return replace(grant, revoked_at=now, version=grant.version + 1)


def check_held(caller: Principal, scope: str) -> None:
    """Errors: BeyondOwnRights."""
    if scope not in caller.scopes:
        raise BeyondOwnRights(f"You do not have {scope} yourself.", path="scope")
