"""A booking that is called off: what comes back is quoted first, and then it is free."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import booking_states, events, jobs, tasks
from db.database import Transaction
from domain.booking_states import (
    HoldExpired,
    RefundChanged,
    State,
    check_guest_cancels,
    event,
    go,
    reason_of,
    refund_of,
    refund_task,
)
from domain.cancellation import Refund
from domain.errors import InvalidInput, NotFound, WrongState
from domain.events import Change
from domain.identity import Kind
from domain.ids import Ids
from domain.money import formatted
from domain.tasks import event as told_of
from domain.tasks import refund_if_won


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The wish to call a booking off, for the refund that was quoted."""

    booking_id: UUID
    expected_version: int
    reason: str
    quoted_refund_cents: int
    our_fault: bool = False


async def quote_cancellation(
    tx: Transaction, booking_id: UUID, *, our_fault: bool = False, now: datetime
) -> tuple[Refund, str]:
    """What would come back if the booking were called off now, and its currency.

    Errors: NotFound, HoldExpired, WrongState.
    """
    state = await booking_states.read(tx, booking_id)
    if state is None:
        raise NotFound(path="bookingId")
    try:
        refund, _ = await _refund(tx, state, our_fault=our_fault, now=now)
    except (HoldExpired, WrongState) as refused:
        refused.path = "bookingId"
        raise
    return refund, state.currency


async def cancel_booking(tx: Transaction, wish: Cancellation, *, now: datetime, ids: Ids) -> UUID:
    """Call it off, free what it took, and tell staff what is to be given back.

    Errors: NotFound, StaleVersion, HoldExpired, WrongState, InvalidInput, RefundChanged.
    """
    state = await booking_states.lock_seen(tx, wish.booking_id, wish.expected_version)
    refund, if_won_cents = await _refund(tx, state, our_fault=wish.our_fault, now=now)
    cents = refund.total_cents
    if cents != wish.quoted_refund_cents:
        was = wish.quoted_refund_cents
        raise RefundChanged(was_cents=was, is_cents=cents, currency=state.currency)
    reason = reason_of(wish.reason, path="reason")
    await booking_states.cancel(tx, state, reason, cents, now=now)
    changes: dict[str, Change] = {
        "status": (state.status, "cancelled"),
        "cancel_reason": (None, reason),
        "refund_due_cents": (None, cents or None),
    }
    cancelled = event("BookingCancelled", state, changes, id=ids.new(), now=now)
    await events.append(tx, cancelled)
    told = {"booking_id": str(state.id), "event_id": str(cancelled.id)}
    await jobs.enqueue(tx, "tell_customer_of_cancellation", told)
    await _told(tx, state, cents, if_won_cents, now=now, ids=ids)
    return state.id


async def _told(
    tx: Transaction, state: State, cents: int, if_won_cents: int, *, now: datetime, ids: Ids
) -> None:
    """Staff give back all of it; what they were to give back before is a part of that."""
    settled = await tasks.settle(tx, state.id, "overpayment", now=now)
    await events.append_alike(tx, [each.event(id=ids.new(), now=now) for each in settled])
    asked = [refund_task(state, cents, id=ids.new(), now=now)] if cents else []
    if if_won_cents:
        money = formatted(if_won_cents, state.currency)
        asked.append(refund_if_won("booking", state.id, money, id=ids.new(), now=now))
    for task in asked:
        await tasks.insert(tx, task)
        await events.append(tx, told_of("TaskCreated", task, id=ids.new(), now=now))


async def _refund(
    tx: Transaction, state: State, *, our_fault: bool, now: datetime
) -> tuple[Refund, int]:
    """What comes back, and what would come back besides if the disputes were decided for us."""
    if our_fault and tx.principal.kind is not Kind.STAFF:
        raise InvalidInput("Whose fault it is, staff say.", path="ourFault")
    go(state, "cancelled", now=now)
    if tx.principal.kind is not Kind.STAFF:
        check_guest_cancels(state, now=now)
    paid, disputed = await booking_states.paid(tx, state.id)
    brand = tx.principal.brand
    if brand is None:
        raise NotFound
    zone = ZoneInfo(brand.time_zone)
    refund = refund_of(state, paid, now=now, zone=zone, our_fault=our_fault)
    won = refund_of(state, paid + disputed, now=now, zone=zone, our_fault=our_fault)
    return refund, won.total_cents - refund.total_cents
