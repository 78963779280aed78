"""What can be done to a customer."""

from datetime import datetime

from db import customers, events
from db.database import Transaction
from domain.customers import ContactChange, Customer, change_contact, differences
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids


async def update_customer(
    tx: Transaction, wish: ContactChange, *, now: datetime, ids: Ids
) -> Customer:
    """Change contact details; a wish that changes nothing stores nothing.

    Errors: NotFound, StaleVersion, InvalidInput, EmailTaken.
    """
    before = await customers.lock(tx, wish.customer_id)
    if before is None:
        raise NotFound(path="id")
    after = change_contact(before, wish)
    changed = differences(before, after)
    if not changed:
        return before
    await customers.update_contact(tx, after, now=now)
    await events.append(
        tx,
        Event(
            id=ids.new(),
            kind="CustomerUpdated",
            entity="customer",
            entity_id=after.id,
            entity_version=after.version,
            occurred_at=now,
            changes={"version": (before.version, after.version)},
            personal=changed,
        ),
    )
    return after
