"""What can be done to an app and to its keys."""

from datetime import datetime
from uuid import UUID

from auth.api_keys import NewKey, make_key
from auth.roles import OF_KEY
from db import api_keys, events
from db.database import Transaction
from domain.api_keys import (
    ApiKey,
    App,
    NewApiKey,
    NewApp,
    Rotation,
    Shown,
    issue,
    make_app,
    revoke,
    rotate,
    set_status,
)
from domain.changes import happened
from domain.errors import NotFound
from domain.ids import Ids

PERSONAL = ("contact_email",)


async def create_app(tx: Transaction, wish: NewApp, *, now: datetime, ids: Ids) -> UUID:
    """Errors: InvalidInput."""
    app = make_app(wish, id=ids.new())
    await api_keys.insert_app(tx, app, now=now)
    event = happened("AppCreated", "app", None, app, id=ids.new(), now=now, personal=PERSONAL)
    await events.append(tx, event)
    return app.id


async def set_app_status(
    tx: Transaction, app_id: UUID, status: str, *, expected_version: int, now: datetime, ids: Ids
) -> App:
    """Let no key of an app in any more, or all of them again.

    Errors: NotFound, StaleVersion.
    """
    before = await _app(tx, app_id, path="id")
    after = set_status(before, status, expected_version=expected_version)
    if after is not before:
        await api_keys.update_app(tx, after)
        kind = "AppSuspended" if status == "suspended" else "AppResumed"
        await events.append(tx, happened(kind, "app", before, after, id=ids.new(), now=now))
    return after


async def create_api_key(
    tx: Transaction, wish: NewApiKey, entropy: bytes, *, now: datetime, ids: Ids
) -> tuple[ApiKey, str]:
    """The key, and its text, which is stored nowhere.

    Errors: NotFound, WrongState for a suspended app, InvalidInput.
    """
    app = await _app(tx, wish.app_id, path="appId")
    made = make_key(wish.kind, wish.mode, entropy=entropy)
    key = issue(app, wish, _shown(made), most=OF_KEY[wish.kind], id=ids.new(), now=now)
    await _store(tx, key, made, now=now, ids=ids)
    return key, made.text


async def rotate_api_key(
    tx: Transaction, wish: Rotation, entropy: bytes, *, now: datetime, ids: Ids
) -> tuple[ApiKey, str]:
    """The new key and its text; the old one ends with the overlap.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before = await _key(tx, wish.key_id)
    app = await _app(tx, before.app_id, path="id")
    made = make_key(before.kind, before.mode, entropy=entropy)
    old, new = rotate(app, before, wish, _shown(made), id=ids.new(), now=now)
    await _store(tx, new, made, now=now, ids=ids)
    await api_keys.end(tx, old)
    event = happened("ApiKeyRotated", "api_key", before, old, id=ids.new(), now=now)
    await events.append(tx, event)
    return new, made.text


async def revoke_api_key(
    tx: Transaction, key_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> ApiKey:
    """Errors: NotFound, StaleVersion."""
    before = await _key(tx, key_id)
    after = revoke(before, expected_version=expected_version, now=now)
    if after is not before:
        await api_keys.end(tx, after)
        event = happened("ApiKeyRevoked", "api_key", before, after, id=ids.new(), now=now)
        await events.append(tx, event)
    return after


async def _store(tx: Transaction, key: ApiKey, made: NewKey, *, now: datetime, ids: Ids) -> None:
    await api_keys.insert(tx, key, made.key_hash)
    await events.append(tx, happened("ApiKeyCreated", "api_key", None, key, id=ids.new(), now=now))


def _shown(made: NewKey) -> Shown:
    return Shown(made.prefix, made.last_four)


async def _app(tx: Transaction, app_id: UUID, *, path: str) -> App:
    app = await api_keys.lock_app(tx, app_id)
    if app is None:
        raise NotFound(path=path)
    return app


async def _key(tx: Transaction, key_id: UUID) -> ApiKey:
    key = await api_keys.lock(tx, key_id)
    if key is None:
        raise NotFound(path="id")
    return key
