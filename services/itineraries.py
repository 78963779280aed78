"""What can be done to the itinerary of a booking."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from db import events, itineraries
from db.database import Transaction
from domain.errors import NotFound
from domain.events import Event
from domain.guest_moves import check_itinerary
from domain.identity import Kind
from domain.ids import Ids
from domain.itineraries import (
    Edit,
    Itinerary,
    Stop,
    StopChange,
    WantedStop,
    added,
    answered,
    check_open,
    document,
    moved,
    planned,
    replaced,
    updated,
    without,
)

Change = Callable[[Itinerary], Sequence[Stop]]


async def set_itinerary(
    tx: Transaction, edit: Edit, stops: Sequence[WantedStop], *, now: datetime, ids: Ids
) -> UUID:
    """Put a whole list in place of the old one.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    change = partial(replaced, wanted=stops, ids=ids)
    return await _change(tx, edit, "ItinerarySet", change, now=now, ids=ids)


async def add_stop(
    tx: Transaction,
    edit: Edit,
    stop: WantedStop,
    *,
    position: int | None,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Errors: NotFound, StaleVersion, WrongState, InvalidInput."""
    change = partial(added, wanted=stop, position=position, ids=ids)
    return await _change(tx, edit, "StopAdded", change, now=now, ids=ids)


async def move_stop(
    tx: Transaction, edit: Edit, stop_id: UUID, *, position: int, now: datetime, ids: Ids
) -> UUID:
    """Errors: NotFound, StaleVersion, WrongState, InvalidInput."""
    change = partial(moved, stop_id=stop_id, position=position)
    return await _change(tx, edit, "StopMoved", change, now=now, ids=ids)


async def remove_stop(
    tx: Transaction, edit: Edit, stop_id: UUID, *, now: datetime, ids: Ids
) -> UUID:
    """Errors: NotFound, StaleVersion, WrongState."""
    change = partial(without, stop_id=stop_id)
    return await _change(tx, edit, "StopRemoved", change, now=now, ids=ids)


async def update_stop(
    tx: Transaction, edit: Edit, wish: StopChange, *, now: datetime, ids: Ids
) -> UUID:
    """Errors: NotFound, StaleVersion, WrongState, InvalidInput."""
    return await _change(tx, edit, "StopUpdated", partial(updated, change=wish), now=now, ids=ids)


async def set_stop_status(
    tx: Transaction, edit: Edit, stop_id: UUID, *, status: str, now: datetime, ids: Ids
) -> UUID:
    """Errors: NotFound, StaleVersion, WrongState, InvalidInput."""
    change = partial(answered, stop_id=stop_id, status=status)
    return await _change(tx, edit, "StopStatusSet", change, now=now, ids=ids)


async def _change(
    tx: Transaction, edit: Edit, kind: str, change: Change, *, now: datetime, ids: Ids
) -> UUID:
    """The booking's id. What changes nothing stores nothing; a guest is too late before staff."""
    before = await itineraries.lock(tx, edit.booking_id)
    if before is None:
        raise NotFound(path="id")
    check_open(before, edit, now=now)
    if tx.principal.kind is Kind.LINK:
        check_itinerary(before.starts_at, now=now)
    after = planned(before, change(before))
    if after is None:
        return before.booking_id
    places = after.new_places(before)
    if not places <= await itineraries.known_places(tx, places):
        raise NotFound(path="stops")
    await itineraries.update_stops(tx, before, after, now=now)
    await events.append(
        tx,
        Event(
            id=ids.new(),
            kind=kind,
            entity="booking",
            entity_id=before.booking_id,
            entity_version=after.version,
            occurred_at=now,
            changes={"stops": (document(before.stops), document(after.stops))},
        ),
    )
    return before.booking_id
