"""Apps and their keys as they are read, and the statements that make and end one."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, One, Relation, equals, is_set, one_of, visible_only
from domain.api_keys import ApiKey, App

SQL = statements.load(__package__, "api_keys.sql")

APP = {
    "id": ColumnKind.UUID,
    "name": ColumnKind.TEXT,
    "kind": ColumnKind.TEXT,
    "contact_email": ColumnKind.TEXT,
    "status": ColumnKind.TEXT,
    "created_at": ColumnKind.INSTANT,
    "document_lock": ColumnKind.TEXT,
    "version": ColumnKind.INT,
}
APPS = Relation(
    "apps",
    columns=APP,
    orders={"CREATED_AT_ASC": ("created_at", "id"), "CREATED_AT_DESC": ("-created_at", "-id")},
    filters={"kind": one_of("kind"), "status": one_of("status")},
    hidden={"link": visible_only(APP, "id", "version")},
)
API_KEYS = Relation(
    "api_keys",
    columns={
        "id": ColumnKind.UUID,
        "app_id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "mode": ColumnKind.TEXT,
        "label": ColumnKind.TEXT,
        "scopes": ColumnKind.TEXTS,
        "prefix": ColumnKind.TEXT,
        "last_four": ColumnKind.TEXT,
        "created_at": ColumnKind.INSTANT,
        "expires_at": ColumnKind.INSTANT,
        "revoked_at": ColumnKind.INSTANT,
        "last_used_at": ColumnKind.INSTANT,
        "replaced_by": ColumnKind.UUID,
        "version": ColumnKind.INT,
    },
    one={
        "app": One("apps", via="app_id"),
        "replacement": One("api_keys", via="replaced_by"),
    },
    orders={"CREATED_AT_ASC": ("created_at", "id"), "CREATED_AT_DESC": ("-created_at", "-id")},
    filters={
        "app_id": equals("app_id"),
        "kind": one_of("kind"),
        "mode": one_of("mode"),
        "revoked": is_set("revoked_at"),
    },
)
READ_MODELS = (APPS, API_KEYS)


async def lock_app(tx: Transaction, app_id: UUID) -> App | None:
    """The app's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_app"], {"id": app_id})
    return App(*row) if row else None


async def insert_app(tx: Transaction, app: App, *, now: datetime) -> None:
    await tx.run(SQL["insert_app"], {**asdict(app), "now": now})


async def update_app(tx: Transaction, app: App) -> None:
    await tx.run(SQL["update_app"], {"id": app.id, "status": app.status, "version": app.version})


async def lock(tx: Transaction, key_id: UUID) -> ApiKey | None:
    """The key's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_key"], {"id": key_id})
    return ApiKey(*row) if row else None


async def insert(tx: Transaction, key: ApiKey, key_hash: bytes) -> None:
    await tx.run(SQL["insert_key"], {**asdict(key), "key_hash": key_hash})


async def end(tx: Transaction, key: ApiKey) -> None:
    await tx.run(SQL["end_key"], asdict(key))
