"""What is sold: a quote taken up as a hold, a draft or a pencil, and never a van twice."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import buyers, counters, events, fleet, jobs, links, prices, sales
from db.database import Transaction
from domain.customers import initial
from domain.errors import NotFound, VehicleBusy
from domain.events import Event
from domain.identity import Brand, Kind
from domain.ids import Ids
from domain.numbers import Numbered, number_of, year_of
from domain.parties import check_fleet
from domain.quotes import Quote, check, price
from domain.sales import Buyer, NewBooking, Sale, Terms, agreed, facts, sale_of


async def create_booking(
    tx: Transaction, new: NewBooking, *, id: UUID, now: datetime, ids: Ids
) -> UUID:
    """Sell a quoted tour: its vans are taken, or nothing is stored.

    Errors: QuoteChanged, VehicleBusy, PartyTooLarge, PromoCodeRefused, NotFound, InvalidInput, and
            those of a tour's times.
    """
    sale, terms = await _decided(tx, new, now=now)
    return await _stored(tx, new, sale, terms, id=id, now=now, ids=ids)


async def hold_booking(
    tx: Transaction, new: NewBooking, *, id: UUID, now: datetime, ids: Ids
) -> UUID:
    """Take a quoted tour off the market for some minutes, and let its holder go on with it.

    Errors: those of `create_booking`.
    """
    sale, terms = await _decided(tx, new, now=now)
    await _stored(tx, new, sale, terms, id=id, now=now, ids=ids)
    await links.issue(tx, "booking", id, id=ids.new(), now=now)
    await jobs.enqueue(tx, "expire_hold", {"booking_id": str(id)}, run_at=sale.hold_expires_at)
    return id


async def _decided(tx: Transaction, new: NewBooking, *, now: datetime) -> tuple[Sale, Terms]:
    """Price again, then queue for the vans, and only then see which are free.

    Errors: PartyTooLarge rather than VehicleBusy where no other time would help.
    """
    brand = _brand(tx)
    zone = ZoneInfo(brand.time_zone)
    quote = await _priced(tx, new, zone, now=now)
    asked = prices.Asked.of(new.wish, zone, now=now)
    terms = await sales.terms(tx, day=asked.day, today=asked.today, zone=zone)
    if terms is None:
        raise NotFound
    until = agreed(new, quote, terms, now=now)
    if new.begins == "draft":
        return sale_of(new, quote, (), terms, now=now), terms
    free = await fleet.claim_free_vans(tx, since=new.wish.starts_at, until=until, now=now)
    try:
        return sale_of(new, quote, free, terms, now=now), terms
    except VehicleBusy:
        seats = await fleet.seats_in_service(tx, at=new.wish.starts_at, now=now)
        check_fleet(seats, new.wish.party_size)
        raise


async def _priced(tx: Transaction, new: NewBooking, zone: ZoneInfo, *, now: datetime) -> Quote:
    check(new.wish, now=now)
    book = await prices.book(tx, prices.Asked.of(new.wish, zone, now=now))
    if book is None:
        raise NotFound
    return price(new.wish, book, zone=zone)


async def _stored(
    tx: Transaction,
    new: NewBooking,
    sale: Sale,
    terms: Terms,
    *,
    id: UUID,
    now: datetime,
    ids: Ids,
) -> UUID:
    buyer = await _buyer(tx, sale.buyer, now=now, ids=ids)
    year = year_of(now, terms.day.zone)
    ordinal = await counters.next_number(tx, Numbered.BOOKING, year)
    number = number_of(terms.number_prefix, Numbered.BOOKING, year, ordinal)
    sold = replace(sale, buyer=buyer)
    await sales.insert(tx, sold, id=id, number=number, now=now, ids=ids)
    if new.wish.promo_code is not None:
        day = new.wish.starts_at.astimezone(terms.day.zone).date()
        await prices.redeem(tx, id, new.wish.promo_code, day=day, now=now)
    await events.append(tx, _made(sold, number, id=id, event_id=ids.new(), now=now))
    return id


def _made(sale: Sale, number: str, *, id: UUID, event_id: UUID, now: datetime) -> Event:
    contact = sale.buyer.contact
    return Event(
        id=event_id,
        kind="BookingHeld" if sale.begins == "held" else "BookingCreated",
        entity="booking",
        entity_id=id,
        entity_version=1,
        occurred_at=now,
        changes=facts(sale, number=number),
        personal=initial(contact, "customer_") if contact else {},
    )


async def _buyer(tx: Transaction, buyer: Buyer, *, now: datetime, ids: Ids) -> Buyer:
    """The buyer with their customer's id and the contact that the sale keeps a copy of.

    Errors: NotFound for a customer whom the caller does not have.
    """
    if buyer.customer_id is not None:
        # A guest's own role reads no customer: theirs was found by who they are.
        theirs = tx.principal.kind is Kind.LINK
        known = None if theirs else await buyers.contact(tx, buyer.customer_id)
        contact = buyer.contact or known
        if contact is None or (known is None and not theirs):
            raise NotFound(path="customerId")
        return Buyer(buyer.customer_id, contact)
    if buyer.contact is None:
        return buyer
    found = await buyers.find_or_make(tx, buyer.contact, now=now, ids=ids)
    return Buyer(found, buyer.contact)


def _brand(tx: Transaction) -> Brand:
    if tx.principal.brand is None:
        raise NotFound
    return tx.principal.brand
