"""Documents of apps: the list, pushing and retiring them, and the lock."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry import Info

from db.api_keys import APPS
from db.trusted_documents import TRUSTED_DOCUMENTS
from domain.errors import InvalidInput, NotFound
from domain.identity import Scope
from domain.limits import Limits
from domain.trusted_documents import (
    DocumentRefused,
    Draft,
    Lock,
    check_number,
    check_pushing,
    make_draft,
)
from resolvers.context import OperationContext
from resolvers.documents import Documents, graphql_schema
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.api_keys import AppPayload
from schema.errors import UserError
from schema.global_ids import decode_as
from schema.orders import TrustedDocumentOrder
from schema.pagination import Connection
from schema.trusted_documents import (
    PushTrustedDocumentsInput,
    PushTrustedDocumentsPayload,
    RetireTrustedDocumentInput,
    SetDocumentLockInput,
    TrustedDocument,
    TrustedDocumentFilter,
    TrustedDocumentPayload,
)
from services.trusted_documents import (
    push_trusted_documents,
    retire_trusted_document,
    set_document_lock,
)


@strawberry.type
class TrustedDocumentQuery:
    """Root fields that read documents of apps."""

    trusted_documents: Connection[TrustedDocument] = listed(
        TRUSTED_DOCUMENTS,
        filter=TrustedDocumentFilter,
        order=TrustedDocumentOrder.PUSHED_AT_DESC,
        scope=Scope.DOCUMENTS_READ,
        description="Documents that apps of the brand may send, and those that are retired.",
    )
    trusted_document: TrustedDocument | None = by_id(TrustedDocument, TRUSTED_DOCUMENTS)


@strawberry.type
class TrustedDocumentMutation:
    """Root fields that register and retire documents, and lock apps to them."""

    @mutation(
        PushTrustedDocumentsPayload,
        scope=Scope.DOCUMENTS_PUSH,
        description="Register the documents that an app is going to send, all or none. What it has"
        " already is left as it is, so a push may be repeated.",
    )
    async def push_trusted_documents(
        self, info: Info, input: PushTrustedDocumentsInput
    ) -> PushTrustedDocumentsPayload:
        context: OperationContext = info.context
        app_id = _app_of(context, input.app_id)
        if await context.by(APPS.name).load(app_id) is None:
            raise NotFound(path="appId")
        check_number(input.documents)
        drafts = [
            make_draft(each.text, each.name, path=f"documents.{place}")
            for place, each in enumerate(input.documents)
        ]
        errors = await _faults(drafts, graphql_schema(info), context.world.limits)
        if errors or input.check_only:
            return PushTrustedDocumentsPayload(stored=None, unchanged=None, errors=errors)
        now, ids = context.world.now(), context.world.ids
        pushed = await context.write(
            lambda tx: push_trusted_documents(tx, app_id, drafts, now=now, ids=ids),
            session=context.opening(app_id),
        )
        await _changed(context)
        return PushTrustedDocumentsPayload(
            stored=pushed.stored, unchanged=pushed.unchanged, errors=[]
        )

    @mutation(
        TrustedDocumentPayload,
        scope=Scope.DOCUMENTS_WRITE,
        description="Take a document out of force: the app's locked keys cannot send it any more.",
    )
    async def retire_trusted_document(
        self, info: Info, input: RetireTrustedDocumentInput
    ) -> TrustedDocumentPayload:
        context, now = info.context, info.context.world.now()
        id, version = decode_as("TrustedDocument", input.id), input.expected_version
        await context.write(
            lambda tx: retire_trusted_document(
                tx, id, expected_version=version, now=now, ids=context.world.ids
            )
        )
        await _changed(context)
        return TrustedDocumentPayload(document=await one(info, TRUSTED_DOCUMENTS, id), errors=[])

    @mutation(
        AppPayload,
        scope=Scope.DOCUMENTS_WRITE,
        description="Say whether the live keys of an app send registered documents only. A"
        " website's do until something else is said, a partner's do not; test keys never do.",
    )
    async def set_document_lock(self, info: Info, input: SetDocumentLockInput) -> AppPayload:
        context, now = info.context, info.context.world.now()
        app_id = decode_as("App", input.app_id, path="appId")
        lock, version = Lock(input.lock.value), input.expected_version
        await context.write(
            lambda tx: set_document_lock(
                tx, app_id, lock, expected_version=version, now=now, ids=context.world.ids
            )
        )
        await _changed(context)
        return AppPayload(app=await one(info, APPS, app_id), errors=[])


async def _changed(context: OperationContext) -> None:
    """What a client is told of a change holds for its next request, wherever that is answered."""
    if context.world.registry is not None:
        await context.world.registry.changed(context.brand)


def _app_of(context: OperationContext, given: strawberry.ID | None) -> UUID:
    """Errors: InvalidInput for a member of the staff who names no app, Forbidden."""
    principal = context.principal
    app_id = principal.app_id if given is None else decode_as("App", given, path="appId")
    if app_id is None:
        raise InvalidInput("Name the app: you ask with no key of one.", path="appId")
    check_pushing(principal, app_id)
    return app_id


async def _faults(
    drafts: Sequence[Draft], schema: GraphQLSchema, limits: Limits
) -> list[UserError]:
    """What is wrong with the documents; other requests are answered between two of them."""
    documents, found = Documents(limits), []
    for place, draft in enumerate(drafts):
        known = documents.read(draft.text, schema)
        path = f"documents.{place}.text"
        said = [_said(each) for each in known.errors]
        if not said and not known.estimates:
            said = ["It has no operation."]
        found += [UserError.from_domain(DocumentRefused(each, path=path)) for each in said]
        await asyncio.sleep(0)
    return found


def _said(error: GraphQLError) -> str:
    places = error.locations or []
    where = f"Line {places[0].line}, column {places[0].column}: " if places else ""
    return f"{where}{error.message}"
