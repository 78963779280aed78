"""Handing out all that is known of a customer: asked for by staff, written by a job, fetched."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import orjson

from db import events, exports, jobs, privacy
from db.database import Transaction
from domain.errors import NotFound, WrongState
from domain.events import Event
from domain.ids import Ids
from domain.privacy import KEPT, Receipt, Request


async def export_customer(tx: Transaction, customer_id: UUID, *, now: datetime, ids: Ids) -> UUID:
    """Ask for all that is known of a customer, whoever was merged into them; a job writes it.

    Shape:  the id of the request; while one is under way, a second wish is the same request.
    Errors: NotFound; WrongState if nobody is left.
    """
    person = await privacy.person(tx, customer_id)
    if person is None:
        raise NotFound(path="id")
    if person.erased:
        raise WrongState("The customer was erased: nothing is left to hand out.", path="id")
    pending = await privacy.pending(tx, person.customers, "export")
    if pending is not None:
        return pending
    request = Request(
        id=ids.new(),
        kind="export",
        customer_id=customer_id,
        ground=None,
        status="pending",
        requested_by=tx.principal.actor_id,
        requested_at=now,
    )
    await privacy.insert(tx, request)
    await events.append(tx, request.event("CustomerExportRequested", id=ids.new(), now=now))
    await jobs.enqueue(tx, "export_customer", {"request_id": str(request.id)})
    return request.id


async def write_export(tx: Transaction, request_id: UUID, *, now: datetime, ids: Ids) -> None:
    """Write the export that was asked for, once.

    Shape:  who was erased meanwhile is not handed out: the request is refused.
    """
    request = await privacy.lock(tx, request_id)
    if request is None or request.status != "pending":
        return
    person = await privacy.person(tx, request.customer_id)
    if person is None or person.erased:
        refused = request.ended("refused")
        told = "The customer was erased meanwhile."
        await privacy.finish(tx, refused, Receipt({}), now=now, refusal=told)
        await events.append(tx, refused.event("CustomerExportRefused", id=ids.new(), now=now))
        return
    owned = await privacy.belongings(tx, person.customers)
    found = await exports.rows_of(tx, owned)
    body, until = document(found, now=now), now + KEPT
    counts = {table: len(rows) for table, rows in found.items() if rows}
    receipt = Receipt(counts, hashlib.sha256(body).hexdigest(), len(body), until)
    done = request.ended("done")
    await privacy.keep_export(tx, request_id, body, expires_at=until)
    await privacy.finish(tx, done, receipt, now=now)
    await events.append(tx, done.event("CustomerExported", id=ids.new(), now=now))


async def take_export(tx: Transaction, request_id: UUID, *, now: datetime, ids: Ids) -> bytes:
    """The written export; that it was fetched, and by whom, is told.

    Errors: NotFound, also when its time has run out.
    """
    body = await privacy.export_body(tx, request_id, now=now)
    if body is None:
        raise NotFound(path="id")
    taken = Event(ids.new(), "CustomerExportTaken", "privacy_request", request_id, 2, now)
    await events.append(tx, taken)
    return body


def document(found: Mapping[str, Sequence[str]], *, now: datetime) -> bytes:
    """One JSON object: when it was written, and the rows of each table as they are stored."""
    tables = {
        table: [orjson.Fragment(row.encode()) for row in rows] for table, rows in found.items()
    }
    return orjson.dumps({"exported_at": now, "tables": tables})
