"""Events as they are read back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.history import Recorded

SQL = statements.load(__package__, "history.sql")


async def since(tx: Transaction, entity_id: UUID, version: int) -> Sequence[Recorded]:
    """What happened to an object after a version of it, oldest first."""
    rows = await tx.rows(SQL["changes_since"], {"id": entity_id, "version": version})
    return [_recorded(row) for row in rows]


async def after(tx: Transaction, entity_id: UUID, at: datetime) -> Sequence[Recorded]:
    """What happened to an object after an instant, newest first."""
    rows = await tx.rows(SQL["changes_after"], {"id": entity_id, "at": at})
    return [_recorded(row) for row in rows]


async def pages(
    tx: Transaction, keys: Sequence[UUID], *, size: int, before: UUID | None
) -> list[Sequence[Recorded]]:
    """The newest events of each object and one more, those before an event if one is named."""
    found: dict[UUID, list[Recorded]] = {key: [] for key in keys}
    given = {"keys": list(keys), "after": before, "size": size + 1}
    for row in await tx.rows(SQL["histories"], given):
        event = _recorded(row)
        found[event.entity_id].append(event)
    return [found[key] for key in keys]


def _recorded(row: Sequence[Any]) -> Recorded:
    *facts, changes, personal_fields, personal, actor_name = row
    kept = personal or {}
    erased = frozenset(personal_fields) - kept.keys()
    pairs = {**changes, **dict.fromkeys(erased, (None, None)), **kept}
    named = {name: (pair[0], pair[1]) for name, pair in pairs.items()}
    return Recorded(*(*facts, named, erased, actor_name))
