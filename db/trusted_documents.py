"""Documents that apps may send, as they are read, and the statements that register and retire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, Many, One, Relation, equals, is_null
from domain.trusted_documents import AppLock, Draft, Lock, PushTarget, Trusted, TrustedDocument

SQL = statements.load(__package__, "trusted_documents.sql")
TRUSTED_DOCUMENTS = Relation(
    "trusted_documents",
    columns={
        "id": ColumnKind.UUID,
        "app_id": ColumnKind.UUID,
        "digest": ColumnKind.TEXT,
        "text": ColumnKind.TEXT,
        "name": ColumnKind.TEXT,
        "pushed_at": ColumnKind.INSTANT,
        "retired_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={"app": One("apps", via="app_id")},
    many={"usage": Many("document_usage", by="document_id", order=("day", "id"))},
    orders={
        "PUSHED_AT_ASC": ("pushed_at", "id"),
        "PUSHED_AT_DESC": ("-pushed_at", "-id"),
    },
    filters={
        "app_id": equals("app_id"),
        "digest": equals("digest"),
        "in_force": is_null("retired_at"),
    },
)
DOCUMENT_USAGE = Relation(
    "document_usage",
    columns={
        "id": ColumnKind.UUID,
        "document_id": ColumnKind.UUID,
        "day": ColumnKind.DATE,
        "uses": ColumnKind.CENTS,
    },
)
READ_MODELS = (TRUSTED_DOCUMENTS, DOCUMENT_USAGE)
UNKNOWN_APP: Final = Trusted(None, frozenset())


async def trusted(tx: Transaction, app_id: UUID) -> Trusted:
    """What an app may send; nothing if there is no such app."""
    row = await tx.row(SQL["trusted"], {"app_id": app_id})
    return Trusted(_lock(row[0]), frozenset(row[1])) if row else UNKNOWN_APP


async def text(tx: Transaction, app_id: UUID, digest: str) -> str | None:
    row = await tx.row(SQL["text_of_document"], {"app_id": app_id, "hash": digest})
    return row[0] if row else None


async def target(tx: Transaction, app_id: UUID) -> PushTarget | None:
    row = await tx.row(SQL["push_target"], {"app_id": app_id})
    return PushTarget(app_id, *row) if row else None


async def lock_pushed(
    tx: Transaction, app_id: UUID, digests: Sequence[str]
) -> Sequence[TrustedDocument]:
    """Those of these that the app has already, held until the transaction ends."""
    rows = await tx.rows(SQL["lock_pushed"], {"app_id": app_id, "shas": list(digests)})
    return [TrustedDocument(*row) for row in rows]


async def insert(
    tx: Transaction, app_id: UUID, drafts: Sequence[Draft], *, ids: Sequence[UUID], now: datetime
) -> None:
    await tx.run(
        SQL["insert_documents"],
        {
            "app_id": app_id,
            "ids": list(ids),
            "shas": [each.digest for each in drafts],
            "texts": [each.text for each in drafts],
            "names": [each.name for each in drafts],
            "pushed_by": tx.principal.actor_id,
            "now": now,
        },
    )


async def lock(tx: Transaction, document_id: UUID) -> TrustedDocument | None:
    row = await tx.row(SQL["lock_document"], {"id": document_id})
    return TrustedDocument(*row) if row else None


async def set_retired(tx: Transaction, document: TrustedDocument) -> None:
    await tx.run(
        SQL["set_retired"],
        {"id": document.id, "retired_at": document.retired_at, "version": document.version},
    )


async def lock_app(tx: Transaction, app_id: UUID) -> AppLock | None:
    row = await tx.row(SQL["lock_app"], {"app_id": app_id})
    return AppLock(row[0], _lock(row[1]), row[2]) if row else None


async def set_lock(tx: Transaction, app: AppLock) -> None:
    given = {"app_id": app.app_id, "lock": app.lock, "version": app.version}
    await tx.run(SQL["set_lock"], given)


async def version_of_app(tx: Transaction, app_id: UUID) -> int:
    """The version of an app that is there."""
    row = await tx.row(SQL["version_of_app"], {"app_id": app_id})
    if row is None:
        raise LookupError("a document without its app")
    return int(row[0])


def _lock(word: str | None) -> Lock | None:
    return None if word is None else Lock(word)
