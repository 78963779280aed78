"""Support access: a tenant lets somebody in for some hours, and ends it when it likes."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from auth.roles import OF_ROLE
from db import events, jobs, members, scope_grants
from db.database import Transaction
from domain.changes import happened
from domain.errors import NotFound, WrongState
from domain.ids import Ids
from domain.members import SUPPORT, AlreadyMember, Invitation, Membership, Person, invited
from domain.sign_in import CODES
from domain.support import SupportWish, admit, check_support, granted, grants_of, over


async def grant_support_access(
    tx: Transaction, wish: SupportWish, *, now: datetime, ids: Ids
) -> Membership:
    """Let somebody in who has no right of their own: each that they are given ends by itself.

    Shape:  whoever was let in before is let in anew, for the new time and rights alone.
    Errors: InvalidInput, BeyondOwnRights; AlreadyMember for whoever works here; WrongState for
            somebody suspended.
    """
    admitted = admit(wish, OF_ROLE[wish.seen_as], tx.principal, now=now)
    person = await _person(tx, wish, now=now, ids=ids)
    member = await _member(tx, person, now=now, ids=ids)
    await _revoke_all(tx, member.id, now=now)
    rows = [ids.new() for _ in admitted.scopes]
    for grant in grants_of(admitted, member.id, rows, by=tx.principal.actor_id, now=now):
        await scope_grants.insert(tx, grant)
    normal = replace(wish, email=person.email, name=person.name)
    await events.append(tx, granted(normal, admitted, member, id=ids.new(), now=now))
    if not (await members.standing(tx, person.id)).has_password:
        code = ids.new()
        await members.invite(tx, person.id, code, now=now, until=now + CODES["invitation"])
        await jobs.enqueue(tx, "mail_password_code", {"code_id": str(code)})
    told = {"membership_id": str(member.id)}
    await jobs.enqueue(tx, "end_support_access", told, run_at=admitted.ends_at)
    return member


async def end_support_access(
    tx: Transaction, membership_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Membership:
    """End it at once, with every session. Errors: NotFound, StaleVersion."""
    member = await members.lock(tx, membership_id)
    if member is None:
        raise NotFound(path="id")
    check_support(member, expected_version=expected_version)
    return await _end(tx, member, now=now, ids=ids)


async def close_support_access(
    tx: Transaction, membership_id: UUID, *, now: datetime, ids: Ids
) -> None:
    """Close what has ended by itself, unless it was given anew or closed meanwhile."""
    member = await members.lock(tx, membership_id)
    if member is None or member.role != SUPPORT or member.ended_at is not None:
        return
    grants = await scope_grants.lock_of(tx, membership_id)
    if not any(grant.in_force(now) for grant in grants):
        await _end(tx, member, now=now, ids=ids)


async def _end(tx: Transaction, member: Membership, *, now: datetime, ids: Ids) -> Membership:
    ended = replace(member, ended_at=now, version=member.version + 1)
    await members.update(tx, ended)
    await _revoke_all(tx, member.id, now=now)
    await members.end_sessions(tx, member.staff_user_id, now=now)
    await events.append(tx, over(ended, id=ids.new(), now=now))
    return ended


async def _person(tx: Transaction, wish: SupportWish, *, now: datetime, ids: Ids) -> Person:
    """Errors: InvalidInput, WrongState."""
    normal = invited(Invitation(wish.email, wish.name, wish.seen_as), tx.principal, OF_ROLE)
    person = await members.lock_person_of_email(tx, normal.email)
    if person is None:
        person = Person(ids.new(), normal.email, normal.name, "active", 1, now)
        await members.insert_person(tx, person)
        apart = ("email", "name")
        await events.append(
            tx,
            happened(
                "StaffUserCreated",
                "staff_user",
                None,
                person,
                id=ids.new(),
                now=now,
                personal=apart,
            ),
        )
    if person.status != "active":
        raise WrongState("They are suspended. Use `resumeStaff` first.", path="email")
    return person


async def _member(tx: Transaction, person: Person, *, now: datetime, ids: Ids) -> Membership:
    """Errors: AlreadyMember."""
    known = await members.lock_of(tx, person.id)
    if known is None:
        member = Membership(ids.new(), person.id, SUPPORT, 1, now)
        await members.insert(tx, member)
        return member
    if known.ended_at is None and known.role != SUPPORT:
        raise AlreadyMember
    member = replace(known, role=SUPPORT, ended_at=None, version=known.version + 1)
    await members.update(tx, member)
    return member


async def _revoke_all(tx: Transaction, membership_id: UUID, *, now: datetime) -> None:
    for grant in await scope_grants.lock_of(tx, membership_id):
        await scope_grants.revoke(tx, replace(grant, revoked_at=now, version=grant.version + 1))
