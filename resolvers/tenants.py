"""The end of the operating company."""

import strawberry
from strawberry import Info

from domain.identity import Scope
from resolvers.refusals import mutation
from schema.tenants import LeaveTenantInput, LeaveTenantPayload
from services.tenants import leave_tenant


@strawberry.type
class TenantMutation:
    """Root fields that change the operating company."""

    @mutation(
        LeaveTenantPayload,
        scope=Scope.TENANT_WRITE,
        description="End your company: all brands are suspended at once, and deleted in 30 days.",
        fresh=True,
    )
    async def leave_tenant(self, info: Info, input: LeaveTenantInput) -> LeaveTenantPayload:
        context, now = info.context, info.context.world.now()
        until = await context.write(
            lambda tx: leave_tenant(tx, input.confirm, now=now, ids=context.world.ids)
        )
        return LeaveTenantPayload(leaves_at=until.astimezone(context.zone), errors=[])
