"""The sale of seats: who may buy them for whom, what they cost, and how long they wait."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.customers import Contact
from domain.errors import DomainError, InvalidInput, NotFound, WrongState
from domain.events import Event
from domain.identity import Kind
from domain.pricing import EVERY_DAY, Package
from domain.quotes import SHARED, PriceBook, Wish, price
from domain.shared_tours import SharedTour
from domain.tickets import TourFull

MOST_GUESTS: Final = 6
MOST_TICKETS: Final = 14
LONGEST_HOLD_MINUTES: Final = 7 * 24 * 60
OF_STAFF: Final = frozenset({Kind.STAFF, Kind.WORKER})


class SalesClosed(DomainError):
    """The sale of this shared tour has ended, for staff too; the message says when. Choose another
    day.
    """

    code = "SALES_CLOSED"


@dataclass(frozen=True, slots=True)
class TicketWish:
    """One ticket of a sale."""

    guests: int
    with_lunch: bool


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """A ticket that may be sold, with its price."""

    guests: int
    with_lunch: bool
    subtotal_cents: int
    tax_cents: int
    total_cents: int


@dataclass(frozen=True, slots=True)
class NewSale:
    """The wish to sell seats of one tour: all of them, or none.

    Shape:  the buyer is a customer that the brand has, or somebody who says who they are; `seller`
            and `actor_id` say who asks, who may be a guest. Without minutes, guests wait as long
            as the brand holds, and staff until they say otherwise.
    """

    tour_id: UUID
    tickets: Sequence[TicketWish]
    seller: Kind
    actor_id: UUID | None
    customer_id: UUID | None = None
    contact: Contact | None = None
    hold_minutes: int | None = None

    @property
    def app_id(self) -> UUID | None:
        return self.actor_id if self.seller is Kind.PARTNER else None


def minutes_held(wish: NewSale, *, of_brand: int) -> int | None:
    """How long the seats wait, as far as this caller has a say in it.

    Errors: InvalidInput.
    """
    if wish.seller not in OF_STAFF:
        if wish.hold_minutes is not None:
            raise InvalidInput("How long seats wait is the brand's to say.", path="holdMinutes")
        return of_brand
    if wish.hold_minutes is not None and not 1 <= wish.hold_minutes <= LONGEST_HOLD_MINUTES:
        raise InvalidInput("Seats are held for 1 minute to 7 days.", path="holdMinutes")
    return wish.hold_minutes


def buyer_of(wish: NewSale) -> UUID | Contact:
    """Staff sell to any customer of the brand, a customer to themselves, all others to whoever
    says who they are.

    Errors: NotFound for a customer whom the caller does not have, InvalidInput.
    """
    if wish.seller in OF_STAFF:
        if wish.customer_id is not None and wish.contact is not None:
            raise InvalidInput("Name a customer, or say who buys.", path="contact")
        found = wish.customer_id or wish.contact
        if found is None:
            raise InvalidInput("Name a customer, or say who buys.", path="customerId")
        return found
    if wish.customer_id is not None and (wish.seller, wish.customer_id) != (
        Kind.CUSTOMER,
        wish.actor_id,
    ):
        raise NotFound(path="customerId")
    if wish.seller is Kind.CUSTOMER and wish.actor_id is not None:
        if wish.contact is not None:
            raise InvalidInput("You buy for yourself; leave it out.", path="contact")
        return wish.actor_id
    if wish.contact is None or wish.contact.email is None:
        raise InvalidInput("Say who buys: name and e-mail address.", path="contact")
    return wish.contact


def sell(
    tour: SharedTour,
    wishes: Sequence[TicketWish],
    book: PriceBook,
    *,
    left: int,
    zone: ZoneInfo,
    now: datetime,
) -> list[TicketDraft]:
    """The tickets of one sale: all of them, or none.

    Errors: WrongState, SalesClosed, InvalidInput, TourFull.
    """
    if not 1 <= len(wishes) <= MOST_TICKETS:
        raise InvalidInput(f"A sale has 1 to {MOST_TICKETS} tickets.", path="tickets")
    if not all(1 <= wish.guests <= MOST_GUESTS for wish in wishes):
        raise InvalidInput(f"A ticket is for 1 to {MOST_GUESTS} guests.", path="guests")
    if not tour.is_scheduled:
        raise WrongState(f"A tour that is {tour.status} is not sold.", path="sharedTourId")
    if now >= tour.sales_close_at:
        at = tour.sales_close_at.astimezone(zone)
        raise SalesClosed(
            f"The sale of this tour ended at {at:%Y-%m-%d %H:%M}, for staff too: a seat is sold"
            " only while there is time to give it back. Choose another day.",
            path="tickets",
        )
    if sum(wish.guests for wish in wishes) > left:
        raise TourFull(left)
    return [priced(tour, wish, book, zone=zone) for wish in wishes]


def priced(tour: SharedTour, wish: TicketWish, book: PriceBook, *, zone: ZoneInfo) -> TicketDraft:
    """The tour's own price of a seat, and the tax of the tour's day.

    Shape:  a tour keeps the price that it was laid out with, so no rule but that of tax applies.
    """
    seat = tour.seat_with_lunch_cents if wish.with_lunch else tour.seat_cents
    row = Package(SHARED, tour.title, seat, 1, 1, wish.guests, EVERY_DAY)
    taxes = [rule for rule in book.rules if rule.kind == "tax"]
    asked = Wish(SHARED, tour.starts_at, wish.guests, code=SHARED)
    sums = price(asked, replace(book, package=row, rules=taxes), zone=zone).totals
    return TicketDraft(
        wish.guests, wish.with_lunch, sums.subtotal_cents, sums.tax_cents, sums.total_cents
    )


def hold_until(now: datetime, minutes: int | None, tour: SharedTour) -> datetime | None:
    """How long a ticket waits for its payment: never beyond the end of the sale."""
    return None if minutes is None else min(now + timedelta(minutes=minutes), tour.sales_close_at)


def sold(
    draft: TicketDraft,
    *,
    id: UUID,
    of: Mapping[str, str | int | None],
    event_id: UUID,
    now: datetime,
) -> Event:
    """What is told of a new ticket: all of its values, with those of its sale."""
    values = {**asdict(draft), "status": "pending", **of}
    return Event(
        id=event_id,
        kind="TicketSold",
        entity="ticket",
        entity_id=id,
        entity_version=1,
        occurred_at=now,
        changes={name: (None, value) for name, value in values.items()},
    )
