"""Members of the staff: the list, and how they come, change and go."""

from typing import Any

import strawberry
from strawberry import Info

from db.members import MEMBERSHIPS
from db.scope_grants import SCOPE_GRANTS
from db.staff import STAFF_USERS
from domain.identity import Scope
from domain.members import Invitation
from domain.scope_grants import NewGrant
from resolvers.inputs import instant
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.members import (
    ChangeMembershipInput,
    EndMembershipInput,
    GiveScopeInput,
    InviteStaffInput,
    Membership,
    MembershipFilter,
    MembershipPayload,
    RevokeGrantInput,
    ScopeGrantPayload,
    StaffStatusInput,
    StaffUserPayload,
)
from schema.orders import MembershipOrder
from schema.pagination import Connection
from services.members import (
    change_membership,
    end_membership,
    invite_staff,
    resume_staff,
    suspend_staff,
)
from services.scope_grants import give_scope, revoke_grant


@strawberry.type
class MemberQuery:
    """Root fields that read who works for the brand, and with which rights."""

    memberships: Connection[Membership] = listed(
        MEMBERSHIPS,
        filter=MembershipFilter,
        order=MembershipOrder.CREATED_AT_ASC,
        scope=Scope.STAFF_READ,
        description="Who works for this brand, and what they may do.",
    )
    membership: Membership | None = by_id(Membership, MEMBERSHIPS)


@strawberry.type
class MemberMutation:
    """Root fields that change who works for the brand, and with which rights."""

    @mutation(
        MembershipPayload,
        scope=Scope.STAFF_WRITE,
        description="Have somebody work for this brand; who has no password is mailed an"
        " invitation of seven days, and who did not come is mailed again.",
    )
    async def invite_staff(self, info: Info, input: InviteStaffInput) -> MembershipPayload:
        wish = Invitation(input.email, input.name, input.role.value)
        made = await _write(info, invite_staff, wish)
        return MembershipPayload(membership=await one(info, MEMBERSHIPS, made.id), errors=[])

    @mutation(
        MembershipPayload,
        scope=Scope.STAFF_WRITE,
        description="Give a member another role: none beyond your own, and not yourself.",
    )
    async def change_membership(
        self, info: Info, input: ChangeMembershipInput
    ) -> MembershipPayload:
        id, role = decode_as("Membership", input.id), input.role.value
        version = input.expected_version
        done = await _write(info, change_membership, id, role, expected_version=version)
        return MembershipPayload(membership=await one(info, MEMBERSHIPS, done.id), errors=[])

    @mutation(
        MembershipPayload,
        scope=Scope.STAFF_WRITE,
        description="Let somebody go from this brand; it counts from their next request on.",
    )
    async def end_membership(self, info: Info, input: EndMembershipInput) -> MembershipPayload:
        id, version = decode_as("Membership", input.id), input.expected_version
        done = await _write(info, end_membership, id, expected_version=version)
        return MembershipPayload(membership=await one(info, MEMBERSHIPS, done.id), errors=[])

    @mutation(
        StaffUserPayload,
        scope=Scope.STAFF_WRITE,
        description="Keep somebody from signing in, for all brands; their sessions are over.",
    )
    async def suspend_staff(self, info: Info, input: StaffStatusInput) -> StaffUserPayload:
        return await _status(info, input, suspend_staff)

    @mutation(
        StaffUserPayload,
        scope=Scope.STAFF_WRITE,
        description="Let somebody sign in again who was suspended.",
    )
    async def resume_staff(self, info: Info, input: StaffStatusInput) -> StaffUserPayload:
        return await _status(info, input, resume_staff)

    @mutation(
        ScopeGrantPayload,
        scope=Scope.STAFF_WRITE,
        description="Give a member a right besides those of the role.",
    )
    async def grant_scope(self, info: Info, input: GiveScopeInput) -> ScopeGrantPayload:
        return await _given(info, input, "grant")

    @mutation(
        ScopeGrantPayload,
        scope=Scope.STAFF_WRITE,
        description="Take a right from a member; it is stronger than the role and any grant.",
    )
    async def deny_scope(self, info: Info, input: GiveScopeInput) -> ScopeGrantPayload:
        return await _given(info, input, "deny")

    @mutation(
        ScopeGrantPayload,
        scope=Scope.STAFF_WRITE,
        description="End a grant or a deny before its time.",
    )
    async def revoke_grant(self, info: Info, input: RevokeGrantInput) -> ScopeGrantPayload:
        id, version = decode_as("ScopeGrant", input.id), input.expected_version
        done = await _write(info, revoke_grant, id, expected_version=version)
        return ScopeGrantPayload(scope_grant=await one(info, SCOPE_GRANTS, done.id), errors=[])


async def _status(info: Info, input: StaffStatusInput, use_case: Any) -> StaffUserPayload:
    id, version = decode_as("StaffUser", input.id), input.expected_version
    done = await _write(info, use_case, id, expected_version=version)
    return StaffUserPayload(staff_user=await one(info, STAFF_USERS, done.id), errors=[])


async def _given(info: Info, input: GiveScopeInput, effect: str) -> ScopeGrantPayload:
    wish = NewGrant(
        decode_as("Membership", input.membership_id, path="membershipId"),
        input.scope,
        effect,
        input.reason,
        instant(input.ends_at, "endsAt") if input.ends_at else None,
    )
    done = await _write(info, give_scope, wish)
    return ScopeGrantPayload(scope_grant=await one(info, SCOPE_GRANTS, done.id), errors=[])


async def _write(info: Info, use_case: Any, *given: Any, **more: Any) -> Any:
    context, now = info.context, info.context.world.now()
    return await context.write(
        lambda tx: use_case(tx, *given, **more, now=now, ids=context.world.ids)
    )
