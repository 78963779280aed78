"""The audit log, and how long what is personal in it is kept."""

import strawberry
from strawberry import Info

from db.audit import AUDIT
from db.retention import rules
from domain.identity import Scope
from domain.retention import BOUNDS, Choice
from resolvers.inputs import stored
from resolvers.listing import by_id, listed
from resolvers.refusals import mutation
from schema.audit import AuditEntry, AuditFilter
from schema.orders import AuditOrder
from schema.pagination import Connection
from schema.permissions import requires
from schema.retention import RetentionKind, RetentionRule, SetRetentionInput, SetRetentionPayload
from services.retention import set_retention


@strawberry.type
class AuditQuery:
    """Root fields that read what was done."""

    audit_log: Connection[AuditEntry] = listed(
        AUDIT,
        filter=AuditFilter,
        order=AuditOrder.OCCURRED_AT_DESC,
        scope=Scope.AUDIT_READ,
        description="Everything that was done in this brand: by whom, as whom, from where.",
    )
    audit_entry: AuditEntry | None = by_id(AuditEntry, AUDIT)

    @strawberry.field(
        extensions=[requires(Scope.RETENTION_WRITE)],
        description="How long what is personal is kept in the records, for all brands.",
    )
    async def retention(self, info: Info) -> list[RetentionRule]:
        return await _rules(info)


@strawberry.type
class RetentionMutation:
    """Root fields that change how long records are kept."""

    @mutation(
        SetRetentionPayload,
        scope=Scope.RETENTION_WRITE,
        description="Keep one kind of record longer or shorter.",
        fresh=True,
    )
    async def set_retention(self, info: Info, input: SetRetentionInput) -> SetRetentionPayload:
        context, now = info.context, info.context.world.now()
        wish = Choice(stored(input.kind), input.days, input.expected_version)
        await context.write(lambda tx: set_retention(tx, wish, now=now, ids=context.world.ids))
        return SetRetentionPayload(rules=await _rules(info), errors=[])


async def _rules(info: Info) -> list[RetentionRule]:
    tx = await info.context.snapshot.transaction()
    return [
        RetentionRule(
            kind=RetentionKind(each.kind),
            days=each.days,
            least_days=BOUNDS[each.kind].least,
            most_days=BOUNDS[each.kind].most,
            version=each.version,
        )
        for each in await rules(tx)
    ]
