"""What a reservation that is cancelled gives back: by the policy of the day it was made."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.booking_states import RefundChanged, reason_of
from domain.cancellation import Policy, Refund, days_before, moves_freely, refund
from domain.errors import StaleVersion, WrongState
from domain.guest_moves import TooLate
from domain.reservations import OPEN, Known, Reservation, ReservationChange, policy_of
from domain.schedule import day_starts_at

DAYS = frozenset({"preferred_on", "alternate_on"})


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The wish to cancel, with the refund that the guest was told."""

    reservation_id: UUID
    expected_version: int
    reason: str
    refund_cents: int
    our_fault: bool = False


def day_that_counts(reservation: Reservation, *, today: date) -> date:
    """The day that a refund is reckoned to: the earlier one that has not been given up.

    Shape:  both days are held until one is struck off the reservation or is over. The alternative
            is no way to a better refund, and a day that is over is no reason for a worse one.
    """
    days = [day for day in (reservation.preferred_on, reservation.alternate_on) if day]
    return min((day for day in days if day >= today), default=max(days))


def quoted(known: Known, policy_today: Policy, *, our_fault: bool = False) -> Refund:
    """What a cancellation would give back, by the policy that was sold.

    Errors: WrongState for one that has ended.
    Source: docs/domain.md, section "Cancellation".
    """
    it = known.reservation
    if it.status == "cancelled":
        raise WrongState("The reservation is cancelled already.", path="id")
    if it.status not in OPEN:
        raise WrongState(f"A reservation that is {it.status} is not cancelled.", path="id")
    return refund(
        policy_of(it) or policy_today,
        deposit_cents=it.deposit_cents,
        paid_cents=known.paid_cents,
        starts_at=day_starts_at(_day(known), known.zone),
        now=known.now,
        zone=known.zone,
        our_fault=our_fault,
    )


def back_if_won(known: Known, policy_today: Policy, *, our_fault: bool = False) -> int:
    """What a cancellation would give back besides if all disputes were decided for us.

    Errors: WrongState for one that has ended.
    """
    won = replace(known, paid_cents=known.paid_cents + known.disputed_cents)
    due = [quoted(each, policy_today, our_fault=our_fault).total_cents for each in (won, known)]
    return due[0] - due[1]


def cancel(known: Known, wish: Cancellation, policy_today: Policy) -> Reservation:
    """Decide a cancellation that gives back exactly what the guest was told.

    Errors: StaleVersion, WrongState, InvalidInput, RefundChanged.
    """
    it = known.reservation
    if wish.expected_version != it.version:
        raise StaleVersion(expected=wish.expected_version, current=it.version)
    due = quoted(known, policy_today, our_fault=wish.our_fault)
    reason = reason_of(wish.reason, path="reason")
    if wish.refund_cents != due.total_cents:
        was, due_cents = wish.refund_cents, due.total_cents
        raise RefundChanged(was_cents=was, is_cents=due_cents, currency=it.currency)
    return replace(
        it,
        status="cancelled",
        cancelled_at=known.now,
        cancel_reason=reason,
        refund_due_cents=due.total_cents or None,
        version=it.version + 1,
    )


def check_guest_changes(known: Known, wish: ReservationChange, policy_today: Policy) -> None:
    """Refuse a guest what staff decide: all once they were consulted, and new days under the
    first cancellation tier, where another day would be a way to another refund.

    Errors: WrongState, TooLate.
    """
    it = known.reservation
    if it.status in {"contacted", "confirmed"}:
        raise WrongState("The day was talked over with you already. Call us.", path="id")
    moved = any(wish.named.get(day, getattr(it, day)) != getattr(it, day) for day in DAYS)
    days = days_before(day_starts_at(_day(known), known.zone), known.now, known.zone)
    if moved and not moves_freely(policy_of(it) or policy_today, days):
        raise TooLate("The day is so near that it is not changed by yourself. Call us.", path="id")


def _day(known: Known) -> date:
    return day_that_counts(known.reservation, today=known.now.astimezone(known.zone).date())
