"""Apps and their keys: the lists that owners and managers see, and what an owner changes."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import strawberry
from strawberry import Info

from db.api_keys import API_KEYS, APPS
from db.database import Transaction
from domain.api_keys import ApiKey as Issued
from domain.api_keys import NewApiKey, NewApp, Rotation
from domain.identity import Scope
from resolvers.inputs import instant
from resolvers.keys import key_of
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.api_keys import (
    ApiKey,
    ApiKeyFilter,
    ApiKeyPayload,
    App,
    AppFilter,
    AppPayload,
    AppStatusInput,
    CreateApiKeyInput,
    CreateAppInput,
    NewApiKeyPayload,
    RevokeApiKeyInput,
    RotateApiKeyInput,
)
from schema.global_ids import decode_as
from schema.orders import ApiKeyOrder, AppOrder
from schema.pagination import Connection
from services.api_keys import (
    create_api_key,
    create_app,
    revoke_api_key,
    rotate_api_key,
    set_app_status,
)

ENTROPY_BYTES: Final = 32
MOST_HOURS: Final = 1_000_000


@strawberry.type
class ApiKeyQuery:
    """Root fields that read apps and keys."""

    apps: Connection[App] = listed(
        APPS,
        filter=AppFilter,
        order=AppOrder.CREATED_AT_DESC,
        scope=Scope.KEYS_READ,
        description="Websites and partners' programs of the brand.",
    )
    api_keys: Connection[ApiKey] = listed(
        API_KEYS,
        filter=ApiKeyFilter,
        order=ApiKeyOrder.CREATED_AT_DESC,
        scope=Scope.KEYS_READ,
        description="Keys of the brand's apps, without their secrets.",
    )
    app: App | None = by_id(App, APPS)
    api_key: ApiKey | None = by_id(ApiKey, API_KEYS)


@strawberry.type
class ApiKeyMutation:
    """Root fields that make and end keys."""

    @mutation(
        AppPayload,
        scope=Scope.KEYS_WRITE,
        description="Make an app, so that it can have keys.",
    )
    async def create_app(self, info: Info, input: CreateAppInput) -> AppPayload:
        context, now = info.context, info.context.world.now()
        wish = NewApp(input.name, input.kind.value, input.contact_email)
        id = await context.write(lambda tx: create_app(tx, wish, now=now, ids=context.world.ids))
        return AppPayload(app=await one(info, APPS, id), errors=[])

    @mutation(
        AppPayload,
        scope=Scope.KEYS_WRITE,
        description="Take no key of an app any more, from this moment on.",
    )
    async def suspend_app(self, info: Info, input: AppStatusInput) -> AppPayload:
        return await _with_status(info, input, "suspended")

    @mutation(
        AppPayload,
        scope=Scope.KEYS_WRITE,
        description="Take the keys of a suspended app again.",
    )
    async def resume_app(self, info: Info, input: AppStatusInput) -> AppPayload:
        return await _with_status(info, input, "active")

    @mutation(
        NewApiKeyPayload,
        scope=Scope.KEYS_WRITE,
        description="Make a key of an app. Its secret is in this answer alone.",
        keyed=True,
        fresh=True,
    )
    async def create_api_key(self, info: Info, input: CreateApiKeyInput) -> NewApiKeyPayload:
        wish = NewApiKey(
            decode_as("App", input.app_id, path="appId"),
            input.kind.value,
            input.mode.value,
            input.label,
            input.scopes,
            input.expires_at and instant(input.expires_at, "expiresAt"),
        )
        entropy, now, ids = _entropy(), info.context.world.now(), info.context.world.ids
        return await _made(info, lambda tx: create_api_key(tx, wish, entropy, now=now, ids=ids))

    @mutation(
        NewApiKeyPayload,
        scope=Scope.KEYS_WRITE,
        description="Make a key that may do the same, and let the old one end: in a day, if nothing"
        " else is said. The new secret is in this answer alone.",
        keyed=True,
        fresh=True,
    )
    async def rotate_api_key(self, info: Info, input: RotateApiKeyInput) -> NewApiKeyPayload:
        hours = max(-1, min(input.overlap_hours, MOST_HOURS))
        wish = Rotation(
            decode_as("ApiKey", input.id),
            input.expected_version,
            timedelta(hours=hours),
            input.expires_at and instant(input.expires_at, "expiresAt"),
        )
        entropy, now, ids = _entropy(), info.context.world.now(), info.context.world.ids
        return await _made(info, lambda tx: rotate_api_key(tx, wish, entropy, now=now, ids=ids))

    @mutation(
        ApiKeyPayload,
        scope=Scope.KEYS_WRITE,
        description="End a key at once, everywhere.",
    )
    async def revoke_api_key(self, info: Info, input: RevokeApiKeyInput) -> ApiKeyPayload:
        context, now = info.context, info.context.world.now()
        id, version = decode_as("ApiKey", input.id), input.expected_version
        await context.write(
            lambda tx: revoke_api_key(
                tx, id, expected_version=version, now=now, ids=context.world.ids
            )
        )
        return ApiKeyPayload(api_key=await one(info, API_KEYS, id), errors=[])


async def _with_status(info: Info, input: AppStatusInput, status: str) -> AppPayload:
    context, now = info.context, info.context.world.now()
    id, version = decode_as("App", input.id), input.expected_version
    await context.write(
        lambda tx: set_app_status(
            tx, id, status, expected_version=version, now=now, ids=context.world.ids
        )
    )
    return AppPayload(app=await one(info, APPS, id), errors=[])


async def _made(
    info: Info, make: Callable[[Transaction], Awaitable[tuple[Issued, str]]]
) -> NewApiKeyPayload:
    """The key that was made, with its secret; of a repetition, the key that was made before."""
    secret: str | None = None

    async def work(tx: Transaction) -> UUID:
        nonlocal secret
        key, secret = await make(tx)
        return key.id

    id = await info.context.write(work, key=key_of(info))
    row, visitors = await one(info, API_KEYS, id), info.context.world.visitors
    is_new_of_site = secret is not None and row.kind == "site"
    return NewApiKeyPayload(
        api_key=row,
        secret=secret,
        visitor_secret=visitors.secret_of(id) if visitors and is_new_of_site else None,
        errors=[],
    )


def _entropy() -> bytes:
    return secrets.token_bytes(ENTROPY_BYTES)
