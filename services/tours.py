"""The day of a tour: it sets out, reaches and leaves its stops, and comes home."""

from datetime import datetime
from uuid import UUID

from db import events, tours
from db.database import Transaction
from domain.errors import NotFound
from domain.events import Change, Event
from domain.ids import Ids
from domain.tours import RunningTour, arrive, complete, depart, fail_to_appear, start


async def start_tour(
    tx: Transaction, booking_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """The tour sets out, if its drivers have clocked in and its vans were inspected that day.

    Errors: NotFound, StaleVersion, WrongState, NotReady.
    """
    tour = await _tour(tx, booking_id)
    ready = await tours.readiness(tx, tour, now=now)
    status = start(tour, ready, expected_version=expected_version)
    await _store(tx, tour, status, "TourStarted", now=now, ids=ids)
    return tour.id


async def complete_tour(
    tx: Transaction, booking_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """The tour is over, if its vans were inspected behind it.

    Errors: NotFound, StaleVersion, WrongState, NotReady.
    """
    tour = await _tour(tx, booking_id)
    ready = await tours.readiness(tx, tour, now=now)
    status = complete(tour, ready, expected_version=expected_version)
    await _store(tx, tour, status, "TourCompleted", now=now, ids=ids)
    return tour.id


async def mark_no_show(
    tx: Transaction, booking_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """The tour is over, for the party did not appear.

    Errors: NotFound, StaleVersion, WrongState.
    """
    tour = await _tour(tx, booking_id)
    status = fail_to_appear(tour, expected_version=expected_version)
    await _store(tx, tour, status, "NoShowMarked", no_show=True, now=now, ids=ids)
    return tour.id


async def arrive_at_stop(
    tx: Transaction, booking_id: UUID, *, position: int, now: datetime, ids: Ids
) -> UUID:
    """The party is at a stop.

    Errors: NotFound, WrongState.
    """
    tour = await _tour(tx, booking_id)
    if arrive(tour, await tours.lock_stops(tx, tour.id), position) is None:
        raise NotFound(path="position")
    await tours.update_arrival(tx, tour.id, position, now=now)
    await _tell_stop(tx, tour, position, "StopReached", "arrived_at", now=now, ids=ids)
    return tour.id


async def depart_from_stop(
    tx: Transaction, booking_id: UUID, *, position: int, now: datetime, ids: Ids
) -> UUID:
    """The party has left a stop.

    Errors: NotFound, WrongState.
    """
    tour = await _tour(tx, booking_id)
    if depart(tour, await tours.lock_stops(tx, tour.id), position) is None:
        raise NotFound(path="position")
    await tours.update_departure(tx, tour.id, position, now=now)
    await _tell_stop(tx, tour, position, "StopLeft", "departed_at", now=now, ids=ids)
    return tour.id


async def _tour(tx: Transaction, booking_id: UUID) -> RunningTour:
    tour = await tours.read(tx, booking_id)
    if tour is None:
        raise NotFound(path="bookingId")
    return tour


async def _store(
    tx: Transaction,
    tour: RunningTour,
    status: str,
    kind: str,
    *,
    no_show: bool = False,
    now: datetime,
    ids: Ids,
) -> None:
    await tours.update_status(tx, tour, status, no_show=no_show, now=now)
    changes: dict[str, Change] = {"status": (tour.status, status)}
    if status == "completed":
        changes["completed_at"] = (None, now.isoformat())
    if no_show:
        changes["no_show"] = ("false", "true")
    version = tour.version + 1
    await events.append(tx, Event(ids.new(), kind, "booking", tour.id, version, now, changes))


async def _tell_stop(
    tx: Transaction,
    tour: RunningTour,
    position: int,
    kind: str,
    fact: str,
    *,
    now: datetime,
    ids: Ids,
) -> None:
    changes: dict[str, Change] = {
        "position": (position, position),
        fact: (None, now.isoformat()),
    }
    await events.append(tx, Event(ids.new(), kind, "booking", tour.id, tour.version, now, changes))
