"""What can be done to a ticket: it is paid, given back, or swept."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import events, shared_tours, tasks, tickets
from db.database import Transaction
from domain.booking_states import reason_of
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids
from domain.shared_tours import SharedTour
from domain.tasks import event as told
from domain.tickets import (
    HandPayment,
    Ticket,
    call_off,
    check_cutoff,
    check_running,
    check_seats,
    missing_cents,
    move,
    moved,
)


async def confirm_ticket(
    tx: Transaction,
    ticket_id: UUID,
    *,
    expected_version: int,
    by_hand: HandPayment | None,
    now: datetime,
    ids: Ids,
) -> UUID:
    """A ticket that is paid in full; what staff took is recorded with it.

    Errors: NotFound, StaleVersion, WrongState, TourFull, TicketNotPaid, InvalidInput.
    """
    tour, ticket = await _locked(tx, ticket_id)
    if not move(ticket, "confirmed", expected_version=expected_version):
        return ticket.id
    check_running(tour)
    left = await tickets.seats_left(tx, [tour.id], now=now)
    check_seats(ticket, left=left[tour.id], now=now)
    paid = await tickets.paid_cents(tx, ticket.id)
    missing = missing_cents(ticket, paid_cents=paid, by_hand=by_hand)
    if by_hand is not None and missing:
        payment = ids.new()
        await tickets.insert_payment(tx, ticket.id, by_hand, id=payment, cents=missing, now=now)
        event = _taken(ticket, by_hand, payment, cents=missing, id=ids.new(), now=now)
        await events.append(tx, event)
    await _move(tx, ticket, "confirmed", now=now, ids=ids)
    return ticket.id


async def cancel_ticket(
    tx: Transaction,
    ticket_id: UUID,
    *,
    expected_version: int,
    reason: str,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Give a ticket back: its seats are free, and staff is told to pay back all that was paid.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput, CancellationClosed.
    """
    tour, ticket = await _locked(tx, ticket_id)
    if move(ticket, "cancelled", expected_version=expected_version):
        check_running(tour)
        check_cutoff(ticket, tour, zone=_zone(tx), now=now)
        await _off(tx, ticket, reason=reason_of(reason, path="reason"), now=now, ids=ids)
    return ticket.id


async def expire_tickets(tx: Transaction, *, batch: int, now: datetime, ids: Ids) -> int:
    """Sweep tickets whose time to pay ran out; their seats were free before. How many it were."""
    found = await tickets.expired(tx, now=now, batch=batch)
    swept = 0
    for tour_id in sorted({tour for _, tour in found}):
        await shared_tours.lock(tx, tour_id)
    for ticket_id, _ in sorted(found):
        ticket = await tickets.lock(tx, ticket_id)
        if ticket is not None and ticket.has_run_out(now):
            await _off(tx, ticket, reason="not_paid_in_time", now=now, ids=ids)
            swept += 1
    return swept


async def _off(tx: Transaction, ticket: Ticket, *, reason: str, now: datetime, ids: Ids) -> None:
    kept = await tickets.refundable(tx, [ticket.id])
    off = call_off(ticket, kept[ticket.id], reason=reason, now=now, ids=ids)
    await tickets.update_status(tx, ticket.id, "cancelled", now=now)
    await events.append(tx, off.event)
    for task in off.refunds:
        await tasks.insert(tx, task)
        await events.append(tx, told("TaskCreated", task, id=ids.new(), now=now))


async def _move(tx: Transaction, ticket: Ticket, status: str, *, now: datetime, ids: Ids) -> None:
    await tickets.update_status(tx, ticket.id, status, now=now)
    await events.append(tx, moved(ticket, status, id=ids.new(), now=now))


async def _locked(tx: Transaction, ticket_id: UUID) -> tuple[SharedTour, Ticket]:
    """The ticket behind its tour: everybody takes both in this order."""
    tour_id = await tickets.tour_of(tx, ticket_id)
    tour = await shared_tours.lock(tx, tour_id) if tour_id else None
    ticket = await tickets.lock(tx, ticket_id) if tour else None
    if tour is None or ticket is None:
        raise NotFound(path="id")
    return tour, ticket


def _taken(
    ticket: Ticket, by_hand: HandPayment, payment_id: UUID, *, cents: int, id: UUID, now: datetime
) -> Event:
    values: dict[str, str | int | None] = {
        "ticket_id": str(ticket.id),
        "customer_id": str(ticket.customer_id),
        "kind": "full",
        "method": by_hand.method,
        "status": "succeeded",
        "amount_cents": cents,
        "received_at": now.isoformat(),
    }
    return Event(
        id=id,
        kind="PaymentRecorded",
        entity="payment",
        entity_id=payment_id,
        entity_version=1,
        occurred_at=now,
        changes={name: (None, value) for name, value in values.items()},
        personal={"reference": (None, by_hand.reference)} if by_hand.reference else {},
    )


def _zone(tx: Transaction) -> ZoneInfo:
    brand = tx.principal.brand
    if brand is None:
        raise NotFound
    return ZoneInfo(brand.time_zone)
