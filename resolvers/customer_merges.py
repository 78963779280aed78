"""Customers: what they consent to, and two who are one."""

import strawberry
from strawberry import Info

from db.customers import CUSTOMERS
from domain.consents import Consent
from domain.customer_merges import Merge
from domain.errors import InvalidInput
from domain.identity import Scope
from domain.schedule import check_day
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.customer_changes import (
    MergeCustomersInput,
    MergeCustomersPayload,
    RecordConsentInput,
    RecordConsentPayload,
)
from schema.global_ids import decode_as
from services.customer_consents import NewConsent, record_consent
from services.customer_merges import merge_customers


@strawberry.type
class CustomerMergeMutation:
    """Root fields that change what a customer consents to, and merge two."""

    @mutation(
        RecordConsentPayload,
        scope=Scope.CUSTOMERS_WRITE,
        description="Keep what a customer said about being written to.",
    )
    async def record_consent(self, info: Info, input: RecordConsentInput) -> RecordConsentPayload:
        context, now = info.context, info.context.world.now()
        at = input.at or now
        if at.tzinfo is None:
            raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path="at")
        check_day(at, path="at")
        wish = NewConsent(
            decode_as("Customer", input.id),
            input.channel.value,
            Consent(input.given, at, input.source),
            input.expected_version,
        )
        changed = await context.write(
            lambda tx: record_consent(tx, wish, now=now, ids=context.world.ids)
        )
        customer = await one(info, CUSTOMERS, changed.id)
        return RecordConsentPayload(customer=customer, errors=[])

    @mutation(
        MergeCustomersPayload,
        scope=Scope.CUSTOMERS_WRITE,
        description="Make one customer of two: all that one has moves to the other.",
    )
    async def merge_customers(
        self, info: Info, input: MergeCustomersInput
    ) -> MergeCustomersPayload:
        context, now = info.context, info.context.world.now()
        wish = Merge(
            decode_as("Customer", input.keep_id, path="keepId"),
            decode_as("Customer", input.merge_id, path="mergeId"),
            input.keep_version,
            input.merge_version,
        )
        merged = await context.write(
            lambda tx: merge_customers(tx, wish, now=now, ids=context.world.ids)
        )
        return MergeCustomersPayload(
            customer=await one(info, CUSTOMERS, merged.kept.id),
            merged=await one(info, CUSTOMERS, merged.gone.id),
            errors=[],
        )
