"""The day of a tour, in the contract."""

import strawberry

from schema.bookings import Booking
from schema.errors import UserError

BOOKING = "The booking."
VERSION = "The version of the booking that you read."


@strawberry.input(description="Begin a tour.")
class StartTourInput:
    """Its drivers have clocked in, and its vans had their pre-trip inspection that day."""

    booking_id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="End a tour.")
class CompleteTourInput:
    """Its vans had their post-trip inspection."""

    booking_id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="End a tour whose party did not appear.")
class MarkNoShowInput:
    """The tour has set out to meet the party."""

    booking_id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="One stop of a tour that is on its way.")
class TourStopInput:
    """A stop has no version: it is reached once, and left once."""

    booking_id: strawberry.ID = strawberry.field(description=BOOKING)
    position: int = strawberry.field(description="The stop's place in the order, from 1.")


@strawberry.type(description="The tour as it is now, or why nothing was changed.")
class TourPayload:
    """Exactly one of the two says something."""

    booking: Booking | None = strawberry.field(description="The booking as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")
