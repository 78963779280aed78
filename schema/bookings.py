"""Bookings in the contract."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry

from domain.bookings import status_at
from domain.identity import Scope
from schema.customers import Customer
from schema.directory import Hotel, Restaurant, Winery
from schema.enums import (
    BookingStatus,
    PriceLineKind,
    Source,
    StopKind,
    ThirdPartyStatus,
    TourType,
)
from schema.errors import UserError
from schema.fields import Node, column, derived, edge, entity, instant, money, status_by_now
from schema.fleet import Driver, Vehicle
from schema.global_ids import encode
from schema.money import Money
from schema.places import Place
from schema.reservations import Reservation
from schema.scalars import LocalDateTime

if TYPE_CHECKING:
    from schema.payments import Payment


def wall_clock(at: datetime, time_zone: str) -> LocalDateTime:
    return LocalDateTime(at.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None))


def quantity(thousandths: int) -> float:
    return thousandths / 1000


def stop_id(id: UUID) -> strawberry.ID:
    return strawberry.ID(encode("BookingStop", id))


@strawberry.type(description="One stop of a tour, in order.")
class BookingStop:
    """Owned by its booking: it is named in changes, and fetched with its booking alone."""

    id: strawberry.ID = derived(("id",), stop_id, "Names the stop in a change of the itinerary.")
    position: int = column("Place in the order, from 1.")
    kind: StopKind = column("What happens here.")
    name: str | None = column("Name of a stop that is in no directory.")
    address: str | None = column("Address of a stop that is in no directory.")
    planned_arrival_at: datetime | None = instant("When the party should arrive.")
    minutes: int = column("How long the party stays.")
    arrived_at: datetime | None = instant("When the party did arrive.")
    departed_at: datetime | None = instant("When the party left.")
    third_party_status: ThirdPartyStatus = column("What the place has said.")
    winery: Winery | None = edge("The winery of a winery stop.")
    restaurant: Restaurant | None = edge("The restaurant of a restaurant stop.")
    hotel: Hotel | None = edge("The hotel of a check-in or check-out.")
    own_place: Place | None = edge("One of the operator's own, in place of any of these.")


@strawberry.type(description="One line of a booking's price, as it was sold.")
class PriceLine:
    """Owned by its booking."""

    position: int = column("Place in the order, from 1.")
    kind: PriceLineKind = column("What the line charges for.")
    label: str = column("As the guest reads it.")
    rule: str = column("The rule that made the line.")
    quantity: float = derived(("quantity_thousandths",), quantity, "Hours, guests or miles.")
    unit: Money = money("unit_cents", "Price of one.")
    amount: Money = money("amount_cents", "Quantity times unit; negative for a discount.")
    taxable: bool = column("Does tax apply to it?")


@entity("bookings", description="One tour on one date for one party.", scope=Scope.BOOKINGS_READ)
class Booking(Node):
    """A sale, from the hold to the end of the tour."""

    number: str = column("Human number, unique in the brand: `WWT-2026-00042`.")
    status: BookingStatus = status_by_now(
        status_at, "hold_expires_at", "Where the booking is in its life, by now."
    )
    tour_type: TourType = column("What kind of tour it is.")
    source: Source | None = column("How the booking came in.")
    party_size: int = column("Guests.")
    starts_at: datetime = instant("Start, with the offset of the brand's zone.")
    ends_at: datetime = instant("End, with the offset of the brand's zone.")
    starts_at_local: LocalDateTime = derived(
        ("starts_at", "time_zone"), wall_clock, "Start as the clock on the wall shows it."
    )
    ends_at_local: LocalDateTime = derived(
        ("ends_at", "time_zone"), wall_clock, "End as the clock on the wall shows it."
    )
    time_zone: str = column("IANA zone of the tour: `America/Los_Angeles`.")
    pickup: str | None = column("Where the party is met.")
    dropoff: str | None = column("Where the party is left.")
    special_requests: str | None = column("What the guest asked for.")
    internal_notes: str | None = column("For staff alone.", scope=Scope.NOTES_READ)
    driver_notes: str | None = column("For staff and the driver.", scope=Scope.NOTES_READ)
    guest_first_name: str | None = column("Whom the driver meets.", scope=Scope.NOTES_READ)
    customer_name: str | None = column("Who books, as they said it for this booking.")
    customer_email: str | None = column(
        "Where the mail of this booking goes.", scope=Scope.CUSTOMERS_CONTACT
    )
    customer_phone: str | None = column("Whom to call on the day.", scope=Scope.CUSTOMERS_CONTACT)
    subtotal: Money | None = money(
        "subtotal_cents", "Before discount and tax.", scope=Scope.PRICES_READ
    )
    discount: Money | None = money("discount_cents", "Taken off.", scope=Scope.PRICES_READ)
    tax: Money | None = money("tax_cents", "Tax on what is taxable.", scope=Scope.PRICES_READ)
    total: Money | None = money(
        "total_cents",
        "What the party pays, tax included. FORBIDDEN to callers without prices:read.",
        scope=Scope.PRICES_READ,
    )
    deposit: Money | None = money(
        "deposit_cents", "Due to confirm the booking.", scope=Scope.PRICES_READ
    )
    balance: Money | None = money(
        "balance_cents", "Total less deposit, due after the tour.", scope=Scope.PRICES_READ
    )
    hold_expires_at: datetime | None = instant(
        "Until when a held tour is held; a hold that is over blocks nothing."
    )
    deposit_received_at: datetime | None = instant("When the deposit was complete.")
    cancelled_at: datetime | None = instant("When it was called off.")
    no_show: bool | None = column("Did the party fail to appear?")
    created_at: datetime = instant("When the booking was made.")
    updated_at: datetime = instant("When it last changed.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")
    customer: Customer | None = edge("Who booked.", scope=Scope.CUSTOMERS_READ)
    reservation: Reservation | None = edge(
        "The reservation it was converted from.", scope=Scope.RESERVATIONS_READ
    )
    payments: list[Annotated["Payment", strawberry.lazy("schema.payments")]] | None = edge(
        "Money received and returned, oldest first.", scope=Scope.PAYMENTS_READ
    )
    stops: list[BookingStop] = edge("The itinerary, in order.")
    price_lines: list[PriceLine] | None = edge(
        "What was sold, line by line.", scope=Scope.PRICES_READ
    )
    vehicles: list[Vehicle] = edge("Vehicles assigned.")
    drivers: list[Driver] = edge("Drivers assigned.")


@strawberry.input(description="Which bookings; conditions are joined by AND.")
class BookingFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[BookingStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )
    starts_on_from: date | None = strawberry.field(
        default=None, description="Tours from this local day on."
    )
    starts_on_to: date | None = strawberry.field(
        default=None, description="Tours up to and including this local day."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Booked by this customer."
    )
    driver_id: strawberry.ID | None = strawberry.field(
        default=None, description="Driven by this driver."
    )
    vehicle_id: strawberry.ID | None = strawberry.field(
        default=None, description="With this vehicle."
    )
    winery_id: strawberry.ID | None = strawberry.field(
        default=None, description="With a stop at this winery."
    )
    source: list[Source] | None = strawberry.field(
        default=None, description="That came in one of these ways."
    )
    text: str | None = strawberry.field(
        default=None, description="Part of a number, name, e-mail address or phone number."
    )


@strawberry.input(description="Move a booking to another time.")
class RescheduleBookingInput:
    """Vehicles, drivers and stops move with the tour."""

    id: strawberry.ID = strawberry.field(description="The booking.")
    starts_at: datetime = strawberry.field(description="The new start, with an offset.")
    ends_at: datetime | None = strawberry.field(
        default=None,
        description="The new end, with an offset; without it the tour keeps its length.",
    )
    expected_version: int = strawberry.field(description="The version that you read.")


@strawberry.type(description="The moved booking, or why it was not moved.")
class RescheduleBookingPayload:
    """Exactly one of the two says something."""

    booking: Booking | None = strawberry.field(description="The booking as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was moved.")


@strawberry.type(
    description="That a booking has changed, and the booking as this caller sees it now."
)
class BookingChanged:
    """One event, read again through the subscriber's own door."""

    event_id: strawberry.ID = strawberry.field(
        description="Unique; a repeated one is the same change."
    )
    kind: str = strawberry.field(
        description="What happened, in the past tense: `BookingRescheduled`."
    )
    booking: Booking = strawberry.field(description="The booking as it is now.")
