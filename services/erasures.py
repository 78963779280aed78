"""Forgetting a customer: words, addresses and links go for good; sums, times and numbers stay."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from db import customers, erasures, events, jobs, privacy
from db.database import Transaction
from db.erasures import Emptied
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids
from domain.privacy import Erasure, Receipt, Request, StillNeeded, check_erasure, check_settled


async def erase_customer(tx: Transaction, wish: Erasure, *, now: datetime, ids: Ids) -> UUID:
    """Ask that a customer be forgotten, with whoever was merged into them; a job does it.

    Shape:  the id of the request; of who was erased already, that of the receipt.
    Errors: NotFound, StaleVersion, InvalidInput, StillNeeded.
    """
    person = await privacy.person(tx, wish.customer_id)
    if person is None:
        raise NotFound(path="id")
    known = await privacy.done_erasure(tx, person.customers) if person.erased else None
    known = known or await privacy.pending(tx, person.customers, "erasure")
    if known is not None:
        return known
    check_erasure((await customers.lock_any(tx, [wish.customer_id]))[0], wish)
    check_settled(await privacy.still_open(tx, person.customers, now=now))
    request = Request(
        id=ids.new(),
        kind="erasure",
        customer_id=wish.customer_id,
        ground=wish.ground,
        status="pending",
        requested_by=tx.principal.actor_id,
        requested_at=now,
    )
    await privacy.insert(tx, request)
    await events.append(tx, request.event("CustomerErasureRequested", id=ids.new(), now=now))
    await jobs.enqueue(tx, "erase_customer", {"request_id": str(request.id)})
    return request.id


async def carry_out_erasure(tx: Transaction, request_id: UUID, *, now: datetime, ids: Ids) -> None:
    """Do what was asked, once and in one transaction.

    Shape:  if something was begun meanwhile that the customer is needed for, nothing is erased
            and the request says why.
    """
    request = await privacy.lock(tx, request_id)
    if request is None or request.status != "pending":
        return
    person = await privacy.person(tx, request.customer_id)
    if person is None:
        return
    try:
        check_settled(await privacy.still_open(tx, person.customers, now=now))
    except StillNeeded as error:
        refused = request.ended("refused")
        await privacy.finish(tx, refused, Receipt({}), now=now, refusal=error.message)
        await events.append(tx, refused.event("CustomerErasureRefused", id=ids.new(), now=now))
        return
    owned = await privacy.belongings(tx, person.customers)
    counts, emptied = await erasures.erase_words(tx, owned, now=now)
    await _tell(tx, emptied, now=now, ids=ids)
    told = await erasures.erase_told(tx, owned)
    done = request.ended("done")
    await privacy.finish(tx, done, Receipt({**counts, "told": told}), now=now)
    await events.append(tx, done.event("CustomerErasureDone", id=ids.new(), now=now))


async def _tell(tx: Transaction, emptied: Sequence[Emptied], *, now: datetime, ids: Ids) -> None:
    """Each object's history says which of its words are gone, and what they were is not told."""
    for entity, those in groupby(emptied, key=lambda each: each.entity):
        alike = [
            Event(
                id=ids.new(),
                kind=f"{entity.capitalize()}Erased",
                entity=entity,
                entity_id=each.id,
                entity_version=each.version,
                occurred_at=now,
                changes=dict.fromkeys(each.words, (None, None)),
            )
            for each in those
        ]
        await events.append_alike(tx, alike)
