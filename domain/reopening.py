"""A tour that was off and is on again: when that may be, and what of its money is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import StaleVersion, StartInPast, WrongState
from domain.events import Change


@dataclass(frozen=True, slots=True)
class Closed:
    """A stored booking by what its end left.

    Units:  `paid_cents` is what was received for it and has not gone back.
    """

    paid_cents: int
    id: UUID
    status: str
    starts_at: datetime
    ends_at: datetime
    version: int
    customer_id: UUID | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    refund_due_cents: int | None
    deposit_cents: int
    deposit_received_at: datetime | None
    buffer_minutes: int
    resting_vehicles: int
    gone_drivers: int


@dataclass(frozen=True, slots=True)
class Reopening:
    """The wish to take a cancellation back, made on the version that the caller saw."""

    booking_id: UUID
    expected_version: int


@dataclass(frozen=True, slots=True)
class Reopened:
    """A decided return: until when its vans are taken, and whether its deposit still counts."""

    blocked_until: datetime
    deposit_received_at: datetime | None
    version: int

    def changes(self, before: Closed) -> dict[str, Change]:
        """What differs by it, as an event keeps it."""
        pairs: dict[str, Change] = {
            "status": (before.status, "pending"),
            "cancelled_at": (_text(before.cancelled_at), None),
            "refund_due_cents": (before.refund_due_cents, None),
            "deposit_received_at": (
                _text(before.deposit_received_at),
                _text(self.deposit_received_at),
            ),
        }
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def reopen(booking: Closed, wish: Reopening, *, now: datetime) -> Reopened:
    """Decide to take a cancellation back; the vans are asked for by whoever stores it.

    Shape:  a deposit that went back is to be received again before the tour is confirmed.
    Errors: StaleVersion, WrongState, StartInPast.
    Source: docs/domain.md, section "Bookings".
    """
    if wish.expected_version != booking.version:
        raise StaleVersion(expected=wish.expected_version, current=booking.version)
    if booking.status != "cancelled":
        raise WrongState(
            f"A booking that is {booking.status} is not reopened; one that is cancelled is.",
            path="id",
        )
    _check_return(booking, now=now)
    is_paid = booking.paid_cents >= booking.deposit_cents
    return Reopened(
        booking.ends_at + timedelta(minutes=booking.buffer_minutes),
        booking.deposit_received_at if is_paid else None,
        booking.version + 1,
    )


def come_back(booking: Closed, *, now: datetime) -> Reopened:
    """Decide that a hold which was paid too late is on again, as whoever stores it pencils it in.

    Errors: WrongState, StartInPast.
    Source: docs/domain.md, section "Bookings".
    """
    _check_return(booking, now=now)
    until = booking.ends_at + timedelta(minutes=booking.buffer_minutes)
    return Reopened(until, None, booking.version + 1)


def _check_return(booking: Closed, *, now: datetime) -> None:
    if booking.starts_at <= now:
        raise StartInPast
    if booking.customer_id is None:
        raise WrongState("Nobody had booked it. Hold the tour again.", path="id")
    if booking.resting_vehicles:
        raise WrongState("A vehicle of it is out of service. Sell the tour anew.", path="id")
    if booking.gone_drivers:
        raise WrongState("A driver of it does not work here now. Sell the tour anew.", path="id")


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
