"""How a reservation becomes a booking whose deposit is what was paid for the reservation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.customers import Contact
from domain.customers import initial as contact_values
from domain.errors import WrongState
from domain.events import Event
from domain.reservations import Known, Reservation, check_open, policy_of, step
from domain.sales import Buyer, NewBooking, Sale, facts


@dataclass(frozen=True, slots=True)
class Conversion:
    """The wish to make a quoted tour of a reservation, whoever's it is."""

    reservation_id: UUID
    expected_version: int
    new: NewBooking


@dataclass(frozen=True, slots=True)
class Moved:
    """A payment of a reservation that is its booking's by now."""

    id: UUID
    version: int
    received_at: datetime | None


def for_its_guest(wish: Conversion, known: Known) -> NewBooking:
    """What is to be sold, to whoever reserved.

    Errors: StaleVersion, WrongState.
    """
    convert(known, wish.expected_version)
    it = known.reservation
    return replace(wish.new, source="reservation", buyer=Buyer(it.customer_id))


def convert(known: Known, expected_version: int) -> Reservation:
    """Decide that it becomes a booking: the guest agreed, and has paid.

    Errors: StaleVersion, WrongState.
    """
    check_open(known, expected_version)
    if known.reservation.status == "confirmed" and not _is_paid(known):
        raise WrongState("The deposit has not been received. Record its payment first.", path="id")
    return step(known, "converted", expected_version=expected_version)


def _is_paid(known: Known) -> bool:
    return known.paid_cents >= known.reservation.deposit_cents > 0


def taken_over(sale: Sale, known: Known, contact: Contact | None) -> Sale:
    """The sale with what the reservation brings: its guest, its policy, and what was paid.

    Units:  the deposit is what was paid, and never more than the total.
    """
    it = known.reservation
    deposit = min(known.paid_cents, sale.totals.total_cents)
    return replace(
        sale,
        totals=replace(sale.totals, deposit_cents=deposit),
        policy=policy_of(it) or sale.policy,
        buyer=Buyer(it.customer_id, _reached(it) or contact),
        special_requests=sale.special_requests or it.special_requests,
        internal_notes=sale.internal_notes or it.internal_notes,
        reservation_id=it.id,
        inquiry_id=it.inquiry_id,
    )


def _reached(it: Reservation) -> Contact | None:
    """How its guest said that they are reached; None leaves it to what is known of them."""
    if it.contact_name is None:
        return None
    return Contact(it.contact_name, it.contact_email, it.contact_phone)


def booked(sale: Sale, number: str, *, id: UUID, event_id: UUID, now: datetime) -> Event:
    """What is told of the booking that comes into being."""
    contact = sale.buyer.contact
    return Event(
        id=event_id,
        kind="BookingCreated",
        entity="booking",
        entity_id=id,
        entity_version=1,
        occurred_at=now,
        changes={**facts(sale, number=number), "reservation_id": (None, str(sale.reservation_id))},
        personal=contact_values(contact, "customer_") if contact else {},
    )


def moved(
    payment: Moved, reservation_id: UUID, booking_id: UUID, *, event_id: UUID, now: datetime
) -> Event:
    """What is told of a payment that goes over."""
    return Event(
        id=event_id,
        kind="PaymentHandedOver",
        entity="payment",
        entity_id=payment.id,
        entity_version=payment.version,
        occurred_at=now,
        changes={
            "reservation_id": (str(reservation_id), None),
            "booking_id": (None, str(booking_id)),
            "version": (payment.version - 1, payment.version),
        },
    )


def received_at(payments: Sequence[Moved], *, now: datetime) -> datetime:
    """When the last of what was paid came in."""
    return max((each.received_at for each in payments if each.received_at), default=now)


def confirmed(booking_id: UUID, at: datetime, *, event_id: UUID, now: datetime) -> Event:
    """What is told of the booking, whose deposit is there from the first."""
    return Event(
        id=event_id,
        kind="BookingConfirmed",
        entity="booking",
        entity_id=booking_id,
        entity_version=2,
        occurred_at=now,
        changes={
            "status": ("pending", "confirmed"),
            "deposit_received_at": (None, at.isoformat()),
            "version": (1, 2),
        },
    )
