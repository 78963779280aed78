"""Requests about a person's data, what belongs to a person, and the exports that wait for them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, One, Relation, equals, one_of
from domain.privacy import Kind, Open, Receipt, Request

SQL = statements.load(__package__, "privacy.sql")

PRIVACY_REQUESTS = Relation(
    "privacy_requests",
    columns={
        "id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "customer_id": ColumnKind.UUID,
        "ground": ColumnKind.TEXT,
        "status": ColumnKind.TEXT,
        "refusal": ColumnKind.TEXT,
        "requested_by": ColumnKind.UUID,
        "requested_at": ColumnKind.INSTANT,
        "finished_at": ColumnKind.INSTANT,
        "counts": ColumnKind.JSON,
        "sha256": ColumnKind.TEXT,
        "size_bytes": ColumnKind.INT,
        "expires_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={
        "customer": One("customers", via="customer_id"),
        "requester": One("staff_users", via="requested_by"),
    },
    orders={
        "REQUESTED_AT_ASC": ("requested_at", "id"),
        "REQUESTED_AT_DESC": ("-requested_at", "-id"),
    },
    filters={
        "customer_id": equals("customer_id"),
        "kind": one_of("kind"),
        "status": one_of("status"),
    },
)
READ_MODELS = (PRIVACY_REQUESTS,)


@dataclass(frozen=True, slots=True)
class Person:
    """One person, with all customers that they were, and since when nobody is left of them."""

    customers: tuple[UUID, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class Belongings:
    """The ids of what is a person's, by kind, and bookings of before with their last event."""

    by_kind: Mapping[str, Sequence[UUID]]
    handed_over: Mapping[UUID, UUID]

    def ids(self, kind: str) -> list[UUID]:
        return list(self.by_kind.get(kind, ()))


async def person(tx: Transaction, customer_id: UUID) -> Person | None:
    """A customer with those who were merged, locked; None if there is none of that id."""
    rows = await tx.rows(SQL["person"], {"id": customer_id})
    if not rows:
        return None
    return Person(tuple(row[0] for row in rows), all(row[1] is not None for row in rows))


async def belongings(tx: Transaction, customers: Sequence[UUID]) -> Belongings:
    """All that names a person, and what came from their addresses."""
    known = {"customers": list(customers)}
    emails = [row[0] for row in await tx.rows(SQL["addresses"], known)]
    found: dict[str, list[UUID]] = {}
    for kind, id in await tx.rows(SQL["belongings"], {**known, "emails": emails}):
        found.setdefault(kind, []).append(id)
    past = {"texts": [str(id) for id in customers], "bookings": found.get("booking", [])}
    handed = {row[0]: row[1] for row in await tx.rows(SQL["handed_over"], past)}
    return Belongings({kind: sorted(ids) for kind, ids in found.items()}, handed)


async def still_open(
    tx: Transaction, customers: Sequence[UUID], *, now: datetime
) -> Sequence[Open]:
    """What a person is needed for still."""
    rows = await tx.rows(SQL["still_open"], {"customers": list(customers), "now": now})
    return [Open(*row) for row in rows]


async def insert(tx: Transaction, request: Request) -> None:
    await tx.run(SQL["insert_request"], asdict(request))


async def pending(tx: Transaction, customers: Sequence[UUID], kind: Kind) -> UUID | None:
    return await _one(tx, SQL["pending_request"], {"customers": list(customers), "kind": kind})


async def done_erasure(tx: Transaction, customers: Sequence[UUID]) -> UUID | None:
    return await _one(tx, SQL["done_erasure"], {"customers": list(customers)})


async def lock(tx: Transaction, request_id: UUID) -> Request | None:
    """The request's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_request"], {"id": request_id})
    return Request(*row) if row else None


async def finish(
    tx: Transaction,
    request: Request,
    receipt: Receipt,
    *,
    now: datetime,
    refusal: str | None = None,
) -> None:
    """Store what a request came to, as it is by now."""
    await tx.run(
        SQL["finish_request"],
        {
            "id": request.id,
            "status": request.status,
            "refusal": refusal,
            "now": now,
            "counts": orjson.dumps(dict(receipt.counts)).decode(),
            "sha256": receipt.sha256,
            "size_bytes": receipt.size_bytes,
            "expires_at": receipt.expires_at,
            "version": request.version,
        },
    )


async def keep_export(
    tx: Transaction, request_id: UUID, body: bytes, *, expires_at: datetime
) -> None:
    given = {"id": request_id, "body": body, "expires_at": expires_at}
    await tx.run(SQL["keep_export"], given)


async def export_body(tx: Transaction, request_id: UUID, *, now: datetime) -> bytes | None:
    row = await tx.row(SQL["export_body"], {"id": request_id, "now": now})
    return bytes(row[0]) if row else None


async def purge_exports(tx: Transaction, *, now: datetime) -> int:
    """Delete the brand's exports whose time has run out, and tell how many there were."""
    return await tx.run(SQL["purge_customer_exports"], {"now": now})


async def _one(tx: Transaction, statement: Any, given: Mapping[str, Any]) -> UUID | None:
    row = await tx.row(statement, given)
    return row[0] if row else None
