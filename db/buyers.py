"""Who buys: found by their address or made, and a copy of how they are reached."""

from datetime import datetime
from functools import partial
from uuid import UUID

from db import events, statements
from db.database import Transaction
from domain.customer_merges import back
from domain.customers import Contact, initial
from domain.events import Event
from domain.ids import Ids

SQL = statements.load(__package__, "buyers.sql")


async def find_or_make(tx: Transaction, contact: Contact, *, now: datetime, ids: Ids) -> UUID:
    """The customer of an e-mail address, who stays as they are, or else a new one.

    Shape:  whether they were known is told to nobody; who is new is told of as such, and who was
            put away is back by that.
    """
    fresh = ids.new()
    given = {"name": contact.name, "email": contact.email, "phone": contact.phone}
    row = await tx.row(SQL["customer_for"], {"id": fresh, "now": now, **given})
    if row is None:
        raise AssertionError
    customer_id, is_new, version, put_away_at = row
    told = partial(Event, entity="customer", entity_id=customer_id, occurred_at=now)
    if is_new:
        kind = "CustomerCreated"
        await events.append(tx, told(ids.new(), kind, entity_version=1, personal=initial(contact)))
    elif put_away_at is not None:
        changes = back(put_away_at, version)
        kind, after = "CustomerRestored", version + 1
        await events.append(tx, told(ids.new(), kind, entity_version=after, changes=changes))
    return UUID(str(customer_id))


async def contact(tx: Transaction, customer_id: UUID) -> Contact | None:
    """How a customer is reached, for a sale to keep a copy of."""
    row = await tx.row(SQL["contact_of_customer"], {"id": customer_id})
    return Contact(*row) if row else None
