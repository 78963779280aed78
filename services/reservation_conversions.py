"""How a reservation becomes a booking, in one transaction, and hands its deposit over."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import buyers, events, fleet, numbering, prices, reminders, reservations, sales
from db.database import Transaction
from domain import reservation_conversions as rules
from domain.errors import NotFound, VehicleBusy
from domain.ids import Ids
from domain.numbers import Numbered
from domain.parties import check_fleet
from domain.quotes import check, price
from domain.reservation_conversions import Conversion
from domain.reservations import Known, Reservation
from domain.reservations import event as told_of
from domain.sales import NewBooking, Sale, agreed, sale_of


async def convert_reservation(
    tx: Transaction, wish: Conversion, *, id: UUID, now: datetime, ids: Ids
) -> UUID:
    """Make the quoted tour of a confirmed reservation; what was paid for it is the booking's.

    Errors: NotFound, StaleVersion, WrongState, QuoteChanged, VehicleBusy, PartyTooLarge,
            PromoCodeRefused, and those of a tour's times.
    """
    zone = _zone(tx)
    seen = await reservations.look(tx, wish.reservation_id, now=now, zone=zone)
    new = rules.for_its_guest(wish, _there(seen))
    sale = await _decided(tx, new, zone, now=now)
    locked = await reservations.lock(tx, wish.reservation_id, now=now, zone=zone)
    known = _there(locked)
    after = rules.convert(known, wish.expected_version)
    contact = await buyers.contact(tx, after.customer_id)
    sold = rules.taken_over(sale, known, contact)
    number = await numbering.next_of(tx, Numbered.BOOKING, now=now)
    await sales.insert(tx, sold, id=id, number=number, now=now, ids=ids)
    if new.wish.promo_code is not None:
        day = new.wish.starts_at.astimezone(zone).date()
        await prices.redeem(tx, id, new.wish.promo_code, day=day, now=now)
    told = rules.booked(sold, number, id=id, event_id=ids.new(), now=now)
    await events.append(tx, told)
    await _handed_over(tx, known.reservation, after, id, now=now, ids=ids)
    await reminders.schedule(tx, id, sold.starts_at)
    return id


async def _decided(tx: Transaction, new: NewBooking, zone: ZoneInfo, *, now: datetime) -> Sale:
    """Price again, then queue for the vans, and only then see which are free."""
    check(new.wish, now=now)
    asked = prices.Asked.of(new.wish, zone, now=now)
    book = await prices.book(tx, asked)
    terms = await sales.terms(tx, day=asked.day, today=asked.today, zone=zone)
    if book is None or terms is None:
        raise NotFound
    quote = price(new.wish, book, zone=zone)
    until = agreed(new, quote, terms, now=now)
    free = await fleet.claim_free_vans(tx, since=new.wish.starts_at, until=until, now=now)
    try:
        return sale_of(new, quote, free, terms, now=now)
    except VehicleBusy:
        seats = await fleet.seats_in_service(tx, at=new.wish.starts_at, now=now)
        check_fleet(seats, new.wish.party_size)
        raise


async def _handed_over(
    tx: Transaction,
    before: Reservation,
    after: Reservation,
    booking_id: UUID,
    *,
    now: datetime,
    ids: Ids,
) -> None:
    """The reservation is converted, its payments are the booking's, and that is confirmed."""
    await reservations.update(tx, after)
    converted = told_of("ReservationConverted", after, before, id=ids.new(), now=now)
    await events.append(tx, converted)
    payments = await reservations.hand_over(tx, after.id, booking_id)
    for each in payments:
        told = rules.moved(each, after.id, booking_id, event_id=ids.new(), now=now)
        await events.append(tx, told)
    at = rules.received_at(payments, now=now)
    await reservations.confirm_booking(tx, booking_id, deposit_received_at=at, now=now)
    await events.append(tx, rules.confirmed(booking_id, at, event_id=ids.new(), now=now))


def _there(known: Known | None) -> Known:
    if known is None:
        raise NotFound(path="id")
    return known


def _zone(tx: Transaction) -> ZoneInfo:
    if tx.principal.brand is None:
        raise NotFound
    return ZoneInfo(tx.principal.brand.time_zone)
