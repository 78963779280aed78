"""Support access: given by an owner, ended by an owner or by its time."""

import strawberry
from strawberry import Info

from db.members import MEMBERSHIPS
from domain.identity import Scope
from domain.support import SupportWish
from resolvers.inputs import instant, stored
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.members import MembershipPayload
from schema.support import EndSupportAccessInput, GrantSupportAccessInput
from services.support import end_support_access, grant_support_access


@strawberry.type
class SupportMutation:
    """Root fields that let a supporter in and out."""

    @mutation(
        MembershipPayload,
        scope=Scope.SUPPORT_WRITE,
        description="Let somebody from outside in: to the end that is named, and no longer.",
        fresh=True,
    )
    async def grant_support_access(
        self, info: Info, input: GrantSupportAccessInput
    ) -> MembershipPayload:
        context, now = info.context, info.context.world.now()
        wish = SupportWish(
            email=input.email,
            name=input.name,
            seen_as=stored(input.seen_as),
            reason=input.reason,
            ends_at=instant(input.ends_at, "endsAt"),
        )
        made = await context.write(
            lambda tx: grant_support_access(tx, wish, now=now, ids=context.world.ids)
        )
        return MembershipPayload(membership=await one(info, MEMBERSHIPS, made.id), errors=[])

    @mutation(
        MembershipPayload,
        scope=Scope.SUPPORT_WRITE,
        description="End somebody's support access at once.",
    )
    async def end_support_access(
        self, info: Info, input: EndSupportAccessInput
    ) -> MembershipPayload:
        context, now = info.context, info.context.world.now()
        id, version = decode_as("Membership", input.id), input.expected_version
        await context.write(
            lambda tx: end_support_access(
                tx, id, expected_version=version, now=now, ids=context.world.ids
            )
        )
        return MembershipPayload(membership=await one(info, MEMBERSHIPS, id), errors=[])
