"""Requests about a person's data: the list, asking for an export, asking to be forgotten."""

import strawberry
from strawberry import Info

from db.customers import CUSTOMERS
from db.privacy import PRIVACY_REQUESTS
from domain.identity import Scope
from domain.privacy import Erasure
from resolvers.inputs import stored
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.orders import PrivacyRequestOrder
from schema.pagination import Connection
from schema.privacy import (
    EraseCustomerInput,
    EraseCustomerPayload,
    ExportCustomerInput,
    ExportCustomerPayload,
    PrivacyRequest,
    PrivacyRequestFilter,
)
from services.customer_exports import export_customer
from services.erasures import erase_customer


@strawberry.type
class PrivacyQuery:
    """Root fields that read what was asked about a person's data."""

    privacy_requests: Connection[PrivacyRequest] = listed(
        PRIVACY_REQUESTS,
        filter=PrivacyRequestFilter,
        order=PrivacyRequestOrder.REQUESTED_AT_DESC,
        scope=Scope.PRIVACY_WRITE,
        description="Exports and erasures that were asked for, with their receipts.",
    )
    privacy_request: PrivacyRequest | None = by_id(PrivacyRequest, PRIVACY_REQUESTS)


@strawberry.type
class PrivacyMutation:
    """Root fields that hand out and forget."""

    @mutation(
        ExportCustomerPayload,
        scope=Scope.PRIVACY_WRITE,
        description="Have all that is known of a customer written, to be fetched for a week.",
        fresh=True,
    )
    async def export_customer(
        self, info: Info, input: ExportCustomerInput
    ) -> ExportCustomerPayload:
        context, now = info.context, info.context.world.now()
        customer = decode_as("Customer", input.customer_id, path="customerId")
        id = await context.write(
            lambda tx: export_customer(tx, customer, now=now, ids=context.world.ids)
        )
        return ExportCustomerPayload(request=await one(info, PRIVACY_REQUESTS, id), errors=[])

    @mutation(
        EraseCustomerPayload,
        scope=Scope.PRIVACY_WRITE,
        description="Have a customer forgotten for good; sums, times and numbers stay.",
        fresh=True,
    )
    async def erase_customer(self, info: Info, input: EraseCustomerInput) -> EraseCustomerPayload:
        context, now = info.context, info.context.world.now()
        customer = decode_as("Customer", input.customer_id, path="customerId")
        wish = Erasure(customer, input.expected_version, stored(input.ground), input.confirmed_name)
        id = await context.write(
            lambda tx: erase_customer(tx, wish, now=now, ids=context.world.ids)
        )
        return EraseCustomerPayload(
            request=await one(info, PRIVACY_REQUESTS, id),
            customer=await one(info, CUSTOMERS, customer),
            errors=[],
        )
