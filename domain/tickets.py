"""A ticket's life: whether it is paid, whether its guests come, until when it is given back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import DomainError, InvalidInput, StaleVersion, WrongState
from domain.events import Change, Event
from domain.ids import Ids
from domain.money import formatted
from domain.schedule import day_starts_at
from domain.shared_tours import SharedTour
from domain.tasks import NewTask, Task, draft, refund_if_won

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "pending": frozenset({"confirmed", "cancelled"}),
    "confirmed": frozenset({"checked_in", "no_show", "cancelled"}),
    "checked_in": frozenset({"cancelled"}),
    "no_show": frozenset({"checked_in"}),
    "cancelled": frozenset(),
}
REFUND_WITHIN: Final = timedelta(days=1)
BY_HAND: Final = frozenset({"check", "cash", "bank_transfer", "other"})


class TourFull(DomainError):
    """The shared tour has fewer seats left than were asked for; the message says how many. Ask for
    fewer, or another day.
    """

    code = "TOUR_FULL"

    def __init__(self, left: int, *, path: str = "tickets") -> None:
        seats = "No seat is" if left < 1 else "1 seat is" if left == 1 else f"{left} seats are"
        super().__init__(f"{seats} left on this tour. Ask for fewer, or another day.", path=path)


class CancellationClosed(DomainError):
    """It is too late to give this ticket back; the message says since when. Keep the ticket."""

    code = "CANCELLATION_CLOSED"


class TicketNotPaid(DomainError):
    """The ticket is not paid in full; the message says how much is missing. Record a payment."""

    code = "TICKET_NOT_PAID"


def status_at(status: str, hold_expires_at: datetime | None, now: datetime) -> str:
    """A ticket that is not paid in time holds no seat, whether or not it has been swept."""
    ends = status == "pending" and hold_expires_at is not None and hold_expires_at <= now
    return "cancelled" if ends else status


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the rules need to know of a stored ticket."""

    id: UUID
    number: str
    status: str
    guests: int
    total_cents: int
    currency: str
    customer_id: UUID
    hold_expires_at: datetime | None
    version: int

    def has_run_out(self, now: datetime) -> bool:
        return self.status != status_at(self.status, self.hold_expires_at, now)


class Moving(Protocol):
    """What a ticket's next state is decided by."""

    @property
    def id(self) -> UUID: ...

    @property
    def status(self) -> str: ...

    @property
    def version(self) -> int: ...


@dataclass(frozen=True, slots=True)
class HandPayment:
    """Money that staff took: never a card, which only the card network says is paid."""

    method: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticket's payment with what of it was not returned yet; a disputed one may never be ours."""

    payment_id: UUID
    cents: int
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class CalledOff:
    """A ticket that is off, what is told of it, and what staff has to pay back for it."""

    ticket_id: UUID
    refund_cents: int
    event: Event
    refunds: Sequence[Task]


def move(ticket: Moving, status: str, *, expected_version: int) -> bool:
    """Whether the ticket changes; False if it is in that state already.

    Errors: StaleVersion, WrongState.
    """
    if expected_version != ticket.version:
        raise StaleVersion(expected=expected_version, current=ticket.version)
    if ticket.status == status:
        return False
    if ticket.status == "pending" and status in {"checked_in", "no_show"}:
        raise WrongState(
            "The ticket is not paid yet. Confirm it with `confirmTicket` first.", path="id"
        )
    if status not in TRANSITIONS[ticket.status]:
        raise WrongState(f"A ticket that is {ticket.status} does not become {status}.", path="id")
    return True


def check_running(tour: SharedTour) -> None:
    """Errors: WrongState for a tour that is over or off."""
    if not tour.is_scheduled:
        raise WrongState(f"The tour is {tour.status}.", path="id")


def check_seats(ticket: Ticket, *, left: int, now: datetime) -> None:
    """A ticket whose time to pay ran out comes back if its seats are still there.

    Errors: TourFull.
    """
    if ticket.has_run_out(now) and ticket.guests > left:
        raise TourFull(left, path="id")


def missing_cents(ticket: Ticket, *, paid_cents: int, by_hand: HandPayment | None) -> int:
    """What staff has taken for the ticket; 0 if it was paid before.

    Errors: TicketNotPaid, InvalidInput for a card.
    """
    missing = max(ticket.total_cents - paid_cents, 0)
    if missing and by_hand is None:
        raise TicketNotPaid(
            f"{formatted(missing, ticket.currency)} of"
            f" {formatted(ticket.total_cents, ticket.currency)} are missing."
            " Record the payment, or name how it was paid.",
            path="payment",
        )
    if by_hand is not None and by_hand.method not in BY_HAND:
        raise InvalidInput("A card is paid by what the card network says.", path="payment")
    return missing


def check_cutoff(ticket: Ticket, tour: SharedTour, *, zone: ZoneInfo, now: datetime) -> None:
    """What was paid for is given back until the cutoff; what was not may always go.

    Errors: CancellationClosed, WrongState for guests who are here: only their tour is called off.
    """
    if ticket.status == "checked_in":
        raise WrongState("A ticket that is checked_in does not become cancelled.", path="id")
    if ticket.status == "confirmed" and now > tour.cancel_until:
        at = tour.cancel_until.astimezone(zone)
        raise CancellationClosed(
            f"Tickets of this tour were given back until {at:%Y-%m-%d %H:%M}.", path="id"
        )


def check_day(tour: SharedTour, *, zone: ZoneInfo, now: datetime) -> None:
    """Guests come on the day of the tour. Errors: WrongState."""
    if now < day_starts_at(tour.starts_at.astimezone(zone).date(), zone):
        raise WrongState("The day of the tour has not come yet.", path="id")


def check_begun(tour: SharedTour, *, now: datetime) -> None:
    """Nobody is absent before the start. Errors: WrongState."""
    if now < tour.starts_at:
        raise WrongState("The tour has not begun yet.", path="id")


def call_off(
    ticket: Ticket, kept: Sequence[Kept], *, reason: str, now: datetime, ids: Ids
) -> CalledOff:
    """A ticket that is given back, called off or not paid: what was kept of it goes back."""
    due = sum(each.cents for each in kept if not each.is_disputed)
    refunds = [_to_refund(ticket, each, id=ids.new(), now=now) for each in kept]
    more: dict[str, Change] = {"reason": (None, reason), "refund_due_cents": (None, due)}
    event = moved(ticket, "cancelled", id=ids.new(), now=now, **more)
    return CalledOff(ticket.id, due, event, refunds)


def _to_refund(ticket: Ticket, kept: Kept, *, id: UUID, now: datetime) -> Task:
    money = formatted(kept.cents, ticket.currency)
    if kept.is_disputed:
        return refund_if_won("payment", kept.payment_id, money, id=id, now=now)
    wish = NewTask(
        kind="refund_ticket",
        title=f"Refund {money} of {ticket.number}",
        subject_kind="payment",
        subject_id=kept.payment_id,
        due_at=now + REFUND_WITHIN,
    )
    return draft(wish, id=id, now=now)


KINDS: Final[Mapping[str, str]] = {
    "confirmed": "TicketConfirmed",
    "checked_in": "TicketCheckedIn",
    "no_show": "TicketNoShow",
    "cancelled": "TicketCancelled",
}


def moved(ticket: Moving, status: str, *, id: UUID, now: datetime, **more: Change) -> Event:
    """What is told of a ticket that changed its state."""
    return Event(
        id=id,
        kind=KINDS[status],
        entity="ticket",
        entity_id=ticket.id,
        entity_version=ticket.version + 1,
        occurred_at=now,
        changes={"status": (ticket.status, status), **more},
    )
