"""Which fields and documents are used, as it is read, and the statements that add and forget."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, One, Relation, at_least, at_most, equals, one_of
from domain.field_usage import Uses

SQL = statements.load(__package__, "field_usage.sql")
FIELD_USAGE = Relation(
    "field_usage",
    columns={
        "id": ColumnKind.UUID,
        "coordinate": ColumnKind.TEXT,
        "caller": ColumnKind.TEXT,
        "app_id": ColumnKind.UUID,
        "day": ColumnKind.DATE,
        "uses": ColumnKind.CENTS,
    },
    one={"app": One("apps", via="app_id")},
    orders={"DAY_ASC": ("day", "id"), "DAY_DESC": ("-day", "-id")},
    filters={
        "coordinate": equals("coordinate"),
        "coordinates": one_of("coordinate"),
        "app_id": equals("app_id"),
        "caller": one_of("caller"),
        "day_from": at_least("day"),
        "day_to": at_most("day"),
    },
)
READ_MODELS = (FIELD_USAGE,)


async def add(tx: Transaction, uses: Uses, *, day: date, new_id: Callable[[], UUID]) -> None:
    """Count on top of what the day has, whichever process counted it."""
    fields = list(uses.fields.items())
    if fields:
        await tx.run(
            SQL["add_field_uses"],
            {
                "ids": [new_id() for _ in fields],
                "coordinates": [coordinate for (_, _, coordinate), _ in fields],
                "callers": [kind.value for (kind, _, _), _ in fields],
                "apps": [app_id for (_, app_id, _), _ in fields],
                "uses": [times for _, times in fields],
                "day": day,
            },
        )
    documents = list(uses.documents.items())
    if documents:
        await tx.run(
            SQL["add_document_uses"],
            {
                "ids": [new_id() for _ in documents],
                "apps": [app_id for (app_id, _), _ in documents],
                "shas": [digest for (_, digest), _ in documents],
                "uses": [times for _, times in documents],
                "day": day,
            },
        )


async def purge(tx: Transaction, *, before: date) -> None:
    """Forget the days before this one."""
    await tx.run(SQL["purge_field_uses"], {"day": before})
    await tx.run(SQL["purge_document_uses"], {"day": before})
