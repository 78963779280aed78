"""A booking's way from the hold to the end: who may go where, until when, and what goes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.bookings import TRANSITIONS, status_at
from domain.cancellation import Policy, Refund, Tier, from_tiers, refund
from domain.errors import DomainError, InvalidInput, WrongState
from domain.events import Change, Event
from domain.money import formatted
from domain.tasks import NewTask, Task, draft
from domain.texts import storable

LONGEST_HOLD: Final = timedelta(hours=1)
LONGEST_REASON: Final = 500


class HoldExpired(DomainError):
    """The time of the hold is over, and its vehicles may be taken. Hold the tour again."""

    code = "HOLD_EXPIRED"

    def __init__(self) -> None:
        super().__init__("The hold has run out. Hold the tour again.", path="id")


class RefundChanged(DomainError):
    """What would come back is not what was quoted; the message names both. Show it, then cancel
    with the amount of today.
    """

    code = "REFUND_CHANGED"

    def __init__(self, *, was_cents: int, is_cents: int, currency: str) -> None:
        super().__init__(
            f"{formatted(was_cents, currency)} was quoted;"
            f" {formatted(is_cents, currency)} would come back now.",
            path="quotedRefundCents",
        )


@dataclass(frozen=True, slots=True)
class State:
    """What decides about a booking's next state."""

    id: UUID
    number: str
    status: str
    starts_at: datetime
    ends_at: datetime
    version: int
    party_size: int
    hold_expires_at: datetime | None
    customer_id: UUID | None
    currency: str
    total_cents: int
    deposit_cents: int
    deposit_received: bool
    policy: Mapping[str, Any]
    terms_accepted_at: datetime | None
    guest_moves: int = 0
    proposal_id: UUID | None = None

    def is_over(self, now: datetime) -> bool:
        """Is it a hold whose time is over, whether or not it has been swept?"""
        return status_at(self.status, self.hold_expires_at, now) == "expired"

    def has_run_out(self, now: datetime) -> bool:
        return self.status != status_at(self.status, self.hold_expires_at, now)


def go(state: State, status: str, *, now: datetime) -> None:
    """Refuse a step that the machine does not have.

    Errors: HoldExpired, WrongState naming where one can go from here.
    """
    if state.has_run_out(now) and status != "expired":
        raise HoldExpired
    if status == state.status:
        raise WrongState(f"The booking is {status} already.", path="id")
    steps = TRANSITIONS[state.status]
    if status not in steps:
        ways = ", ".join(sorted(steps)) or "nowhere"
        raise WrongState(
            f"A booking that is {state.status} does not become {status}; it goes to: {ways}.",
            path="id",
        )


def longer_hold(state: State, *, held_since: datetime, minutes: int, now: datetime) -> datetime:
    """A hold that lasts its minutes again from now, up to an hour in all.

    Errors: HoldExpired, WrongState.
    """
    if state.status != "held":
        raise WrongState(f"A booking that is {state.status} is not held.", path="id")
    if state.has_run_out(now):
        raise HoldExpired
    wished = min(now + timedelta(minutes=minutes), held_since + LONGEST_HOLD)
    if state.hold_expires_at is not None and wished <= state.hold_expires_at:
        raise WrongState("A hold lasts an hour at most.", path="id")
    return wished


def confirmed(state: State, waiver: str | None, *, now: datetime) -> str | None:
    """Why a booking may be confirmed without its deposit; None if the deposit is there.

    Errors: WrongState, InvalidInput.
    """
    if state.status == "held" and not state.has_run_out(now):
        raise WrongState(
            "A hold is not confirmed. Pencil it in with `pencilBooking`, or record its payment"
            " with `recordPayment`, first.",
            path="id",
        )
    go(state, "confirmed", now=now)
    if state.deposit_received:
        return None
    if waiver is None:
        raise WrongState(
            "The deposit has not been received. Record its payment with `recordPayment`, or waive"
            " it with a reason.",
            path="id",
        )
    return reason_of(waiver, path="waiveDepositReason")


def reason_of(text: str, *, path: str) -> str:
    """Errors: InvalidInput for an empty or a long one."""
    told = storable(text, path=path).strip()
    if not 1 <= len(told) <= LONGEST_REASON:
        raise InvalidInput(f"A reason has 1 to {LONGEST_REASON} characters.", path=path)
    return told


def check_guest_cancels(state: State, *, now: datetime) -> None:
    """Refuse a guest what staff decide: a tour that has begun, or one of several.

    Errors: WrongState.
    """
    if now >= state.starts_at or state.status == "in_progress":
        raise WrongState("The tour has begun. Call us.", path="id")
    if state.proposal_id is not None:
        raise WrongState("The tour is one of a proposal's. Call us to cancel it.", path="id")


def refund_of(
    state: State, paid_cents: int, *, now: datetime, zone: ZoneInfo, our_fault: bool = False
) -> Refund:
    """What would come back if the booking were cancelled now, by the policy it was sold under.

    Shape:  whoever has used the one move has no deposit left to take back: a date that is far
            again does not bring it back either.
    Source: docs/domain.md, section "Cancellation".
    """
    policy = from_tiers(state.policy["tiers"], state.policy.get("version", 1))
    if state.guest_moves:
        policy = Policy((Tier(0, 0),), policy.version)
    return refund(
        policy,
        deposit_cents=state.deposit_cents,
        paid_cents=paid_cents,
        starts_at=state.starts_at,
        now=now,
        zone=zone,
        our_fault=our_fault,
    )


def event(
    kind: str, state: State, changes: Mapping[str, Change], *, id: UUID, now: datetime
) -> Event:
    """A change of a booking that makes its next version."""
    return Event(
        id=id,
        kind=kind,
        entity="booking",
        entity_id=state.id,
        entity_version=state.version + 1,
        occurred_at=now,
        changes=changes,
    )


def overpayment_task(
    booking_id: UUID, number: str, cents: int, currency: str, *, id: UUID, now: datetime
) -> Task:
    """What a tour that costs less than was paid for it asks of staff."""
    title = f"Give back {formatted(cents, currency)} for {number}: it costs less than was paid"
    wish = NewTask("overpayment", title, "booking", booking_id, now + timedelta(days=1))
    return draft(wish, id=id, now=now)


def refund_task(state: State, cents: int, *, id: UUID, now: datetime) -> Task:
    """What a cancellation with money to give back asks of staff."""
    title = f"Give back {formatted(cents, state.currency)} for {state.number}"
    wish = NewTask("refund", title, "booking", state.id, now + timedelta(days=1))
    return draft(wish, id=id, now=now)
