"""What sells a booking for another party."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import booking_states, events, fleet, parties, prices, sales, tasks
from db.database import ResourcesChanged, Transaction
from domain.availability import FreeVan
from domain.booking_states import overpayment_task
from domain.errors import NotFound, VehicleBusy
from domain.events import Event
from domain.ids import Ids
from domain.parties import NewParty, Resold, Sold, check_fleet, check_party, fits, resell
from domain.quotes import Quote, check, price
from domain.schedule import block_ends_at
from domain.tasks import event as told_of


async def change_party(tx: Transaction, wish: NewParty, *, now: datetime, ids: Ids) -> UUID:
    """Take up a quote for the same tour with another party: lines, sums and vans are its own.

    Shape:  a change that changes nothing stores nothing; what was paid beyond a smaller total is
            staff's to give back.
    Errors: NotFound, StaleVersion, WrongState, QuoteChanged, VehicleBusy, PartyTooLarge,
            InvalidInput, PromoCodeRefused.
    """
    quote, until = await _priced(tx, wish, now=now)
    has = await parties.vans(tx, wish.booking_id)
    free = await _claimed(tx, wish, has, until=until, now=now)
    before = await parties.lock(tx, wish.booking_id)
    if before is None:
        raise NotFound(path="id")
    if await parties.vans(tx, wish.booking_id) != has:
        raise ResourcesChanged  # Assigned or freed while this waited for the booking's row.
    check_party(before, wish, quote)
    change = await _decided(tx, before, quote, has, free, until=until, now=now)
    if change is None:
        return before.id
    await parties.update_party(tx, before.id, change, now=now, ids=ids)
    await parties.update_vans(tx, before.id, change.vans, before=has, until=until, now=now, ids=ids)
    day = prices.Asked.of(wish.wish, _zone(tx), now=now).day
    await prices.redeem(tx, before.id, wish.wish.promo_code, day=day, now=now)
    await events.append(tx, _told(before, change, has, id=ids.new(), now=now))
    await _overpaid(tx, before, change, now=now, ids=ids)
    return before.id


async def _overpaid(
    tx: Transaction, before: Sold, change: Resold, *, now: datetime, ids: Ids
) -> None:
    """Staff are told what is left over of what was paid; no balance would ever show it."""
    settled = await tasks.settle(tx, before.id, "overpayment", now=now)
    await events.append_alike(tx, [each.event(id=ids.new(), now=now) for each in settled])
    over = await booking_states.paid_cents(tx, before.id) - change.sums["total_cents"]
    if over > 0:
        of = (before.id, before.number, over, before.currency)
        task = overpayment_task(*of, id=ids.new(), now=now)
        await tasks.insert(tx, task)
        await events.append(tx, told_of("TaskCreated", task, id=ids.new(), now=now))


async def _priced(tx: Transaction, wish: NewParty, *, now: datetime) -> tuple[Quote, datetime]:
    """The price of today, and until when vans would be taken for it."""
    check(wish.wish, now=now)
    zone = _zone(tx)
    asked = prices.Asked.of(wish.wish, zone, now=now)
    book = await prices.book(tx, asked)
    terms = await sales.terms(tx, day=asked.day, today=asked.today, zone=zone)
    if book is None or terms is None:
        raise NotFound(path="id")
    quote = price(wish.wish, book, zone=zone)
    return quote, block_ends_at(quote.ends_at, terms.day)


async def _claimed(
    tx: Transaction,
    wish: NewParty,
    has: Sequence[FreeVan],
    *,
    until: datetime,
    now: datetime,
) -> Sequence[FreeVan]:
    """The locks of the vans that may be asked for, and those that are free besides its own."""
    free: Sequence[FreeVan] = ()
    if has and not fits(has, wish.wish.party_size):
        free = await fleet.claim_free_vans(tx, since=wish.wish.starts_at, until=until, now=now)
    await fleet.lock(tx, [van.id for van in has], [])
    return free


async def _decided(
    tx: Transaction,
    before: Sold,
    quote: Quote,
    has: Sequence[FreeVan],
    free: Sequence[FreeVan],
    *,
    until: datetime,
    now: datetime,
) -> Resold | None:
    """Errors: PartyTooLarge rather than VehicleBusy where no van that is taken would help."""
    try:
        return resell(before, quote, has=has, free=free)
    except VehicleBusy:
        vans = await fleet.busy_times(tx, since=before.starts_at, until=until, now=now)
        check_fleet([van.seats for van in vans], quote.wish.party_size)
        raise


def _told(
    before: Sold, change: Resold, had: Sequence[FreeVan], *, id: UUID, now: datetime
) -> Event:
    return Event(
        id=id,
        kind="PartyChanged",
        entity="booking",
        entity_id=before.id,
        entity_version=change.version,
        occurred_at=now,
        changes=change.changes(before, had),
    )


def _zone(tx: Transaction) -> ZoneInfo:
    if tx.principal.brand is None:
        raise NotFound(path="id")
    return ZoneInfo(tx.principal.brand.time_zone)
