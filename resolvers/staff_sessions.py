"""Sessions: a member's own, listed and ended, and those of others that an owner ends."""

from typing import Any

import strawberry
from strawberry import Info

from db import staff_sessions
from db.staff_sessions import OpenSession
from domain.identity import Scope
from resolvers.refusals import mutation
from schema.global_ids import decode_as, encode
from schema.permissions import requires
from schema.second_factors import (
    RevokeSessionInput,
    RevokeSessionPayload,
    RevokeSessionsPayload,
    StaffSession,
    StaffUserInput,
)
from services.staff_sessions import (
    revoke_other_sessions,
    revoke_session,
    revoke_staff_sessions,
)

NAME = "StaffSession"


@strawberry.type
class StaffSessionQuery:
    """Root fields that read the caller's own sessions."""

    @strawberry.field(
        extensions=[requires(Scope.ACCOUNT_WRITE)],
        description="Your sessions that are open, last used first; a hundred at most.",
    )
    async def my_sessions(self, info: Info) -> list[StaffSession]:
        context = info.context
        tx = await context.snapshot.transaction()
        own, now = context.principal.actor_id, context.world.now()
        return [_shown(info, each) for each in await staff_sessions.open_of(tx, own, now=now)]


@strawberry.type
class StaffSessionMutation:
    """Root fields that end sessions."""

    @mutation(
        RevokeSessionPayload,
        scope=Scope.ACCOUNT_WRITE,
        description="End one of your sessions.",
    )
    async def revoke_session(self, info: Info, input: RevokeSessionInput) -> RevokeSessionPayload:
        ended = await _write(info, revoke_session, decode_as(NAME, input.id))
        return RevokeSessionPayload(session=_shown(info, ended), errors=[])

    @mutation(
        RevokeSessionsPayload,
        scope=Scope.ACCOUNT_WRITE,
        description="End all of your sessions but the one that asks.",
    )
    async def revoke_other_sessions(self, info: Info) -> RevokeSessionsPayload:
        return RevokeSessionsPayload(ended=await _write(info, revoke_other_sessions), errors=[])

    @mutation(
        RevokeSessionsPayload,
        scope=Scope.SECURITY_WRITE,
        description="End all sessions of somebody who works for this brand.",
    )
    async def revoke_staff_sessions(
        self, info: Info, input: StaffUserInput
    ) -> RevokeSessionsPayload:
        staff_id = decode_as("StaffUser", input.staff_user_id, path="staffUserId")
        ended = await _write(info, revoke_staff_sessions, staff_id)
        return RevokeSessionsPayload(ended=ended, errors=[])


def _shown(info: Info, session: OpenSession) -> StaffSession:
    zone = info.context.zone
    return StaffSession(
        id=strawberry.ID(encode(NAME, session.id)),
        brand_code=session.brand_code,
        user_agent=session.user_agent,
        address=session.address,
        began_at=session.created_at.astimezone(zone),
        refreshed_at=session.refreshed_at.astimezone(zone),
        proved_at=(session.proved_at or session.created_at).astimezone(zone),
        expires_at=session.expires_at.astimezone(zone),
        current=session.id == info.context.principal.credential,
    )


async def _write(info: Info, use_case: Any, *given: Any) -> Any:
    context, now = info.context, info.context.world.now()
    return await context.write(lambda tx: use_case(tx, *given, now=now, ids=context.world.ids))
