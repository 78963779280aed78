"""Papers of vehicles and drivers: the lists, those that run out soon, recording and renewing."""

from datetime import timedelta
from typing import Annotated, Final

import strawberry
from strawberry import UNSET, Info

from db.papers import DOCUMENTS
from domain.identity import Scope
from domain.listing import Page
from domain.papers import Paper, Renewal, check_days
from resolvers.inputs import stored
from resolvers.listing import After, First, connection, listed, one, says
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.orders import DocumentOrder
from schema.pagination import Connection
from schema.papers import (
    Document,
    DocumentFilter,
    DocumentPayload,
    RecordDocumentInput,
    RenewDocumentInput,
)
from schema.permissions import requires
from services.papers import record_document, renew_document

SOON: Final = 40
"""When driver and staff are first told that a paper runs out."""


@strawberry.type
class PaperQuery:
    """Root fields that read papers."""

    documents: Connection[Document] = listed(
        DOCUMENTS,
        filter=DocumentFilter,
        order=DocumentOrder.EXPIRES_ON_ASC,
        scope=Scope.FLEET_READ,
        description="Papers of vehicles and drivers; a driver's own.",
    )

    @strawberry.field(
        extensions=[requires(Scope.FLEET_READ)],
        description="Papers that have run out, or will within so many days, the first first.",
    )
    async def expiring_documents(
        self,
        info: Info,
        days: Annotated[int, says("How far ahead: 0 to 366.")] = SOON,
        first: First = None,
        after: After = None,
    ) -> Connection[Document]:
        check_days(days)
        context = info.context
        today = context.world.now().astimezone(context.zone).date()
        soon = DocumentFilter(expires_on_to=today + timedelta(days=days))
        page = Page.of(first, after, None, None, most=context.world.limits.page)
        order = DocumentOrder.EXPIRES_ON_ASC
        return await connection(info, DOCUMENTS, page, order=order, filter=soon)


@strawberry.type
class PaperMutation:
    """Root fields that record and renew papers."""

    @mutation(
        DocumentPayload,
        scope=Scope.FLEET_WRITE,
        description="Keep a paper of a vehicle or a driver, with the day it runs out.",
    )
    async def record_document(self, info: Info, input: RecordDocumentInput) -> DocumentPayload:
        context, now = info.context, info.context.world.now()
        vehicle, driver = input.vehicle_id, input.driver_id
        paper = Paper(
            id=context.world.ids.new(),
            vehicle_id=decode_as("Vehicle", vehicle, path="vehicleId") if vehicle else None,
            driver_id=decode_as("Driver", driver, path="driverId") if driver else None,
            kind=stored(input.kind),
            reference=input.reference,
            expires_on=input.expires_on,
        )
        made = await context.write(
            lambda tx: record_document(tx, paper, now=now, ids=context.world.ids)
        )
        return DocumentPayload(document=await one(info, DOCUMENTS, made.id), errors=[])

    @mutation(
        DocumentPayload,
        scope=Scope.FLEET_WRITE,
        description="Take a newer copy of a paper for the one that is known.",
    )
    async def renew_document(self, info: Info, input: RenewDocumentInput) -> DocumentPayload:
        context, now = info.context, info.context.world.now()
        id = decode_as("Document", input.id)
        reference = None if input.reference is UNSET else input.reference
        wish = Renewal(id, input.expected_version, input.expires_on, reference)
        await context.write(lambda tx: renew_document(tx, wish, now=now, ids=context.world.ids))
        return DocumentPayload(document=await one(info, DOCUMENTS, id), errors=[])
