"""Itineraries: a list of stops for the old one, and one stop added, moved, changed or taken out."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import strawberry
from strawberry import UNSET, Info

from db.bookings import BOOKINGS
from domain.identity import Scope
from domain.itineraries import MINUTES, PLACE_OF, Edit, StopChange, WantedStop
from resolvers.guests import hand_of
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.itineraries import (
    AddStopInput,
    ItineraryPayload,
    MoveStopInput,
    RemoveStopInput,
    SetItineraryInput,
    SetStopStatusInput,
    StopInput,
    UpdateStopInput,
)
from services.itineraries import (
    add_stop,
    move_stop,
    remove_stop,
    set_itinerary,
    set_stop_status,
    update_stop,
)

PLACES = frozenset(PLACE_OF.values())


@strawberry.type
class ItineraryMutation:
    """Root fields that change itineraries."""

    @mutation(
        ItineraryPayload,
        scope=Scope.BOOKINGS_AMEND,
        description="Give a booking a whole itinerary; stops that are not named are taken out.",
    )
    async def set_itinerary(self, info: Info, input: SetItineraryInput) -> ItineraryPayload:
        stops = [wanted(each, path=f"stops.{place}.") for place, each in enumerate(input.stops)]
        work = partial(set_itinerary, stops=stops)
        return await _written(info, _edit(input), work)

    @mutation(
        ItineraryPayload, scope=Scope.BOOKINGS_AMEND, description="Add a stop to an itinerary."
    )
    async def add_stop(self, info: Info, input: AddStopInput) -> ItineraryPayload:
        stop = wanted(input.stop, path="stop.")
        work = partial(add_stop, stop=stop, position=input.position)
        return await _written(info, _edit(input), work)

    @mutation(
        ItineraryPayload,
        scope=Scope.BOOKINGS_AMEND,
        description="Put a stop at another place in the order.",
    )
    async def move_stop(self, info: Info, input: MoveStopInput) -> ItineraryPayload:
        work = partial(
            move_stop,
            stop_id=_stop_id(input.stop_id),
            position=input.position,
        )
        return await _written(info, _edit(input), work)

    @mutation(
        ItineraryPayload,
        scope=Scope.BOOKINGS_AMEND,
        description="Take a stop out of an itinerary; the history keeps it.",
    )
    async def remove_stop(self, info: Info, input: RemoveStopInput) -> ItineraryPayload:
        work = partial(remove_stop, stop_id=_stop_id(input.stop_id))
        return await _written(info, _edit(input), work)

    @mutation(
        ItineraryPayload,
        scope=Scope.BOOKINGS_AMEND,
        description="Change a stop's time, length, name or address.",
    )
    async def update_stop(self, info: Info, input: UpdateStopInput) -> ItineraryPayload:
        names = ("name", "address", "planned_arrival_at", "minutes")
        given = {each: getattr(input, each) for each in names if getattr(input, each) is not UNSET}
        if "minutes" in given:
            given["minutes"] = MINUTES if given["minutes"] is None else given["minutes"]
        wish = StopChange(_stop_id(input.stop_id), frozenset(given), **given)
        return await _written(info, _edit(input), partial(update_stop, wish=wish))

    @mutation(
        ItineraryPayload,
        scope=Scope.BOOKINGS_WRITE,
        description="Say what the winery, restaurant or hotel of a stop has answered.",
    )
    async def set_stop_status(self, info: Info, input: SetStopStatusInput) -> ItineraryPayload:
        work = partial(
            set_stop_status,
            stop_id=_stop_id(input.stop_id),
            status=input.status.value,
        )
        return await _written(info, _edit(input), work)


async def _written(
    info: Info, edit: Edit, use_case: Callable[..., Awaitable[UUID]]
) -> ItineraryPayload:
    context, now = info.context, info.context.world.now()
    session = await hand_of(info, edit.booking_id)
    id = await context.write(
        lambda tx: use_case(tx, edit, now=now, ids=context.world.ids), session=session
    )
    return ItineraryPayload(booking=await one(info, BOOKINGS, id), errors=[])


def _edit(
    input: SetItineraryInput
    | AddStopInput
    | MoveStopInput
    | RemoveStopInput
    | UpdateStopInput
    | SetStopStatusInput,
) -> Edit:
    return Edit(decode_as("Booking", input.id), input.expected_version)


def _stop_id(id: strawberry.ID, *, path: str = "stopId") -> UUID:
    return decode_as("BookingStop", id, path=path)


def wanted(input: StopInput, *, path: str) -> WantedStop:
    """Errors: InvalidInput for what is no id of the type that its field names."""
    places = {
        f"{each}_id": decode_as(each.capitalize(), given, path=f"{path}{each}Id")
        for each in PLACES
        if (given := getattr(input, f"{each}_id")) is not None
    }
    own = input.own_place_id
    return WantedStop(
        kind=input.kind.value,
        own_place_id=decode_as("Place", own, path=f"{path}ownPlaceId") if own else None,
        stop_id=_stop_id(input.stop_id, path=f"{path}stopId") if input.stop_id else None,
        name=input.name,
        address=input.address,
        planned_arrival_at=input.planned_arrival_at,
        minutes=input.minutes,
        **places,
    )
