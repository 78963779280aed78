"""Payments that a person records: a check, cash, a transfer; never a card."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from db import booking_states, events, payments
from db.database import Transaction
from domain.booking_states import State, event
from domain.errors import NotFound
from domain.events import Change, Event
from domain.ids import Ids
from domain.payments import NewPayment, check_payment, completes_deposit


async def record_payment(
    tx: Transaction, new: NewPayment, *, id: UUID, now: datetime, ids: Ids
) -> UUID:
    """Store a payment for a booking; the one that completes the deposit says so on the booking.

    Errors: NotFound, WrongState, InvalidInput, AmountExceedsDue.
    """
    state = await booking_states.lock(tx, new.booking_id)
    if state is None:
        raise NotFound(path="bookingId")
    paid = await booking_states.paid_cents(tx, state.id)
    payer = check_payment(state, new, paid_cents=paid, now=now)
    if state.status == "held":
        state = await _kept(tx, state, now=now, ids=ids)
    await payments.insert(tx, new, id=id, customer_id=payer, currency=state.currency, now=now)
    await events.append(tx, _recorded(new, id=id, event_id=ids.new(), now=now))
    if completes_deposit(state, paid_cents=paid + new.amount_cents):
        await booking_states.receive_deposit(tx, state, new.received_at, now=now)
        changes: dict[str, Change] = {"deposit_received_at": (None, new.received_at.isoformat())}
        await events.append(tx, event("DepositReceived", state, changes, id=ids.new(), now=now))
    return id


async def _kept(tx: Transaction, state: State, *, now: datetime, ids: Ids) -> State:
    """What is paid for is no longer a hold that runs out."""
    await booking_states.update(tx, state, "pending", now=now)
    await booking_states.keep(tx, state.id)
    changes: dict[str, Change] = {"status": ("held", "pending")}
    await events.append(tx, event("BookingPencilled", state, changes, id=ids.new(), now=now))
    return replace(state, status="pending", version=state.version + 1)


def _recorded(new: NewPayment, *, id: UUID, event_id: UUID, now: datetime) -> Event:
    return Event(
        id=event_id,
        kind="PaymentRecorded",
        entity="payment",
        entity_id=id,
        entity_version=1,
        occurred_at=now,
        changes={
            "booking_id": (None, str(new.booking_id)),
            "kind": (None, new.kind),
            "method": (None, new.method),
            "status": (None, "succeeded"),
            "amount_cents": (None, new.amount_cents),
        },
        personal={"reference": (None, new.reference)} if new.reference else {},
    )
