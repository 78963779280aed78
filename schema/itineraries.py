"""Changes of a booking's itinerary in the contract."""

from datetime import datetime

import strawberry

from schema.bookings import Booking
from schema.enums import StopKind, ThirdPartyStatus
from schema.errors import UserError

BOOKING = "The booking."
VERSION = "The booking's version that you read."
STOP = "The stop, by its `id`."


@strawberry.input(description="A stop as it should be.")
class StopInput:
    """A winery, restaurant, hotel or own place is named by its id, as the kind asks."""

    stop_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="A stop that the itinerary has already, to keep it; a new one has none.",
    )
    kind: StopKind = strawberry.field(description="What happens here.")
    winery_id: strawberry.ID | None = strawberry.field(
        default=None, description="The winery of a winery stop."
    )
    restaurant_id: strawberry.ID | None = strawberry.field(
        default=None, description="The restaurant of a restaurant stop."
    )
    hotel_id: strawberry.ID | None = strawberry.field(
        default=None, description="The hotel of a check-in or check-out."
    )
    own_place_id: strawberry.ID | None = strawberry.field(
        default=None, description="A place of the operator's own, of the kind that the stop asks."
    )
    name: str | None = strawberry.field(
        default=None, description="Name of what is in no directory; an activity needs one."
    )
    address: str | None = strawberry.field(
        default=None, description="Address of what is in no directory."
    )
    planned_arrival_at: datetime | None = strawberry.field(
        default=None, description="When the party should arrive, with an offset."
    )
    minutes: int = strawberry.field(default=60, description="How long it stays: 30 to 240.")


@strawberry.input(description="Put a whole itinerary in place of the old one.")
class SetItineraryInput:
    """In the order of the list."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    stops: list[StopInput] = strawberry.field(description="All stops in order, at most 20.")


@strawberry.input(description="Add a stop to an itinerary.")
class AddStopInput:
    """Those behind it move on by one."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    stop: StopInput = strawberry.field(description="The new stop.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the order, from 1; without it, the end."
    )


@strawberry.input(description="Put a stop at another place in the order.")
class MoveStopInput:
    """The others close up."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    stop_id: strawberry.ID = strawberry.field(description=STOP)
    position: int = strawberry.field(description="Its new place in the order, from 1.")


@strawberry.input(description="Take a stop out of an itinerary.")
class RemoveStopInput:
    """The others close up."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    stop_id: strawberry.ID = strawberry.field(description=STOP)


@strawberry.input(description="Change a stop. A field that is left out stays as it is.")
class UpdateStopInput:
    """`null` clears a name, an address or a time; a stop of 60 minutes is the default."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    stop_id: strawberry.ID = strawberry.field(description=STOP)
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    address: str | None = strawberry.field(default=strawberry.UNSET, description="Its address.")
    planned_arrival_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When the party should arrive, with an offset."
    )
    minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="How long it stays: 30 to 240; null for 60."
    )


@strawberry.input(description="Say what a winery, restaurant or hotel has answered.")
class SetStopStatusInput:
    """Nobody is asked about a pickup or a drop-off."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    stop_id: strawberry.ID = strawberry.field(description=STOP)
    status: ThirdPartyStatus = strawberry.field(description="What it has said.")


@strawberry.type(description="The booking with its changed itinerary, or why it was not changed.")
class ItineraryPayload:
    """Exactly one of the two says something."""

    booking: Booking | None = strawberry.field(description="The booking as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
