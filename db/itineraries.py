"""The statements that change a booking's stops."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from domain.itineraries import PLACE_OF, Itinerary, Planned, Stop

SQL = statements.load(__package__, "itineraries.sql")


async def lock(tx: Transaction, booking_id: UUID) -> Itinerary | None:
    """The booking's row and its stops', held until the transaction ends."""
    row = await tx.row(SQL["lock_itinerary"], {"id": booking_id})
    if row is None:
        return None
    stops = await tx.rows(SQL["lock_stops"], {"id": booking_id})
    return replace(Itinerary(*row), stops=tuple(Stop(*stop) for stop in stops))


async def known_places(
    tx: Transaction, places: set[tuple[str, UUID]]
) -> frozenset[tuple[str, UUID]]:
    """Which of these the caller's directory has."""
    rows = await tx.rows(
        SQL["known_places"],
        {
            "wineries": [id for kind, id in places if kind == "winery"],
            "restaurants": [id for kind, id in places if kind == "restaurant"],
            "hotels": [id for kind, id in places if kind == "hotel"],
            "own_places": [id for kind, id in places if kind.startswith("own_")],
        },
    )
    return frozenset((kind, id) for kind, id in rows)


async def update_stops(
    tx: Transaction, before: Itinerary, after: Planned, *, now: datetime
) -> None:
    """Write what differs, and the booking's version."""
    booking = {"id": before.booking_id}
    removed = after.removed(before)
    if removed:
        await tx.run(SQL["remove_stops"], {**booking, "stops": removed})
    rows = [_row(position, stop) for position, stop in after.written(before)]
    if rows:
        stops = orjson.dumps(rows).decode()
        await tx.run(SQL["write_stops"], {"booking_id": before.booking_id, "stops": stops})
    await tx.run(SQL["itinerary_changed"], {**booking, "version": after.version, "now": now})


def _row(position: int, stop: Stop) -> dict[str, object]:
    places = dict.fromkeys(PLACE_OF.values())
    return {
        "id": stop.id,
        "position": position,
        "kind": stop.kind,
        **{f"{place}_id": stop.place_id if _is_of(stop, place) else None for place in places},
        "own_place_id": stop.own_place_id,
        "name": stop.name,
        "address": stop.address,
        "planned_arrival_at": stop.planned_arrival_at,
        "minutes": stop.minutes,
        "third_party_status": stop.third_party_status,
    }


def _is_of(stop: Stop, place: str) -> bool:
    return PLACE_OF.get(stop.kind) == place
