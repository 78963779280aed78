"""Vans and drivers on tours: which vans are proposed, and who is put on, taken off or replaced."""

from typing import Annotated, Any

import strawberry
from strawberry import Info

from db.bookings import BOOKINGS
from db.fleet import VEHICLES
from domain.compliance import Override
from domain.identity import Scope
from domain.texts import storable
from resolvers.listing import one, says
from resolvers.refusals import mutation
from schema.assignments import (
    AssignDriverInput,
    AssignVehicleInput,
    ComplianceOverride,
    ComplianceWarning,
    DriverAssignmentPayload,
    ReplaceVehicleInput,
    UnassignDriverInput,
    UnassignVehicleInput,
    VehicleAssignmentPayload,
)
from schema.fleet import Vehicle
from schema.global_ids import decode_as
from schema.permissions import check, requires
from services.assignments import (
    DriverWish,
    Replacement,
    VehicleWish,
    assign_driver,
    assign_vehicle,
    proposed_vehicles,
    replace_vehicle,
    unassign_driver,
    unassign_vehicle,
)


def override_of(info: Info, given: ComplianceOverride | None) -> Override | None:
    """Errors: Forbidden without the scope; InvalidInput without a reason."""
    if given is None:
        return None
    check(info.context.principal, Scope.COMPLIANCE_OVERRIDE)
    return Override(storable(given.reason, path="override"))


def id_of(kind: str, given: Any, path: str) -> Any:
    return decode_as(kind, given, path=path)


@strawberry.type
class AssignmentQuery:
    """Root fields that help to staff a tour."""

    @strawberry.field(
        extensions=[requires(Scope.DISPATCH_WRITE)],
        description="Up to 20 free vans for those of the party who have no seat yet: the smallest"
        " that fits first; if none fits, the largest first.",
    )
    async def proposed_vehicles(
        self, info: Info, booking_id: Annotated[strawberry.ID, says("The booking.")]
    ) -> list[Vehicle]:
        tx = await info.context.snapshot.transaction()
        found = await proposed_vehicles(tx, id_of("Booking", booking_id, "bookingId"))
        vans: list[Any] = await info.context.by(VEHICLES.name).load_many(found)
        return vans


@strawberry.type
class AssignmentMutation:
    """Root fields that staff a tour."""

    @mutation(
        VehicleAssignmentPayload,
        scope=Scope.DISPATCH_WRITE,
        description="Put a van on a tour; with a driver for each van the tour is assigned.",
    )
    async def assign_vehicle(
        self, info: Info, input: AssignVehicleInput
    ) -> VehicleAssignmentPayload:
        override = override_of(info, input.override)
        wish = VehicleWish(
            id_of("Booking", input.booking_id, "bookingId"),
            id_of("Vehicle", input.vehicle_id, "vehicleId"),
            input.expected_version,
            input.guests,
            override,
        )
        return await _of_vehicle(info, assign_vehicle, wish)

    @mutation(
        VehicleAssignmentPayload,
        scope=Scope.DISPATCH_WRITE,
        description="Take a van off a tour; an assigned tour is confirmed again.",
    )
    async def unassign_vehicle(
        self, info: Info, input: UnassignVehicleInput
    ) -> VehicleAssignmentPayload:
        wish = VehicleWish(
            id_of("Booking", input.booking_id, "bookingId"),
            id_of("Vehicle", input.vehicle_id, "vehicleId"),
            input.expected_version,
        )
        return await _of_vehicle(info, unassign_vehicle, wish)

    @mutation(
        VehicleAssignmentPayload,
        scope=Scope.DISPATCH_WRITE,
        description="Send another van in the place of one, on the day of the tour too.",
    )
    async def replace_vehicle(
        self, info: Info, input: ReplaceVehicleInput
    ) -> VehicleAssignmentPayload:
        override = override_of(info, input.override)
        wish = Replacement(
            id_of("Booking", input.booking_id, "bookingId"),
            id_of("Vehicle", input.vehicle_id, "vehicleId"),
            id_of("Vehicle", input.replacement_vehicle_id, "replacementVehicleId"),
            input.expected_version,
            override,
        )
        return await _of_vehicle(info, replace_vehicle, wish)

    @mutation(
        DriverAssignmentPayload,
        scope=Scope.DISPATCH_WRITE,
        description="Put a driver on a tour, if papers and hours of service allow it.",
    )
    async def assign_driver(self, info: Info, input: AssignDriverInput) -> DriverAssignmentPayload:
        context, now = info.context, info.context.world.now()
        override = override_of(info, input.override)
        wish = DriverWish(
            id_of("Booking", input.booking_id, "bookingId"),
            id_of("Driver", input.driver_id, "driverId"),
            input.expected_version,
            override,
        )
        booking_id, near = await context.write(
            lambda tx: assign_driver(tx, wish, now=now, ids=context.world.ids)
        )
        booking = await one(info, BOOKINGS, booking_id)
        warnings = [ComplianceWarning.from_domain(each) for each in near]
        return DriverAssignmentPayload(booking=booking, warnings=warnings, errors=[])

    @mutation(
        DriverAssignmentPayload,
        scope=Scope.DISPATCH_WRITE,
        description="Take a driver off a tour; an assigned tour is confirmed again.",
    )
    async def unassign_driver(
        self, info: Info, input: UnassignDriverInput
    ) -> DriverAssignmentPayload:
        context, now = info.context, info.context.world.now()
        wish = DriverWish(
            id_of("Booking", input.booking_id, "bookingId"),
            id_of("Driver", input.driver_id, "driverId"),
            input.expected_version,
        )
        changed = await context.write(
            lambda tx: unassign_driver(tx, wish, now=now, ids=context.world.ids)
        )
        booking = await one(info, BOOKINGS, changed)
        return DriverAssignmentPayload(booking=booking, warnings=[], errors=[])


async def _of_vehicle(info: Info, use_case: Any, wish: Any) -> VehicleAssignmentPayload:
    context, now = info.context, info.context.world.now()
    changed = await context.write(lambda tx: use_case(tx, wish, now=now, ids=context.world.ids))
    return VehicleAssignmentPayload(booking=await one(info, BOOKINGS, changed), errors=[])
