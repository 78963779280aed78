"""Selling seats of a shared tour: by staff, or for a guest who knows no other ticket."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import buyers, counters, events, jobs, links, prices, shared_tours, tickets
from db.database import Transaction
from db.tickets import Sale, Selling
from domain.customers import Contact
from domain.errors import NotFound
from domain.ids import Ids
from domain.numbers import Numbered, number_of, year_of
from domain.quotes import PriceBook
from domain.shared_tours import SharedTour
from domain.ticket_sales import (
    OF_STAFF,
    NewSale,
    TicketDraft,
    buyer_of,
    hold_until,
    minutes_held,
    sell,
    sold,
)


async def sell_tickets(
    tx: Transaction, wish: NewSale, *, id: UUID, now: datetime, ids: Ids
) -> UUID:
    """Sell seats of a tour; the sale's id, which is given, is that of its first ticket.

    Shape:  its link opens the sale and nothing else; a guest enters with that id in hand.
    Errors: NotFound, WrongState, SalesClosed, InvalidInput, TourFull.
    """
    zone, who = _zone(tx), buyer_of(wish)
    taken = await tickets.queue(tx, wish.tour_id, now=now)
    tour = await shared_tours.read(tx, wish.tour_id)
    if tour is None:
        raise NotFound(path="sharedTourId")
    book, selling = await _terms(tx, tour, zone=zone, now=now)
    left = tour.guests_max - taken
    drafts = sell(tour, wish.tickets, book, left=left, zone=zone, now=now)
    buyer = await _buyer(tx, wish, who, now=now, ids=ids)
    until = hold_until(now, minutes_held(wish, of_brand=selling.hold_minutes), tour)
    sale = Sale(id, tour.id, buyer, wish.app_id, until)
    for place, draft in enumerate(drafts):
        ticket = ids.new() if place else id
        await _store(tx, sale, draft, selling, id=ticket, zone=zone, now=now, ids=ids)
    await links.issue(tx, "ticket", sale.id, id=ids.new(), now=now)
    if until is not None:
        await jobs.enqueue(tx, "expire_tickets", {}, run_at=until)
    return sale.id


async def _terms(
    tx: Transaction, tour: SharedTour, *, zone: ZoneInfo, now: datetime
) -> tuple[PriceBook, Selling]:
    """Errors: NotFound for a brand without settings."""
    day, today = (at.astimezone(zone).date() for at in (tour.starts_at, now))
    book = await prices.book(tx, prices.Asked(day=day, today=today))
    selling = await tickets.selling(tx, today)
    if book is None or selling is None:
        raise NotFound
    return book, selling


async def _buyer(
    tx: Transaction, wish: NewSale, who: UUID | Contact, *, now: datetime, ids: Ids
) -> UUID:
    """The customer; one who says who they are stays as the brand knows them.

    Errors: NotFound for a customer whom staff do not have.
    """
    if isinstance(who, Contact):
        return await buyers.find_or_make(tx, who, now=now, ids=ids)
    if wish.seller in OF_STAFF and not await tickets.has_customer(tx, who):
        raise NotFound(path="customerId")
    return who


async def _store(
    tx: Transaction,
    sale: Sale,
    draft: TicketDraft,
    selling: Selling,
    *,
    id: UUID,
    zone: ZoneInfo,
    now: datetime,
    ids: Ids,
) -> None:
    year = year_of(now, zone)
    ordinal = await counters.next_number(tx, Numbered.TICKET, year)
    number = number_of(selling.number_prefix, Numbered.TICKET, year, ordinal)
    await tickets.insert(tx, draft, sale, id=id, number=number, now=now)
    until = sale.hold_expires_at
    of = {
        "number": number,
        "shared_tour_id": str(sale.tour_id),
        "customer_id": str(sale.customer_id),
        "sale_id": str(sale.id),
        "sold_by_app_id": str(sale.app_id) if sale.app_id else None,
        "currency": tx.principal.brand.currency if tx.principal.brand else None,
        "hold_expires_at": until.isoformat() if until else None,
    }
    await events.append(tx, sold(draft, id=id, of=of, event_id=ids.new(), now=now))


def _zone(tx: Transaction) -> ZoneInfo:
    brand = tx.principal.brand
    if brand is None:
        raise NotFound
    return ZoneInfo(brand.time_zone)
