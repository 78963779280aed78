"""What can be done to rights beyond a role: they are granted, denied and revoked."""

from datetime import datetime
from uuid import UUID

from auth.roles import OF_ROLE
from db import events, members, scope_grants
from db.database import Transaction
from domain.changes import happened
from domain.errors import NotFound
from domain.ids import Ids
from domain.members import Membership, may_touch, not_support
from domain.scope_grants import NewGrant, ScopeGrant, give, revoke

KINDS = {"grant": "ScopeGranted", "deny": "ScopeDenied"}


async def give_scope(tx: Transaction, wish: NewGrant, *, now: datetime, ids: Ids) -> ScopeGrant:
    """Grant a member a right, or deny them one: a deny is stronger than role and grant.

    Errors: NotFound, InvalidInput, OwnRights, BeyondOwnRights, AlreadyGiven, WrongState.
    """
    not_support((await _may_touch(tx, wish.membership_id)).role)
    present = await scope_grants.lock_of(tx, wish.membership_id)
    grant = give(wish, present, id=ids.new(), caller=tx.principal, now=now)
    await scope_grants.insert(tx, grant)
    event = happened(KINDS[grant.effect], "scope_grant", None, grant, id=ids.new(), now=now)
    await events.append(tx, event)
    return grant


async def revoke_grant(
    tx: Transaction, grant_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> ScopeGrant:
    """End a grant or a deny before its time.

    Errors: NotFound, StaleVersion, OwnRights, BeyondOwnRights.
    """
    before = await scope_grants.lock(tx, grant_id)
    if before is None:
        raise NotFound(path="id")
    await _may_touch(tx, before.membership_id)
    after = revoke(before, expected_version=expected_version, caller=tx.principal, now=now)
    await scope_grants.revoke(tx, after)
    event = happened("GrantRevoked", "scope_grant", before, after, id=ids.new(), now=now)
    await events.append(tx, event)
    return after


async def _may_touch(tx: Transaction, membership_id: UUID) -> Membership:
    """Errors: NotFound, OwnRights, BeyondOwnRights."""
    member = await members.lock(tx, membership_id)
    if member is None:
        raise NotFound(path="membershipId")
    may_touch(tx.principal, member, OF_ROLE)
    return member
