"""What a guest says at the checkout: who they are, that they accept the terms, and their wishes."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.booking_states import HoldExpired
from domain.customers import Contact
from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.texts import storable

OPEN: Final = frozenset({"held", "pending"})
LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Checkout:
    """The checkout as it is stored."""

    id: UUID
    status: str
    version: int
    hold_expires_at: datetime | None
    name: str | None
    email: str | None
    phone: str | None
    accepted_at: datetime | None
    pickup: str | None
    dropoff: str | None
    special_requests: str | None
    customer_id: UUID | None = None

    @property
    def is_sold(self) -> bool:
        """Whose it is, is settled: another person takes it over by a transfer alone."""
        return self.status != "held" and self.customer_id is not None


@dataclass(frozen=True, slots=True)
class CheckoutWish:
    """What the guest says now; wishes that are None stay as they are."""

    booking_id: UUID
    expected_version: int
    contact: Contact
    accepts_terms: bool
    pickup: str | None = None
    dropoff: str | None = None
    special_requests: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A decided checkout."""

    name: str
    email: str
    phone: str | None
    accepted_at: datetime
    pickup: str | None
    dropoff: str | None
    special_requests: str | None


def fill(checkout: Checkout, wish: CheckoutWish, *, now: datetime) -> Filled:
    """Decide what is stored of a guest's words.

    Errors: StaleVersion, HoldExpired, WrongState, InvalidInput.
    """
    if wish.expected_version != checkout.version:
        raise StaleVersion(expected=wish.expected_version, current=checkout.version)
    expires_at = checkout.hold_expires_at
    if checkout.status == "held" and expires_at is not None and expires_at <= now:
        raise HoldExpired
    if checkout.status not in OPEN:
        raise WrongState(f"A booking that is {checkout.status} has no checkout.", path="id")
    if wish.contact.email is None:
        raise InvalidInput("Say an e-mail address.", path="contact.email")
    if checkout.is_sold and checkout.email not in {None, wish.contact.email}:
        raise WrongState(
            "The tour is sold under another address. Hand it over with `transferBooking`, or ask"
            " us to correct the address.",
            path="contact.email",
        )
    if not wish.accepts_terms:
        raise InvalidInput("The terms have to be accepted.", path="acceptTerms")
    return Filled(
        name=wish.contact.name,
        email=wish.contact.email,
        phone=wish.contact.phone,
        accepted_at=checkout.accepted_at or now,
        pickup=_said(wish.pickup, checkout.pickup, "pickup"),
        dropoff=_said(wish.dropoff, checkout.dropoff, "dropoff"),
        special_requests=_said(wish.special_requests, checkout.special_requests, "specialRequests"),
    )


def _said(wished: str | None, stored: str | None, path: str) -> str | None:
    if wished is None:
        return stored
    told = storable(wished, path=path).strip()
    if len(told) > LONGEST:
        raise InvalidInput(f"That is longer than {LONGEST} characters.", path=path)
    return told or None


def differences(before: Checkout, after: Filled) -> dict[str, tuple[str | None, str | None]]:
    """The fields that differ, each with its value before and after, as text."""
    pairs = {f.name: (getattr(before, f.name), getattr(after, f.name)) for f in fields(Filled)}
    return {name: (_text(a), _text(b)) for name, (a, b) in pairs.items() if a != b}


def _text(value: object) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value is None else str(value)
