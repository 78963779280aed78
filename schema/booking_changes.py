"""A booking handed over, reopened, or sold for another party, in the contract."""

import strawberry

from schema.bookings import Booking
from schema.errors import UserError

BOOKING = "The booking."
VERSION = "The version that you read."


@strawberry.input(description="Who takes a tour over.")
class TakerInput:
    """Whoever has the address is found by it, and stays as they are."""

    name: str = strawberry.field(description="Full name.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    phone: str | None = strawberry.field(default=None, description="Phone with the country code.")


@strawberry.input(description="Hand a booking over to another person.")
class TransferBookingInput:
    """A customer of the brand, or contact details; not both."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="A customer of the brand; for staff."
    )
    contact: TakerInput | None = strawberry.field(
        default=None, description="Who takes over, by name and address."
    )


@strawberry.type(description="The booking that was handed over, or why it was not.")
class TransferBookingPayload:
    """A guest who gave a booking away may see it no more."""

    booking: Booking | None = strawberry.field(
        description="The booking as it is now; null for whoever may not see it any more."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was handed over.")


@strawberry.input(description="Sell a booking for another party.")
class ChangePartyInput:
    """Ask for a quote of the same kind, start and length with the new party first."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    quote_token: str = strawberry.field(
        description="A quote for the same tour with the new party, not older than half an hour."
    )


@strawberry.type(description="The booking with its new party, or why it keeps the old one.")
class ChangePartyPayload:
    """Exactly one of the two says something."""

    booking: Booking | None = strawberry.field(description="The booking as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.input(description="Take a cancellation back.")
class ReopenBookingInput:
    """With the vehicles and drivers that it had."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.type(description="The booking that is pencilled in again, or why it is not.")
class ReopenBookingPayload:
    """Exactly one of the two says something."""

    booking: Booking | None = strawberry.field(description="The booking as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was reopened.")
