"""Money that a person takes in: how much may be recorded for what, and when a deposit is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.booking_states import State
from domain.errors import DomainError, InvalidInput, WrongState
from domain.money import formatted
from domain.reservations import OPEN as RESERVED
from domain.reservations import Known
from domain.texts import storable

BY_HAND: Final = frozenset({"check", "cash", "bank_transfer", "other"})
OF_A_BOOKING: Final = frozenset({"deposit", "balance", "full"})
OPEN: Final = frozenset(
    {"held", "expired", "pending", "confirmed", "assigned", "in_progress", "completed"}
)
LONGEST_REFERENCE: Final = 200
LEEWAY: Final = timedelta(minutes=5)


class AmountExceedsDue(DomainError):
    """The payment is more than what is still owed. Record what the message names, or less."""

    code = "AMOUNT_EXCEEDS_DUE"

    def __init__(self, *, due_cents: int, currency: str) -> None:
        owed = f"{formatted(due_cents, currency)} is still owed. Record that or less."
        message = owed if due_cents > 0 else "It is paid in full: nothing is owed any more."
        super().__init__(message, path="amountCents")


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A check, cash or a transfer that somebody has in hand, for one thing.

    Errors: InvalidInput unless exactly one thing is named.
    """

    booking_id: UUID | None
    kind: str
    method: str
    amount_cents: int
    reference: str | None
    received_at: datetime
    reservation_id: UUID | None = None
    proposal_id: UUID | None = None

    def __post_init__(self) -> None:
        subjects = (self.booking_id, self.reservation_id, self.proposal_id)
        if len(subjects) - subjects.count(None) != 1:
            raise InvalidInput(
                "Name one booking, one reservation or one proposal that it is for.",
                path="bookingId",
            )


@dataclass(frozen=True, slots=True)
class Payable:
    """What a proposal is owed as a deposit, by whom, and what of it was paid."""

    status: str
    customer_id: UUID
    currency: str
    deposit_cents: int
    paid_cents: int


def check_payment(state: State, new: NewPayment, *, paid_cents: int, now: datetime) -> UUID:
    """Who pays, if the payment may be recorded.

    Errors: WrongState, InvalidInput, AmountExceedsDue.
    """
    if state.status not in OPEN:
        raise WrongState(f"A booking that is {state.status} is owed nothing.", path="bookingId")
    if state.customer_id is None:
        raise WrongState("Say who books before a payment is recorded.", path="bookingId")
    if new.kind not in OF_A_BOOKING:
        raise InvalidInput("Record a deposit, a balance or the full amount.", path="kind")
    _check_hand(new, now=now)
    _check_amount(new, state.total_cents - paid_cents, state.currency)
    return state.customer_id


def check_for_reservation(known: Known, new: NewPayment) -> UUID:
    """Who pays, if the payment may be recorded: no more than what is left of the flat deposit.

    Errors: WrongState, InvalidInput, AmountExceedsDue.
    """
    it = known.reservation
    if it.status == "converted":
        raise WrongState(
            "The reservation is a booking by now. Record the payment for that.",
            path="reservationId",
        )
    if it.status not in RESERVED:
        raise WrongState(
            f"A reservation that is {it.status} is owed nothing.", path="reservationId"
        )
    if known.has_run_out:
        raise WrongState("The reservation has run out. Make a new one.", path="reservationId")
    _check_deposit(new, "A reservation", now=known.now)
    _check_amount(new, it.deposit_cents - known.paid_cents, it.currency)
    return it.customer_id


def check_for_proposal(proposal: Payable, new: NewPayment, *, now: datetime) -> UUID:
    """Who pays, if the proposal is accepted: no more than what is left of its deposit.

    Errors: WrongState, InvalidInput, AmountExceedsDue.
    """
    if proposal.status == "converted":
        raise WrongState(
            "The proposal has become bookings. Record the payment for one of them.",
            path="proposalId",
        )
    if proposal.status != "accepted":
        raise WrongState(
            "A proposal is paid for once its client has accepted it.", path="proposalId"
        )
    _check_deposit(new, "A proposal", now=now)
    _check_amount(new, proposal.deposit_cents - proposal.paid_cents, proposal.currency)
    return proposal.customer_id


def _check_deposit(new: NewPayment, subject: str, *, now: datetime) -> None:
    if new.kind != "deposit":
        raise InvalidInput(f"{subject} is paid a deposit; the rest is its booking's.", path="kind")
    _check_hand(new, now=now)


def _check_hand(new: NewPayment, *, now: datetime) -> None:
    if new.method not in BY_HAND:
        raise InvalidInput("A card is charged, not recorded.", path="method")
    if new.amount_cents <= 0:
        raise InvalidInput("A payment is more than nothing.", path="amountCents")
    if new.received_at.tzinfo is None or new.received_at > now + LEEWAY:
        raise InvalidInput("A payment was received before now.", path="receivedAt")
    if new.reference is not None and len(storable(new.reference, path="reference")) > (
        LONGEST_REFERENCE
    ):
        raise InvalidInput("A reference has up to 200 characters.", path="reference")


def _check_amount(new: NewPayment, due_cents: int, currency: str) -> None:
    if new.amount_cents > due_cents:
        raise AmountExceedsDue(due_cents=due_cents, currency=currency)


def completes_deposit(state: State, *, paid_cents: int) -> bool:
    """Whether what is paid by now is the deposit, for the first time."""
    return not state.deposit_received and paid_cents >= state.deposit_cents
