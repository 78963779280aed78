"""What hands a booking over to another person."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import buyers, events, links, transfers
from db.database import Transaction
from domain.customers import Contact
from domain.errors import NotFound
from domain.events import Change, Event
from domain.identity import Kind
from domain.ids import Ids
from domain.transfers import Owned, Transfer, check_transfer, differences, is_theirs


async def transfer_booking(tx: Transaction, wish: Transfer, *, now: datetime, ids: Ids) -> UUID:
    """Let somebody else have a tour, with what was paid for it; a known customer stays as they are.

    Shape:  who held the booking's link opens it no more; a new link is made in its place.
    Errors: NotFound, StaleVersion, WrongState, InvalidInput; of a guest MoveUsed, TooLate.
    """
    before = await transfers.lock(tx, wish.booking_id)
    if before is None:
        raise NotFound(path="id")
    check_transfer(before, wish, now=now)
    moves = await _moves(tx, before, now=now)
    customer_id, contact = await _taker(tx, wish, now=now, ids=ids)
    if is_theirs(before, customer_id, contact):
        return before.id
    await transfers.transfer(tx, before, customer_id, contact, guest_moves=moves, now=now)
    if await links.revoke(tx, before.id, now=now):
        await links.issue(tx, "booking", before.id, id=ids.new(), now=now)
    changes: dict[str, Change] = {
        "customer_id": (_text(before.customer_id), str(customer_id)),
        "guest_moves": (before.guest_moves, moves),
    }
    event = Event(
        id=ids.new(),
        kind="BookingTransferred",
        entity="booking",
        entity_id=before.id,
        entity_version=before.version + 1,
        occurred_at=now,
        changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]},
        personal=differences(before, contact),
    )
    await events.append(tx, event)
    return before.id


async def _moves(tx: Transaction, booking: Owned, *, now: datetime) -> int:
    """Staff hand over as often as they are asked to; a guest's own may be counted."""
    brand = tx.principal.brand
    if tx.principal.kind is not Kind.LINK or brand is None:
        return booking.guest_moves
    allowed = await transfers.allowance(tx, booking.id)
    return allowed.spent_on_a_transfer(now=now, zone=ZoneInfo(brand.time_zone))


async def _taker(
    tx: Transaction, wish: Transfer, *, now: datetime, ids: Ids
) -> tuple[UUID, Contact]:
    """Errors: NotFound for a customer whom the caller does not have; InvalidInput."""
    if wish.customer_id is not None:
        if tx.principal.kind is Kind.LINK:
            raise NotFound(path="customerId")  # A guest knows no customer but by what they say.
        known = await buyers.contact(tx, wish.customer_id)
        if known is None:
            raise NotFound(path="customerId")
        return wish.customer_id, known
    if wish.taker is None:
        raise NotFound(path="contact")
    contact = wish.taker.contact()
    return await buyers.find_or_make(tx, contact, now=now, ids=ids), contact


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None
