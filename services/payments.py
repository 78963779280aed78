"""Payments that a person records: a check, cash, a transfer; never a card."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import booking_states, events, fleet, payments, reopening, reservations
from db.database import ResourcesChanged, Transaction
from domain.booking_states import State, event
from domain.errors import NotFound
from domain.events import Change, Event
from domain.ids import Ids
from domain.payments import (
    NewPayment,
    check_for_proposal,
    check_for_reservation,
    check_payment,
    completes_deposit,
)
from domain.reopening import come_back


async def record_payment(
    tx: Transaction, new: NewPayment, *, id: UUID, now: datetime, ids: Ids
) -> UUID:
    """Store a payment for a booking, or the deposit of a reservation or of an accepted proposal.

    Errors: NotFound, WrongState, InvalidInput, AmountExceedsDue, StartInPast, VehicleBusy.
    """
    if new.booking_id is not None:
        return await _for_booking(tx, new, new.booking_id, id=id, now=now, ids=ids)
    payer, currency = await _depositor(tx, new, now=now)
    await payments.insert(tx, new, id=id, customer_id=payer, currency=currency, now=now)
    await events.append(tx, _recorded(new, id=id, event_id=ids.new(), now=now))
    return id


async def _depositor(tx: Transaction, new: NewPayment, *, now: datetime) -> tuple[UUID, str]:
    """Who pays the deposit of what is no booking yet, and in which money, behind its row."""
    brand = tx.principal.brand
    if new.proposal_id is not None:
        proposal = await payments.lock_proposal(tx, new.proposal_id)
        if proposal is None:
            raise NotFound(path="proposalId")
        return check_for_proposal(proposal, new, now=now), proposal.currency
    if new.reservation_id is None or brand is None:
        raise NotFound(path="reservationId")
    zone = ZoneInfo(brand.time_zone)
    known = await reservations.lock(tx, new.reservation_id, now=now, zone=zone)
    if known is None:
        raise NotFound(path="reservationId")
    return check_for_reservation(known, new), known.reservation.currency


async def _for_booking(
    tx: Transaction, new: NewPayment, booking_id: UUID, *, id: UUID, now: datetime, ids: Ids
) -> UUID:
    """The payment that completes the deposit says so on the booking.

    Shape:  what was held is pencilled in, also if its time was over, while its vans are free.
    """
    state, taken = await _locked(tx, booking_id, now=now)
    paid = await booking_states.paid_cents(tx, state.id)
    payer = check_payment(state, new, paid_cents=paid, now=now)
    if state.is_over(now):
        state = await _come_back(tx, state, taken, now=now, ids=ids)
    elif state.status == "held":
        state = await _kept(tx, state, now=now, ids=ids)
    await payments.insert(tx, new, id=id, customer_id=payer, currency=state.currency, now=now)
    await events.append(tx, _recorded(new, id=id, event_id=ids.new(), now=now))
    if completes_deposit(state, paid_cents=paid + new.amount_cents):
        await booking_states.receive_deposit(tx, state, new.received_at, now=now)
        changes: dict[str, Change] = {"deposit_received_at": (None, new.received_at.isoformat())}
        await events.append(tx, event("DepositReceived", state, changes, id=ids.new(), now=now))
    return id


async def _locked(
    tx: Transaction, booking_id: UUID, *, now: datetime
) -> tuple[State, reopening.Resources]:
    """The booking's row, behind what it wants back if its time is over."""
    seen = await booking_states.read(tx, booking_id)
    taken: reopening.Resources = ((), ())
    if seen is not None and seen.is_over(now):
        taken = await reopening.assigned(tx, booking_id)
        await fleet.lock(tx, *taken)
    state = await booking_states.lock(tx, booking_id)
    if seen is None or state is None:
        raise NotFound(path="bookingId")
    if state.is_over(now) and not seen.is_over(now):
        raise ResourcesChanged  # Its time was over while this waited for the booking's row.
    return state, taken


async def _come_back(
    tx: Transaction, state: State, taken: reopening.Resources, *, now: datetime, ids: Ids
) -> State:
    """What was paid for too late is on again, while it is free."""
    if state.status == "held":
        state = await _swept(tx, state, now=now, ids=ids)
    before = await reopening.lock(tx, state.id)
    if before is None:
        raise NotFound(path="bookingId")
    change = come_back(before, now=now)
    await fleet.release_expired_holds(tx, taken[0], now=now)
    await reopening.reopen(tx, state.id, change, taken, now=now, ids=ids)
    changes: dict[str, Change] = {"status": ("expired", "pending")}
    await events.append(tx, event("BookingPencilled", state, changes, id=ids.new(), now=now))
    return replace(state, status="pending", version=change.version)


async def _swept(tx: Transaction, state: State, *, now: datetime, ids: Ids) -> State:
    """Whoever wanted the van may have it already: it is asked for anew."""
    await booking_states.update(tx, state, "expired", now=now)
    await booking_states.release(tx, state.id, now=now)
    changes: dict[str, Change] = {"status": ("held", "expired")}
    await events.append(tx, event("HoldExpired", state, changes, id=ids.new(), now=now))
    return replace(state, status="expired", version=state.version + 1)


async def _kept(tx: Transaction, state: State, *, now: datetime, ids: Ids) -> State:
    """What is paid for is no longer a hold that runs out."""
    await booking_states.update(tx, state, "pending", now=now)
    await booking_states.keep(tx, state.id)
    changes: dict[str, Change] = {"status": ("held", "pending")}
    await events.append(tx, event("BookingPencilled", state, changes, id=ids.new(), now=now))
    return replace(state, status="pending", version=state.version + 1)


def _subject(new: NewPayment) -> dict[str, Change]:
    """What it is for."""
    named = {
        "booking_id": new.booking_id,
        "reservation_id": new.reservation_id,
        "proposal_id": new.proposal_id,
    }
    return {name: (None, str(id)) for name, id in named.items() if id is not None}


def _recorded(new: NewPayment, *, id: UUID, event_id: UUID, now: datetime) -> Event:
    return Event(
        id=event_id,
        kind="PaymentRecorded",
        entity="payment",
        entity_id=id,
        entity_version=1,
        occurred_at=now,
        changes={
            **_subject(new),
            "kind": (None, new.kind),
            "method": (None, new.method),
            "status": (None, "succeeded"),
            "amount_cents": (None, new.amount_cents),
        },
        personal={"reference": (None, new.reference)} if new.reference else {},
    )
