"""Drivers of shared tours: who could drive a tour, who is put on it, and who is taken off."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry import Info

from db.fleet import DRIVERS
from db.shared_tours import SHARED_TOURS
from domain.driver_proposals import DriverProposal as Proposed
from domain.identity import Scope
from domain.shared_tour_drivers import TourDriverWish
from resolvers.assignments import override_of
from resolvers.listing import one, says
from resolvers.refusals import mutation
from schema.assignments import ComplianceWarning
from schema.global_ids import decode_as
from schema.permissions import requires
from schema.shared_tour_drivers import (
    AssignSharedTourDriverInput,
    DriverProposal,
    SharedTourDriverPayload,
    UnassignSharedTourDriverInput,
)
from services.driver_proposals import drivers_for_booking, drivers_for_shared_tour
from services.shared_tour_drivers import assign_shared_tour_driver, unassign_shared_tour_driver


@strawberry.type
class DriverProposalQuery:
    """Root fields that help to find a driver."""

    @strawberry.field(
        extensions=[requires(Scope.DISPATCH_WRITE)],
        description="Up to 50 drivers for a booking with what keeps each from it: the free ones"
        " first, then those whom a reason lets drive.",
    )
    async def drivers_for_booking(
        self, info: Info, booking_id: Annotated[strawberry.ID, says("The booking.")]
    ) -> list[DriverProposal]:
        booking, now = decode_as("Booking", booking_id, path="bookingId"), info.context.world.now()
        tx = await info.context.snapshot.transaction()
        return await _shown(info, await drivers_for_booking(tx, booking, now=now))

    @strawberry.field(
        extensions=[requires(Scope.DISPATCH_WRITE)],
        description="The same for a shared tour.",
    )
    async def drivers_for_shared_tour(
        self, info: Info, shared_tour_id: Annotated[strawberry.ID, says("The tour.")]
    ) -> list[DriverProposal]:
        tour = decode_as("SharedTour", shared_tour_id, path="sharedTourId")
        tx, now = await info.context.snapshot.transaction(), info.context.world.now()
        return await _shown(info, await drivers_for_shared_tour(tx, tour, now=now))


@strawberry.type
class SharedTourDriverMutation:
    """Root fields that give a shared tour its driver."""

    @mutation(
        SharedTourDriverPayload,
        scope=Scope.DISPATCH_WRITE,
        description="Put a driver on a shared tour, if papers and hours of service allow it.",
    )
    async def assign_shared_tour_driver(
        self, info: Info, input: AssignSharedTourDriverInput
    ) -> SharedTourDriverPayload:
        context, now = info.context, info.context.world.now()
        wish = TourDriverWish(
            decode_as("SharedTour", input.shared_tour_id, path="sharedTourId"),
            decode_as("Driver", input.driver_id, path="driverId"),
            input.expected_version,
            override_of(info, input.override),
        )
        tour_id, near = await context.write(
            lambda tx: assign_shared_tour_driver(tx, wish, now=now, ids=context.world.ids)
        )
        tour = await one(info, SHARED_TOURS, tour_id)
        return SharedTourDriverPayload(shared_tour=tour, warnings=_told(near), errors=[])

    @mutation(
        SharedTourDriverPayload,
        scope=Scope.DISPATCH_WRITE,
        description="Take a driver off a shared tour.",
    )
    async def unassign_shared_tour_driver(
        self, info: Info, input: UnassignSharedTourDriverInput
    ) -> SharedTourDriverPayload:
        context, now = info.context, info.context.world.now()
        wish = TourDriverWish(
            decode_as("SharedTour", input.shared_tour_id, path="sharedTourId"),
            decode_as("Driver", input.driver_id, path="driverId"),
            input.expected_version,
        )
        tour_id = await context.write(
            lambda tx: unassign_shared_tour_driver(tx, wish, now=now, ids=context.world.ids)
        )
        tour = await one(info, SHARED_TOURS, tour_id)
        return SharedTourDriverPayload(shared_tour=tour, warnings=[], errors=[])


async def _shown(info: Info, found: Sequence[Proposed]) -> list[DriverProposal]:
    rows: list[Any] = await info.context.by(DRIVERS.name).load_many([e.driver_id for e in found])
    return [
        DriverProposal(
            driver=row,
            reasons=_told(each.found),
            warnings=_told(each.near),
            overridable=each.overridable,
        )
        for row, each in zip(rows, found, strict=True)
    ]


def _told(found: Sequence[Any]) -> list[ComplianceWarning]:
    return [ComplianceWarning.from_domain(each) for each in found]
