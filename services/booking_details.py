"""What can be done to the details of a booking."""

from datetime import datetime
from uuid import UUID

from db import booking_details, events
from db.database import Transaction
from domain.booking_details import DetailsChange, change_details, differences
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids


async def update_booking(tx: Transaction, wish: DetailsChange, *, now: datetime, ids: Ids) -> UUID:
    """Change what is named; a wish that changes nothing stores nothing.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before = await booking_details.lock(tx, wish.booking_id)
    if before is None:
        raise NotFound(path="id")
    after = change_details(before, wish, now=now)
    if after is None:
        return before.id
    await booking_details.update_details(tx, after, now=now)
    await events.append(
        tx,
        Event(
            id=ids.new(),
            kind="BookingUpdated",
            entity="booking",
            entity_id=after.id,
            entity_version=after.version,
            occurred_at=now,
            personal=differences(before.details, after.details),
        ),
    )
    return after.id
