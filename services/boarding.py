"""The day of a shared tour: which guests are here, and which did not come."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import boarding, compliance, events, shared_tours, tickets
from db.database import ResourcesChanged, Transaction
from domain.boarding import BoardingTicket, check_van
from domain.errors import NotFound
from domain.ids import Ids
from domain.shared_tours import SharedTour
from domain.tickets import check_begun, check_day, check_running, move, moved


async def check_in_ticket(
    tx: Transaction, ticket_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """The guests of a ticket are here; who came late is not absent any more.

    Errors: NotFound, StaleVersion, WrongState, NotCompliant for a van that left the road.
    """
    tour, ticket = await _behind_the_tour(tx, ticket_id, now=now)
    if move(ticket, "checked_in", expected_version=expected_version):
        check_running(tour)
        check_day(tour, zone=_zone(tx), now=now)
        check_van(await compliance.van_of_shared_tour(tx, tour.id))
        await _say(tx, ticket, "checked_in", now=now, ids=ids)
    return ticket.id


async def mark_ticket_no_show(
    tx: Transaction, ticket_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """The guests of a ticket did not come; nothing goes back.

    Errors: NotFound, StaleVersion, WrongState.
    """
    tour, ticket = await _behind_the_tour(tx, ticket_id, now=now)
    if move(ticket, "no_show", expected_version=expected_version):
        check_running(tour)
        check_begun(tour, now=now)
        await _say(tx, ticket, "no_show", now=now, ids=ids)
    return ticket.id


async def _say(
    tx: Transaction, ticket: BoardingTicket, status: str, *, now: datetime, ids: Ids
) -> None:
    if not await boarding.board(tx, ticket, status, now=now):
        raise ResourcesChanged  # The driver was taken off the tour meanwhile.
    await events.append(tx, moved(ticket, status, id=ids.new(), now=now))


async def _behind_the_tour(
    tx: Transaction, ticket_id: UUID, *, now: datetime
) -> tuple[SharedTour, BoardingTicket]:
    """The ticket behind the lock of its tour, which a driver may take but in no other way."""
    seen = await boarding.read(tx, ticket_id)
    if seen is None:
        raise NotFound(path="id")
    await tickets.queue(tx, seen.tour_id, now=now)
    tour = await shared_tours.read(tx, seen.tour_id)
    ticket = await boarding.read(tx, ticket_id)
    if tour is None or ticket is None:
        raise NotFound(path="id")
    return tour, ticket


def _zone(tx: Transaction) -> ZoneInfo:
    brand = tx.principal.brand
    if brand is None:
        raise NotFound
    return ZoneInfo(brand.time_zone)
