"""Making one customer of two."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from db import customer_merges, customers, events
from db.customer_merges import Moved
from db.database import Transaction
from domain.customer_merges import Merge, Merged, merge
from domain.customers import Customer, differences
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids


async def merge_customers(tx: Transaction, wish: Merge, *, now: datetime, ids: Ids) -> Merged:
    """Move all that one customer has to another, and archive them with a pointer to that one.

    Shape:  each moved object has a new version and an event of its own.
    Errors: NotFound, StaleVersion.
    """
    keep, gone = await _both(tx, wish)
    merged = merge(keep, gone, wish, now=now)
    moved = await customer_merges.move_all(tx, gone.id, keep.id, now=now)
    # First the one who gives their address up: it is nobody's for a moment, and never two's.
    await customers.update(tx, merged.gone, now=now)
    await customers.update(tx, merged.kept, now=now)
    await _tell(tx, "CustomerMergedAway", gone, merged.gone, now=now, ids=ids)
    await _tell(tx, "CustomersMerged", keep, merged.kept, now=now, ids=ids)
    await _tell_of_moves(tx, moved, gone.id, keep.id, now=now, ids=ids)
    return merged


async def _both(tx: Transaction, wish: Merge) -> tuple[Customer, Customer]:
    found = {each.id: each for each in await customers.lock_any(tx, [wish.keep_id, wish.merge_id])}
    for id, path in ((wish.keep_id, "keepId"), (wish.merge_id, "mergeId")):
        if id not in found or found[id].archived_at is not None:
            raise NotFound(path=path)
    return found[wish.keep_id], found[wish.merge_id]


async def _tell(
    tx: Transaction, kind: str, before: Customer, after: Customer, *, now: datetime, ids: Ids
) -> None:
    changed = differences(before, after)
    versions = {"version": (before.version, after.version)}
    await events.append(
        tx,
        Event(
            id=ids.new(),
            kind=kind,
            entity="customer",
            entity_id=after.id,
            entity_version=after.version,
            occurred_at=now,
            changes=changed.changes if changed else versions,
            personal=changed.personal if changed else {},
        ),
    )


async def _tell_of_moves(
    tx: Transaction, moved: Sequence[Moved], gone: UUID, kept: UUID, *, now: datetime, ids: Ids
) -> None:
    for entity, rows in groupby(moved, key=lambda each: each.entity):
        field = "subject_id" if entity == "task" else "customer_id"
        alike = [
            Event(
                id=ids.new(),
                kind=f"{entity.capitalize()}CustomerMerged",
                entity=entity,
                entity_id=each.id,
                entity_version=each.version,
                occurred_at=now,
                changes={field: (str(gone), str(kept))},
            )
            for each in rows
        ]
        await events.append_alike(tx, alike)
