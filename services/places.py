"""What an operator and its brands do to the directory: own places, terms, and notes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from db import events, places
from db.database import Transaction
from domain.changes import happened
from domain.errors import NotFound
from domain.ids import Ids
from domain.places import Note, Place, PlaceChange, Terms, add_place, agree, change_place, say


async def create_place(
    tx: Transaction, given: Mapping[str, Any], *, now: datetime, ids: Ids
) -> Place:
    """Add a place of the operator's own.

    Errors: InvalidInput.
    """
    place = add_place(given, id=ids.new(), now=now)
    await places.insert(tx, place)
    await events.append(tx, happened("PlaceCreated", "place", None, place, id=ids.new(), now=now))
    return place


async def update_place(tx: Transaction, wish: PlaceChange, *, now: datetime, ids: Ids) -> Place:
    """Change a place of the operator's own, put it away, or take it back.

    Errors: NotFound, StaleVersion, InvalidInput.
    """
    before = await places.lock(tx, wish.place_id)
    if before is None:
        raise NotFound(path="id")
    after = change_place(before, wish, now=now)
    if after is not before:
        await places.update(tx, after)
        event = happened("PlaceUpdated", "place", before, after, id=ids.new(), now=now)
        await events.append(tx, event)
    return after


async def set_directory_terms(
    tx: Transaction,
    place_id: UUID,
    commission_ppm: int,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> Terms:
    """Agree what the operator earns of a place.

    Errors: NotFound, StaleVersion, InvalidInput.
    """
    kind = await _kind(tx, place_id)
    known = await places.lock_terms(tx, kind, place_id)
    before = known or Terms(ids.new(), kind, place_id, 0, 0)
    after = agree(before, commission_ppm, expected_version=expected_version)
    if after is not before:
        await places.store_terms(tx, after)
        kind = "DirectoryTermsChanged"
        await events.append(
            tx, happened(kind, "directory_terms", known, after, id=ids.new(), now=now)
        )
    return after


async def set_directory_note(
    tx: Transaction,
    place_id: UUID,
    given: Mapping[str, Any],
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> Note:
    """Say of a place what the brand does with it: show it first, hide it, remark on it.

    Errors: NotFound, StaleVersion, InvalidInput.
    """
    kind = await _kind(tx, place_id)
    known = await places.lock_note(tx, kind, place_id)
    before = known or Note(
        ids.new(), kind, place_id, featured=False, hidden=False, note=None, version=0
    )
    after = say(before, given, expected_version=expected_version)
    if after is not before:
        await places.store_note(tx, after)
        kind = "DirectoryNoteChanged"
        await events.append(
            tx, happened(kind, "directory_note", known, after, id=ids.new(), now=now)
        )
    return after


async def _kind(tx: Transaction, place_id: UUID) -> str:
    kind = await places.kind_of(tx, place_id)
    if kind is None:
        raise NotFound(path="placeId")
    return kind
