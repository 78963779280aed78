"""What can be wished of reservations, and what is answered, in the contract."""

from datetime import date

import strawberry

from schema.bookings import Booking
from schema.enums import ReservationMethod, TourType
from schema.errors import UserError
from schema.money import Money
from schema.reservations import Reservation
from schema.sales import ContactInput
from schema.scalars import Cents

VERSION = "The version that you read."


@strawberry.input(description="Hold a day behind a flat deposit.")
class CreateReservationInput:
    """Whose it is stands in `customerId` or in `contact`."""

    preferred_on: date = strawberry.field(description="The wished day, in the brand's zone.")
    alternate_on: date | None = strawberry.field(
        default=None, description="Another day that would do."
    )
    party_size: int = strawberry.field(description="Guests.")
    tour_type: TourType = strawberry.field(
        default=TourType.WINE_TOUR, description="What kind of tour is wished."
    )
    method: ReservationMethod = strawberry.field(
        default=ReservationMethod.CARD, description="How the deposit is paid."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="A customer of the brand. For staff."
    )
    contact: ContactInput | None = strawberry.field(
        default=None, description="Who reserves; not looked at beside a customer."
    )
    inquiry_id: strawberry.ID | None = strawberry.field(
        default=None, description="The inquiry that it comes of; it is won by this. For staff."
    )
    special_requests: str | None = strawberry.field(
        default=None, description="What the guest asks for."
    )
    internal_notes: str | None = strawberry.field(
        default=None, description="For staff alone, and from them."
    )


@strawberry.input(description="Change a reservation. A field that is left out stays as it is.")
class UpdateReservationInput:
    """A deposit that is not paid yet follows the party."""

    id: strawberry.ID = strawberry.field(description="The reservation.")
    expected_version: int = strawberry.field(description=VERSION)
    preferred_on: date | None = strawberry.field(
        default=strawberry.UNSET, description="The wished day."
    )
    alternate_on: date | None = strawberry.field(
        default=strawberry.UNSET, description="Another day that would do; null for none."
    )
    party_size: int | None = strawberry.field(default=strawberry.UNSET, description="Guests.")
    tour_type: TourType | None = strawberry.field(
        default=strawberry.UNSET, description="What kind of tour is wished."
    )
    method: ReservationMethod | None = strawberry.field(
        default=strawberry.UNSET, description="How the deposit is paid."
    )
    special_requests: str | None = strawberry.field(
        default=strawberry.UNSET, description="What the guest asks for; null for nothing."
    )
    internal_notes: str | None = strawberry.field(
        default=strawberry.UNSET, description="For staff alone; null for none."
    )


@strawberry.input(description="Correct a reservation. A field that is left out stays as it is.")
class AmendReservationInput:
    """A deposit that is not paid yet follows the party."""

    id: strawberry.ID = strawberry.field(description="The reservation.")
    expected_version: int = strawberry.field(description=VERSION)
    contact: ContactInput | None = strawberry.field(
        default=None, description="How whoever reserved is reached; who they are stays."
    )
    preferred_on: date | None = strawberry.field(
        default=strawberry.UNSET, description="The wished day."
    )
    alternate_on: date | None = strawberry.field(
        default=strawberry.UNSET,
        description="Another day that would do; null gives it up.",
    )
    party_size: int | None = strawberry.field(default=strawberry.UNSET, description="Guests.")
    tour_type: TourType | None = strawberry.field(
        default=strawberry.UNSET, description="What kind of tour is wished."
    )
    special_requests: str | None = strawberry.field(
        default=strawberry.UNSET, description="What the guest asks for; null for nothing."
    )


@strawberry.input(description="Say that the guest of a reservation was consulted.")
class ContactReservationInput:
    """The first step, to be taken within a day."""

    id: strawberry.ID = strawberry.field(description="The reservation.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Say that the guest of a reservation agrees.")
class ConfirmReservationInput:
    """What is left is to make a booking of it."""

    id: strawberry.ID = strawberry.field(description="The reservation.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Cancel a reservation, with the refund that the guest was told.")
class CancelReservationInput:
    """Ask `reservationCancellation` first."""

    id: strawberry.ID = strawberry.field(description="The reservation.")
    expected_version: int = strawberry.field(description=VERSION)
    reason: str = strawberry.field(description="Why.")
    quoted_refund_cents: Cents = strawberry.field(
        description="What the guest was told comes back; refused if it is another sum by now."
    )
    our_fault: bool = strawberry.field(
        default=False,
        description="A fault of ours, or the weather: everything comes back. Staff only.",
    )


@strawberry.input(description="Make the quoted tour of a confirmed reservation.")
class ConvertReservationInput:
    """What was paid becomes the booking's deposit; the rest is its balance."""

    id: strawberry.ID = strawberry.field(description="The reservation.")
    expected_version: int = strawberry.field(description=VERSION)
    quote_token: str = strawberry.field(description="The quote of the tour that was agreed.")
    pickup: str | None = strawberry.field(default=None, description="Where the party is met.")
    dropoff: str | None = strawberry.field(default=None, description="Where the party is left.")
    special_requests: str | None = strawberry.field(
        default=None, description="What the guest asks for; the reservation's if left out."
    )
    internal_notes: str | None = strawberry.field(
        default=None, description="For staff alone; the reservation's if left out."
    )
    driver_notes: str | None = strawberry.field(
        default=None, description="For staff and the driver."
    )


@strawberry.type(description="The booking and what it was made of, or why there is none.")
class ConvertReservationPayload:
    """Both, or a refusal."""

    reservation: Reservation | None = strawberry.field(description="The reservation as it is now.")
    booking: Booking | None = strawberry.field(description="The booking that it became.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was converted.")


@strawberry.type(description="What cancelling a reservation now would give back.")
class ReservationCancellation:
    """Reckoned to the policy that it was sold under; nothing is stored."""

    reservation: Reservation = strawberry.field(description="The reservation as it is now.")
    days_before: int = strawberry.field(
        description="Days of the brand until the day that counts: the earlier of the preferred and"
        " the alternate that has not been given up."
    )
    percent: int = strawberry.field(description="The share of the deposit that comes back.")
    refund: Money = strawberry.field(description="What comes back in all.")


@strawberry.type(description="The new reservation and what opens it, or why there is none.")
class CreateReservationPayload:
    """The token is the only way of a guest to the reservation."""

    reservation: Reservation | None = strawberry.field(
        description="The reservation, to those who read reservations."
    )
    id: strawberry.ID | None = strawberry.field(description="Its global id.")
    number: str | None = strawberry.field(description="Its human number.")
    deposit: Money | None = strawberry.field(description="The flat deposit.")
    checkout_token: str | None = strawberry.field(
        description="Whoever holds it sees this reservation and nothing else."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was made.")


@strawberry.type(description="The reservation, or why nothing was changed.")
class ReservationPayload:
    """Exactly one of the two says something."""

    reservation: Reservation | None = strawberry.field(description="The reservation as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")
