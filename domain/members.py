"""Members of a brand: who may bring them, change what they are, and let them go."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Principal, Scope
from domain.sign_in import normal_email
from domain.texts import one_line

OWNER: Final = "owner"
SUPPORT: Final = "support"
LONGEST_EMAIL: Final = 254
Rights = Mapping[str, Collection[Scope]]
"""What each role may do."""


class LastOwner(DomainError):
    """A brand would have no owner who can sign in. Make somebody else an owner first."""

    code = "LAST_OWNER"

    def __init__(self) -> None:
        super().__init__("A brand keeps an owner. Make somebody else an owner first.")


class OwnRights(DomainError):
    """Nobody changes what they themselves are or may do. Ask another owner or manager."""

    code = "OWN_RIGHTS"

    def __init__(self) -> None:
        super().__init__("You cannot change your own rights. Ask somebody else who may.")


class BeyondOwnRights(DomainError):
    """Nobody gives, takes or touches more than they may do themselves. Ask an owner."""

    code = "BEYOND_OWN_RIGHTS"


class AlreadyMember(DomainError):
    """They work for this brand already. Change their membership instead."""

    code = "ALREADY_MEMBER"

    def __init__(self) -> None:
        super().__init__("They work for this brand already. Use `changeMembership`.", path="email")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works for the operator, for whichever brands."""

    id: UUID
    email: str
    name: str
    status: str
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """What somebody is in one brand, until it ends."""

    id: UUID
    staff_user_id: UUID
    role: str
    version: int
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is besides: seen across brands, told as numbers.

    Shape:  `alone` is the number of brands of which they are the only owner who can sign in.
    """

    has_password: bool
    elsewhere: int
    owns_elsewhere: bool
    alone: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """The wish to have somebody work for the brand."""

    email: str
    name: str
    role: str


def invited(wish: Invitation, caller: Principal, rights: Rights) -> Invitation:
    """The wish in its normal form, if this caller may have it.

    Errors: InvalidInput, BeyondOwnRights.
    """
    email, name = normal_email(wish.email), one_line(wish.name, path="name")
    user, at, host = email.rpartition("@")
    if not (user and at and "." in host) or len(email) > LONGEST_EMAIL or " " in email:
        raise InvalidInput("This is no e-mail address.", path="email")
    if one_line(email, path="email", most=LONGEST_EMAIL) != email:
        raise InvalidInput("This is no e-mail address.", path="email")
    if name is None:
        raise InvalidInput("Say who it is.", path="name")
    not_support(wish.role)
    may_give(caller, wish.role, rights)
    return Invitation(email, name, wish.role)


def taken_in(
    found: Membership | None, person: Person, role: str, *, id: UUID, knows: bool, now: datetime
) -> Membership:
    """The membership that an invitation leaves; the same one if it only has to be told again.

    Shape:  `knows` says whether they have a password: then there is nothing to repeat.
    Errors: AlreadyMember, WrongState for somebody who is suspended.
    """
    if person.status != "active":
        raise WrongState("They are suspended. Use `resumeStaff` first.", path="email")
    if found is None:
        return Membership(id, person.id, role, 1, now)
    if found.ended_at is None:
        if knows or found.role != role:
            raise AlreadyMember
        return found
    return replace(found, role=role, ended_at=None, version=found.version + 1)


def change_role(
    member: Membership, role: str, *, expected_version: int, caller: Principal, rights: Rights
) -> Membership:
    """Errors: StaleVersion, OwnRights, BeyondOwnRights, NotFound for one that has ended."""
    may_touch(caller, member, rights, expected_version=expected_version)
    not_support(role, member.role)
    may_give(caller, role, rights)
    if member.role == role:
        return member
    return replace(member, role=role, version=member.version + 1)


def end(
    member: Membership,
    *,
    expected_version: int,
    caller: Principal,
    rights: Rights,
    now: datetime,
) -> Membership:
    """Errors: StaleVersion, OwnRights, BeyondOwnRights, NotFound for one that has ended."""
    may_touch(caller, member, rights, expected_version=expected_version)
    return replace(member, ended_at=now, version=member.version + 1)


def set_status(
    person: Person,
    member: Membership,
    status: str,
    *,
    expected_version: int,
    caller: Principal,
    standing: Standing,
    rights: Rights,
) -> Person:
    """Suspend somebody for all brands, or let them sign in again.

    Shape:  the very same person if it is so already. Who works for other brands too is an owner's
            to suspend: a manager's word counts in the manager's own brand.
    Errors: StaleVersion, OwnRights, BeyondOwnRights, LastOwner, NotFound.
    """
    may_touch(caller, member, rights)
    if standing.elsewhere and caller.role != OWNER:
        raise BeyondOwnRights("They work for other brands too. Ask an owner.")
    if person.version != expected_version:
        raise StaleVersion(expected=expected_version, current=person.version)
    if person.status == status:
        return person
    if status == "suspended" and standing.alone:
        raise LastOwner
    return replace(person, status=status, version=person.version + 1)


def may_touch(
    caller: Principal,
    member: Membership,
    rights: Rights,
    *,
    expected_version: int | None = None,
) -> None:
    """Errors: NotFound, OwnRights, BeyondOwnRights, StaleVersion."""
    if member.ended_at is not None:
        raise NotFound(path="id")
    if member.staff_user_id == caller.actor_id:
        raise OwnRights
    if member.role == OWNER and caller.role != OWNER:
        raise BeyondOwnRights("Only an owner changes what an owner is.")
    if not frozenset(rights[member.role]) <= caller.scopes:
        raise BeyondOwnRights("They may do more than you. Ask an owner.")
    if expected_version not in {None, member.version}:
        raise StaleVersion(expected=expected_version or 0, current=member.version)


def not_support(*roles: str) -> None:
    """Errors: WrongState: a supporter is let in for some hours, and is nothing else."""
    if SUPPORT in roles:
        raise WrongState(
            "Support is given by `grantSupportAccess` and ended by `endSupportAccess`.", path="role"
        )


def may_give(caller: Principal, role: str, rights: Rights) -> None:
    """Errors: BeyondOwnRights."""
    if role == OWNER and caller.role != OWNER:
        raise BeyondOwnRights("Only an owner makes an owner.", path="role")
    missing = sorted(frozenset(rights[role]) - caller.scopes)
    if missing:
        raise BeyondOwnRights(f"You do not have {missing[0].value} yourself.", path="role")
