"""Events as they are read back."""

from collections.abc import Sequence
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


def _recorded(row: Sequence[Any]) -> Recorded:
    *facts, changes, personal = row
    pairs = {**changes, **(personal or {})}
    return Recorded(*(*facts, {name: (pair[0], pair[1]) for name, pair in pairs.items()}))
