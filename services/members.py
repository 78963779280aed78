"""What can be done to members of the staff: they are invited, changed, suspended, and leave."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from auth.roles import OF_ROLE
from db import events, jobs, members, scope_grants
from db.database import Transaction
from domain.changes import happened
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids
from domain.members import (
    Invitation,
    Membership,
    Person,
    change_role,
    end,
    invited,
    set_status,
    taken_in,
)
from domain.sign_in import CODES

PERSONAL = ("email", "name")


async def invite_staff(tx: Transaction, wish: Invitation, *, now: datetime, ids: Ids) -> Membership:
    """Have somebody work for the brand; who has no password yet is mailed a code to choose one.

    Shape:  who is known to the operator keeps their name. Who was invited and has not come is
            mailed again, and the code of before is over.
    Errors: InvalidInput, BeyondOwnRights, AlreadyMember, WrongState for somebody suspended.
    """
    wish = invited(wish, tx.principal, OF_ROLE)
    person = await members.lock_person_of_email(tx, wish.email)
    if person is None:
        person = Person(ids.new(), wish.email, wish.name, "active", 1, now)
        await members.insert_person(tx, person)
        await _tell_of_person(tx, "StaffUserCreated", None, person, id=ids.new(), now=now)
    before = await members.lock_of(tx, person.id)
    knows = (await members.standing(tx, person.id)).has_password
    after = taken_in(before, person, wish.role, id=ids.new(), knows=knows, now=now)
    if before is None:
        await members.insert(tx, after)
        await _tell(tx, "MembershipBegan", None, after, id=ids.new(), now=now)
    elif after is not before:
        await members.update(tx, after)
        await _tell(tx, "MembershipResumed", before, after, id=ids.new(), now=now)
    if not knows:
        await _mail_invitation(tx, after, now=now, ids=ids)
    return after


async def change_membership(
    tx: Transaction,
    membership_id: UUID,
    role: str,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> Membership:
    """Give a member another role.

    Errors: NotFound, StaleVersion, OwnRights, BeyondOwnRights, LastOwner.
    """
    before = await _locked(tx, membership_id)
    caller = tx.principal
    after = change_role(
        before, role, expected_version=expected_version, caller=caller, rights=OF_ROLE
    )
    if after is not before:
        await members.update(tx, after)
        await _tell(tx, "MembershipChanged", before, after, id=ids.new(), now=now)
    return after


async def end_membership(
    tx: Transaction, membership_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Membership:
    """Let somebody go from the brand, with all that was granted or denied them.

    Errors: NotFound, StaleVersion, OwnRights, BeyondOwnRights, LastOwner.
    """
    before = await _locked(tx, membership_id)
    after = end(
        before, expected_version=expected_version, caller=tx.principal, rights=OF_ROLE, now=now
    )
    await members.update(tx, after)
    await _tell(tx, "MembershipEnded", before, after, id=ids.new(), now=now)
    for grant in await scope_grants.lock_of(tx, before.id):
        over = replace(grant, revoked_at=now, version=grant.version + 1)
        await scope_grants.revoke(tx, over)
        event = happened("GrantRevoked", "scope_grant", grant, over, id=ids.new(), now=now)
        await events.append(tx, event)
    return after


async def suspend_staff(
    tx: Transaction, staff_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Person:
    """Keep somebody from signing in, for all brands; whatever session they have is over.

    Errors: NotFound, StaleVersion, OwnRights, BeyondOwnRights, LastOwner.
    """
    after = await _set_status(
        tx, staff_id, "suspended", expected_version=expected_version, now=now, ids=ids
    )
    await members.end_sessions(tx, staff_id, now=now)
    return after


async def resume_staff(
    tx: Transaction, staff_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Person:
    """Let somebody sign in again.

    Errors: NotFound, StaleVersion, OwnRights, BeyondOwnRights.
    """
    return await _set_status(
        tx, staff_id, "active", expected_version=expected_version, now=now, ids=ids
    )


async def _set_status(
    tx: Transaction,
    staff_id: UUID,
    status: str,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> Person:
    before = await members.lock_person(tx, staff_id)
    member = await members.lock_of(tx, staff_id)
    if before is None or member is None:
        raise NotFound(path="id")
    after = set_status(
        before,
        member,
        status,
        expected_version=expected_version,
        caller=tx.principal,
        standing=await members.standing(tx, staff_id),
        rights=OF_ROLE,
    )
    if after is not before:
        await members.update_person(tx, after)
        kind = "StaffUserSuspended" if status == "suspended" else "StaffUserResumed"
        await _tell_of_person(tx, kind, before, after, id=ids.new(), now=now)
    return after


async def _mail_invitation(tx: Transaction, member: Membership, *, now: datetime, ids: Ids) -> None:
    code, until = ids.new(), now + CODES["invitation"]
    await members.invite(tx, member.staff_user_id, code, now=now, until=until)
    await jobs.enqueue(tx, "mail_password_code", {"code_id": str(code)})
    await events.append(
        tx,
        Event(
            id=ids.new(),
            kind="StaffInvited",
            entity="membership",
            entity_id=member.id,
            entity_version=member.version,
            occurred_at=now,
            changes={"invited_until": (None, until.isoformat())},
        ),
    )


async def _locked(tx: Transaction, membership_id: UUID) -> Membership:
    found = await members.lock(tx, membership_id)
    if found is None:
        raise NotFound(path="id")
    return found


async def _tell(
    tx: Transaction,
    kind: str,
    before: Membership | None,
    after: Membership,
    *,
    id: UUID,
    now: datetime,
) -> None:
    await events.append(tx, happened(kind, "membership", before, after, id=id, now=now))


async def _tell_of_person(
    tx: Transaction, kind: str, before: Person | None, after: Person, *, id: UUID, now: datetime
) -> None:
    event = happened(kind, "staff_user", before, after, id=id, now=now, personal=PERSONAL)
    await events.append(tx, event)
