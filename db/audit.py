"""Events as the audit log shows them: who, as whom, from where, what, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import (
    ColumnKind,
    Relation,
    equals,
    local_day_from,
    local_day_to,
    one_of,
)

SQL = statements.load(__package__, "audit.sql")

AUDIT = Relation(
    "events",
    columns={
        "id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "entity": ColumnKind.TEXT,
        "entity_id": ColumnKind.UUID,
        "entity_version": ColumnKind.INT,
        "actor_kind": ColumnKind.TEXT,
        "actor_id": ColumnKind.UUID,
        "actor_role": ColumnKind.TEXT,
        "occurred_at": ColumnKind.INSTANT,
        "changes": ColumnKind.JSON,
        "personal_fields": ColumnKind.TEXTS,
        "address": ColumnKind.TEXT,
        "credential": ColumnKind.UUID,
        "request_id": ColumnKind.TEXT,
    },
    orders={
        "OCCURRED_AT_ASC": ("occurred_at", "id"),
        "OCCURRED_AT_DESC": ("-occurred_at", "-id"),
    },
    filters={
        "actor_id": equals("actor_id"),
        "actor_kind": one_of("actor_kind"),
        "actor_role": one_of("actor_role"),
        "kind": one_of("kind"),
        "entity": one_of("entity"),
        "subject_id": equals("entity_id"),
        "address": equals("address"),
        "occurred_on_from": local_day_from("occurred_at"),
        "occurred_on_to": local_day_to("occurred_at"),
    },
)
READ_MODELS = (AUDIT,)


@dataclass(frozen=True, slots=True)
class Apart:
    """A value of an event that is kept apart from it, so that it can be erased."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant on, up to another."""

    starts_at: datetime
    ends_at: datetime


async def told(tx: Transaction, keys: Sequence[UUID]) -> list[Sequence[Apart]]:
    """What each event told of persons, in the keys' order."""
    found: dict[UUID, list[Apart]] = {key: [] for key in keys}
    for event, *apart in await tx.rows(SQL["told"], {"keys": list(keys)}):
        found[event].append(Apart(*apart))
    return [found[key] for key in keys]


async def actors(tx: Transaction, keys: Sequence[UUID]) -> list[str | None]:
    """Who did each event, by name, in the keys' order."""
    found = {row[0]: row[1] for row in await tx.rows(SQL["actors"], {"keys": list(keys)})}
    return [found.get(key) for key in keys]


async def page(
    tx: Transaction, after: UUID, span: Span, *, size: int
) -> Sequence[tuple[UUID, str]]:
    """The next events of a span, each as a JSON document."""
    given = {"after": after, "starts_at": span.starts_at, "ends_at": span.ends_at, "size": size}
    return [(row[0], row[1]) for row in await tx.rows(SQL["export_events"], given)]


async def forget_addresses(tx: Transaction, *, before: datetime, batch: int) -> int:
    row = await tx.row(SQL["forget_addresses"], {"before": before, "batch": batch})
    return int(row[0]) if row else 0


async def forget_personal_values(tx: Transaction, *, before: datetime, batch: int) -> int:
    return await tx.run(SQL["forget_personal_values"], {"before": before, "batch": batch})
