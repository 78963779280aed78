"""The checkout: whoever holds a booking's token says who they are and accepts the terms."""

from datetime import datetime
from typing import Final

from db import booking_states, buyers, events
from db.database import Transaction
from domain.checkouts import CheckoutWish, differences, fill
from domain.customers import Contact
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids

PERSONAL: Final = {
    "name": "customer_name",
    "email": "customer_email",
    "phone": "customer_phone",
    "pickup": "pickup",
    "dropoff": "dropoff",
    "special_requests": "special_requests",
}


async def check_out(tx: Transaction, wish: CheckoutWish, *, now: datetime, ids: Ids) -> None:
    """Store who buys; whether they were known is told to nobody, and who was stays as they are.

    Shape:  of a tour that is sold by now name and phone are corrected; its customer stays.
    Errors: NotFound, StaleVersion, HoldExpired, WrongState, InvalidInput.
    """
    before = await booking_states.lock_checkout(tx, wish.booking_id)
    if before is None:
        raise NotFound(path="id")
    filled = fill(before, wish, now=now)
    changed = differences(before, filled)
    if not changed:
        return
    contact = Contact(filled.name, filled.email, filled.phone)
    theirs = before.customer_id if before.is_sold else None
    buyer = theirs or await buyers.find_or_make(tx, contact, now=now, ids=ids)
    await booking_states.check_out(tx, before, filled, buyer, now=now)
    event = Event(
        id=ids.new(),
        kind="CheckoutFilled",
        entity="booking",
        entity_id=before.id,
        entity_version=before.version + 1,
        occurred_at=now,
        changes={"terms_accepted_at": pair} if (pair := changed.pop("accepted_at", None)) else {},
        personal={PERSONAL[name]: pair for name, pair in changed.items()},
    )
    await events.append(tx, event)
