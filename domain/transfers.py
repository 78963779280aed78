"""A tour that somebody else takes over: who that is, and what goes with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.customers import Contact
from domain.errors import InvalidInput, StaleVersion, WrongState

TRANSFERABLE = frozenset({"draft", "pending", "confirmed", "assigned"})


@dataclass(frozen=True, slots=True)
class Owned:
    """A stored booking by whose it is, with the contact that it keeps a copy of."""

    id: UUID
    status: str
    starts_at: datetime
    version: int
    customer_id: UUID | None
    name: str | None
    email: str | None
    phone: str | None
    guest_moves: int


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes over, as it was written."""

    name: str
    email: str | None = None
    phone: str | None = None

    def contact(self) -> Contact:
        """In the normal form.

        Errors: InvalidInput.
        """
        try:
            return Contact.of(self.name, self.email, self.phone)
        except InvalidInput as error:
            raise InvalidInput(error.message, path=f"contact.{error.path}") from None


@dataclass(frozen=True, slots=True)
class Transfer:
    """The wish to hand a tour over to a known customer, or to whoever the contact says."""

    booking_id: UUID
    expected_version: int
    customer_id: UUID | None = None
    taker: Taker | None = None


def check_transfer(booking: Owned, wish: Transfer, *, now: datetime) -> None:
    """Errors: StaleVersion, WrongState, InvalidInput."""
    if wish.expected_version != booking.version:
        raise StaleVersion(expected=wish.expected_version, current=booking.version)
    if booking.status not in TRANSFERABLE:
        raise WrongState(f"A booking that is {booking.status} is not handed over.", path="id")
    if booking.starts_at <= now:
        raise WrongState("The tour has begun: it is not handed over any more.", path="id")
    if (wish.customer_id is None) == (wish.taker is None):
        raise InvalidInput(
            "Say who takes over: a customer, or their contact details, and not both.",
            path="contact",
        )


def is_theirs(booking: Owned, customer_id: UUID, contact: Contact) -> bool:
    """Whether nothing would change."""
    known = (booking.customer_id, booking.name, booking.email, booking.phone)
    return known == (customer_id, contact.name, contact.email, contact.phone)


def differences(booking: Owned, contact: Contact) -> dict[str, tuple[str | None, str | None]]:
    """What differs of the copy of the contact, each with its value before and after."""
    pairs = {
        "customer_name": (booking.name, contact.name),
        "customer_email": (booking.email, contact.email),
        "customer_phone": (booking.phone, contact.phone),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
