"""Changes of a booking's details in the contract."""

import strawberry
from strawberry import UNSET

from schema.bookings import Booking
from schema.errors import UserError


@strawberry.input(description="Change a booking's details. A field that is left out stays.")
class UpdateBookingInput:
    """`null` clears a field; the name of who booked cannot be cleared."""

    id: strawberry.ID = strawberry.field(description="The booking.")
    expected_version: int = strawberry.field(description="The version that you read.")
    pickup: str | None = strawberry.field(
        default=UNSET, description="Where the party is met: one line."
    )
    dropoff: str | None = strawberry.field(
        default=UNSET, description="Where the party is left: one line."
    )
    special_requests: str | None = strawberry.field(
        default=UNSET, description="What the guest asked for."
    )
    internal_notes: str | None = strawberry.field(default=UNSET, description="For staff alone.")
    driver_notes: str | None = strawberry.field(
        default=UNSET, description="For staff and the driver."
    )
    customer_name: str | None = strawberry.field(
        default=UNSET,
        description="Who is met, on this booking alone: the customer's record stays as it is.",
    )
    customer_email: str | None = strawberry.field(
        default=UNSET, description="Where this booking's mail goes."
    )
    customer_phone: str | None = strawberry.field(
        default=UNSET, description="Whom to call on the day, with the country code."
    )


@strawberry.type(description="The changed booking, or why it was not changed.")
class UpdateBookingPayload:
    """Exactly one of the two says something."""

    booking: Booking | None = strawberry.field(description="The booking as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
