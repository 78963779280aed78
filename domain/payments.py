"""Money that a person takes in: how much may be recorded, and when a deposit is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.booking_states import State
from domain.errors import DomainError, InvalidInput, WrongState
from domain.money import formatted
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
        super().__init__(
            f"{formatted(due_cents, currency)} is still owed. Record that or less.",
            path="amountCents",
        )


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A check, cash or a transfer that somebody has in hand."""

    booking_id: UUID
    kind: str
    method: str
    amount_cents: int
    reference: str | None
    received_at: datetime


def check_payment(state: State, new: NewPayment, *, paid_cents: int, now: datetime) -> UUID:
    """Who pays, if the payment may be recorded.

    Errors: WrongState, InvalidInput, AmountExceedsDue.
    """
    if state.status not in OPEN:
        raise WrongState(f"A booking that is {state.status} is owed nothing.", path="bookingId")
    if state.customer_id is None:
        raise WrongState("Say who books before a payment is recorded.", path="bookingId")
    if new.method not in BY_HAND:
        raise InvalidInput("A card is charged, not recorded.", path="method")
    if new.kind not in OF_A_BOOKING:
        raise InvalidInput("Record a deposit, a balance or the full amount.", path="kind")
    if new.amount_cents <= 0:
        raise InvalidInput("A payment is more than nothing.", path="amountCents")
    if new.received_at.tzinfo is None or new.received_at > now + LEEWAY:
        raise InvalidInput("A payment was received before now.", path="receivedAt")
    if new.reference is not None and len(storable(new.reference, path="reference")) > (
        LONGEST_REFERENCE
    ):
        raise InvalidInput("A reference has up to 200 characters.", path="reference")
    due_cents = state.total_cents - paid_cents
    if new.amount_cents > due_cents:
        raise AmountExceedsDue(due_cents=due_cents, currency=state.currency)
    return state.customer_id


def completes_deposit(state: State, *, paid_cents: int) -> bool:
    """Whether what is paid by now is the deposit, for the first time."""
    return not state.deposit_received and paid_cents >= state.deposit_cents
