"""Events are appended, in the transaction of the change, with the outbox row that tells of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from domain.events import Event, Notice

SQL = statements.load(__package__, "events.sql")


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many notices wait for the relay, and since when the oldest does."""

    waiting: int
    since: datetime | None


async def append(tx: Transaction, event: Event) -> None:
    """Store what happened; its personal values in a table of their own, so that they can go."""
    befores, afters = zip(*event.personal.values(), strict=True) if event.personal else ((), ())
    await tx.run(
        SQL["append_event"],
        {
            "id": event.id,
            "entity": event.entity,
            "entity_id": event.entity_id,
            "kind": event.kind,
            "entity_version": event.entity_version,
            **_doer(tx, event),
            "occurred_at": event.occurred_at,
            "changes": orjson.dumps(event.changes).decode(),
            "fields": list(event.personal),
            "befores": list(befores),
            "afters": list(afters),
        },
    )


async def append_alike(tx: Transaction, events: Sequence[Event]) -> None:
    """Store that the same happened to several objects of one kind, without a personal value."""
    if not events:
        return
    first = events[0]
    await tx.run(
        SQL["append_alike"],
        {
            "ids": [each.id for each in events],
            "entities": [each.entity_id for each in events],
            "versions": [each.entity_version for each in events],
            "entity": first.entity,
            "kind": first.kind,
            **_doer(tx, first),
            "occurred_at": first.occurred_at,
            "changes": orjson.dumps(first.changes).decode(),
        },
    )


def _doer(tx: Transaction, event: Event) -> Mapping[str, Any]:
    """Who does it, as whom, by which credential, from where and in which request."""
    doer = tx.principal
    return {
        "actor_kind": doer.kind.value,
        "actor_id": doer.actor_id,
        "actor_role": doer.role or None,
        "address": event.address or doer.address or None,
        "credential": event.credential or doer.credential,
        "request_id": doer.request_id or None,
    }


async def claim(tx: Transaction, *, batch: int, lease: timedelta) -> Sequence[Notice]:
    """The oldest notices that nobody else is relaying, whichever brand's; theirs for the lease."""
    rows = await tx.rows(SQL["claim_outbox"], {"batch": batch, "lease": lease})
    return sorted((Notice(*row) for row in rows), key=lambda notice: notice.event_id)


async def forget(tx: Transaction, notices: Sequence[Notice]) -> None:
    """Take relayed notices off the outbox."""
    await tx.rows(
        SQL["forget_relayed"],
        {
            "tenants": [notice.tenant_id for notice in notices],
            "brands": [notice.brand_id for notice in notices],
            "events": [notice.event_id for notice in notices],
        },
    )


async def pending_drops(tx: Transaction, *, settle: timedelta, batch: int) -> Mapping[UUID, str]:
    """The scopes of the cache to drop, by the change that asks for it.

    Shape:  each change is told twice, at once and when `settle` has passed: a replica may have
            shown the old rows to a reader in between.
    """
    rows = await tx.rows(SQL["pending_drops"], {"settle": settle, "batch": batch})
    return {row[0]: row[1] for row in rows}


async def drops_told(tx: Transaction, drops: Sequence[UUID], *, settle: timedelta) -> None:
    """Remember that these were told; forget those that have settled."""
    await tx.rows(SQL["drops_told"], {"drops": list(drops), "settle": settle})


async def backlog(tx: Transaction) -> Backlog:
    """Whichever brand's; an event's id begins with its time in milliseconds."""
    row = await tx.row(SQL["outbox_backlog"])
    waiting, oldest = row or (0, None)
    since = datetime.fromtimestamp((oldest.int >> 80) / 1000, UTC) if oldest else None
    return Backlog(waiting, since)
