"""The day of a tour: what its driver, or the dispatch, reports of it."""

from functools import partial
from typing import Any

import strawberry
from strawberry import Info

from db.bookings import BOOKINGS
from domain.identity import Scope
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.tours import (
    CompleteTourInput,
    MarkNoShowInput,
    StartTourInput,
    TourPayload,
    TourStopInput,
)
from services.tours import (
    arrive_at_stop,
    complete_tour,
    depart_from_stop,
    mark_no_show,
    start_tour,
)


@strawberry.type
class TourMutation:
    """Root fields of the day of a tour."""

    @mutation(
        TourPayload,
        scope=Scope.TOURS_RUN,
        description="Sets out: the drivers have clocked in, and the vans were inspected that day.",
    )
    async def start_tour(self, info: Info, input: StartTourInput) -> TourPayload:
        return await _run(info, partial(start_tour, expected_version=input.expected_version), input)

    @mutation(
        TourPayload,
        scope=Scope.TOURS_RUN,
        description="End the tour: the vans were inspected behind it.",
    )
    async def complete_tour(self, info: Info, input: CompleteTourInput) -> TourPayload:
        use_case = partial(complete_tour, expected_version=input.expected_version)
        return await _run(info, use_case, input)

    @mutation(
        TourPayload,
        scope=Scope.TOURS_RUN,
        description="End a tour that has set out, and whose party did not appear.",
    )
    async def mark_no_show(self, info: Info, input: MarkNoShowInput) -> TourPayload:
        use_case = partial(mark_no_show, expected_version=input.expected_version)
        return await _run(info, use_case, input)

    @mutation(
        TourPayload,
        scope=Scope.TOURS_RUN,
        description="The party has arrived at a stop.",
    )
    async def arrive_at_stop(self, info: Info, input: TourStopInput) -> TourPayload:
        return await _run(info, partial(arrive_at_stop, position=input.position), input)

    @mutation(
        TourPayload,
        scope=Scope.TOURS_RUN,
        description="The party has left a stop.",
    )
    async def depart_from_stop(self, info: Info, input: TourStopInput) -> TourPayload:
        return await _run(info, partial(depart_from_stop, position=input.position), input)


async def _run(info: Info, use_case: Any, input: Any) -> TourPayload:
    context, now = info.context, info.context.world.now()
    booking_id = decode_as("Booking", input.booking_id, path="bookingId")
    changed = await context.write(
        lambda tx: use_case(tx, booking_id, now=now, ids=context.world.ids)
    )
    return TourPayload(booking=await one(info, BOOKINGS, changed), errors=[])
