"""A booking becomes sure: pencilled in, its deposit received or waived, confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import booking_states, events, fleet, reminders, sales
from db.database import Transaction
from domain.availability import FreeVan
from domain.booking_states import State, confirmed, event, go
from domain.errors import NotFound, WrongState
from domain.events import Change
from domain.ids import Ids
from domain.sales import choose
from domain.schedule import block_ends_at, check_order


async def pencil_booking(
    tx: Transaction, booking_id: UUID, expected_version: int, *, now: datetime, ids: Ids
) -> UUID:
    """Pencil in what was held, or a draft: from now on it keeps its vans.

    Errors: NotFound, StaleVersion, HoldExpired, WrongState, VehicleBusy.
    """
    seen = await booking_states.read(tx, booking_id)
    vans = await _free_vans(tx, seen, now=now) if seen and seen.status == "draft" else None
    state = await booking_states.lock_seen(tx, booking_id, expected_version)
    go(state, "pending", now=now)
    if state.status not in {"held", "draft"}:
        raise WrongState(f"A booking that is {state.status} is not pencilled in.", path="id")
    if state.customer_id is None:
        raise WrongState("Say who books before it is pencilled in.", path="id")
    await booking_states.update(tx, state, "pending", now=now)
    await booking_states.keep(tx, booking_id)
    if vans is not None:
        chosen = choose(vans.free, state.party_size)
        await sales.take(tx, booking_id, chosen, blocked_until=vans.until, ids=ids)
    changes: dict[str, Change] = {"status": (state.status, "pending")}
    await events.append(tx, event("BookingPencilled", state, changes, id=ids.new(), now=now))
    return state.id


async def confirm_booking(
    tx: Transaction,
    booking_id: UUID,
    expected_version: int,
    *,
    waiver: str | None,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Confirm a pencilled booking by its deposit, or without it for a reason.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    state = await booking_states.lock_seen(tx, booking_id, expected_version)
    why = confirmed(state, waiver, now=now)
    await booking_states.confirm(tx, state, why, now=now)
    changes: dict[str, Change] = {"status": (state.status, "confirmed")}
    if why is not None:
        changes["deposit_waiver_reason"] = (None, why)
    await events.append(tx, event("BookingConfirmed", state, changes, id=ids.new(), now=now))
    await reminders.schedule(tx, state.id, state.starts_at)
    return state.id


@dataclass(frozen=True, slots=True)
class _Vans:
    """Those that are free, and until when they are wanted."""

    free: Sequence[FreeVan]
    until: datetime


async def _free_vans(tx: Transaction, state: State, *, now: datetime) -> _Vans:
    """For a draft, which has none: their locks come before that of its row."""
    brand = tx.principal.brand
    zone = ZoneInfo(brand.time_zone) if brand else ZoneInfo("UTC")
    day, today = state.starts_at.astimezone(zone).date(), now.astimezone(zone).date()
    terms = await sales.terms(tx, day=day, today=today, zone=zone)
    if terms is None:
        raise NotFound
    check_order(state.starts_at, state.ends_at, now=now)
    until = block_ends_at(state.ends_at, terms.day)
    return _Vans(
        await fleet.claim_free_vans(tx, since=state.starts_at, until=until, now=now), until
    )
