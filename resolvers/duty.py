"""The duty clock, inspections and working hours: lists, turns at the clock, reports."""

import strawberry
from strawberry import Info

from db.duty import DRIVER_AVAILABILITY, DUTY_ENTRIES
from db.inspections import INSPECTIONS
from domain.drivers import WorkingDayWish
from domain.duty import Turn
from domain.identity import Scope
from domain.inspections import Defect, NewInspection
from resolvers.callers import driver_of
from resolvers.inputs import instant, stored
from resolvers.listing import listed, one
from resolvers.refusals import mutation
from schema.duty import (
    DriverAvailability,
    DriverAvailabilityFilter,
    DriverAvailabilityPayload,
    DutyEntry,
    DutyEntryFilter,
    DutyInput,
    DutyPayload,
    Inspection,
    InspectionFilter,
    InspectionPayload,
    RecordInspectionInput,
    SetDriverAvailabilityInput,
)
from schema.global_ids import decode_as
from schema.orders import AvailabilityOrder, DutyOrder, InspectionOrder
from schema.pagination import Connection
from services.drivers import set_driver_availability
from services.duty import record_inspection, turn


@strawberry.type
class DutyQuery:
    """Root fields that read what drivers did and when they can work."""

    duty_entries: Connection[DutyEntry] = listed(
        DUTY_ENTRIES,
        filter=DutyEntryFilter,
        order=DutyOrder.STARTS_AT_DESC,
        scope=Scope.FLEET_READ,
        description="The duty clocks; a driver's own.",
    )
    inspections: Connection[Inspection] = listed(
        INSPECTIONS,
        filter=InspectionFilter,
        order=InspectionOrder.INSPECTED_AT_DESC,
        scope=Scope.FLEET_READ,
        description="Reports on vehicles; a driver's own.",
    )
    driver_availability: Connection[DriverAvailability] = listed(
        DRIVER_AVAILABILITY,
        filter=DriverAvailabilityFilter,
        order=AvailabilityOrder.DRIVER_ASC,
        scope=Scope.FLEET_READ,
        description="When drivers can be asked to work, day by day of the week; a driver's own.",
    )


@strawberry.type
class DutyMutation:
    """Root fields of a driver's day: for themselves, or for anybody by dispatch."""

    @mutation(DutyPayload, scope=Scope.DUTY_WRITE, description="Begin to be on duty.")
    async def clock_in(self, info: Info, input: DutyInput) -> DutyPayload:
        return await _turned(info, input, Turn.CLOCK_IN)

    @mutation(
        DutyPayload,
        scope=Scope.DUTY_WRITE,
        description="End being on duty, and driving if the driver still does.",
    )
    async def clock_out(self, info: Info, input: DutyInput) -> DutyPayload:
        return await _turned(info, input, Turn.CLOCK_OUT)

    @mutation(DutyPayload, scope=Scope.DUTY_WRITE, description="Begin to drive, while on duty.")
    async def start_driving(self, info: Info, input: DutyInput) -> DutyPayload:
        return await _turned(info, input, Turn.START_DRIVING)

    @mutation(DutyPayload, scope=Scope.DUTY_WRITE, description="End driving, and stay on duty.")
    async def stop_driving(self, info: Info, input: DutyInput) -> DutyPayload:
        return await _turned(info, input, Turn.STOP_DRIVING)

    @mutation(
        InspectionPayload,
        scope=Scope.DUTY_WRITE,
        description="File a report on a vehicle; a critical defect takes it off the road.",
    )
    async def record_inspection(
        self, info: Info, input: RecordInspectionInput
    ) -> InspectionPayload:
        context, now = info.context, info.context.world.now()
        new = NewInspection(
            vehicle_id=decode_as("Vehicle", input.vehicle_id, path="vehicleId"),
            driver_id=driver_of(context.principal, input.driver_id),
            kind=stored(input.kind),
            mileage=input.mileage,
            defects=[Defect(each.part, each.description, each.critical) for each in input.defects],
        )
        filed = await context.write(
            lambda tx: record_inspection(tx, new, now=now, ids=context.world.ids)
        )
        return InspectionPayload(inspection=await one(info, INSPECTIONS, filed.id), errors=[])

    @mutation(
        DriverAvailabilityPayload,
        scope=Scope.DUTY_WRITE,
        description="Say when a driver can be asked to work on a day of the week.",
    )
    async def set_driver_availability(
        self, info: Info, input: SetDriverAvailabilityInput
    ) -> DriverAvailabilityPayload:
        context, now = info.context, info.context.world.now()
        wish = WorkingDayWish(
            driver_id=driver_of(context.principal, input.driver_id),
            weekday=input.weekday,
            expected_version=input.expected_version,
            from_local=input.from_local,
            to_local=input.to_local,
        )
        said = await context.write(
            lambda tx: set_driver_availability(tx, wish, now=now, ids=context.world.ids)
        )
        found = await one(info, DRIVER_AVAILABILITY, said.id)
        return DriverAvailabilityPayload(availability=found, errors=[])


async def _turned(info: Info, input: DutyInput, wish: Turn) -> DutyPayload:
    context, now = info.context, info.context.world.now()
    at = None if input.at is None else instant(input.at, "at")
    driver = driver_of(context.principal, input.driver_id)
    entry = await context.write(
        lambda tx: turn(tx, driver, wish, at=at, now=now, ids=context.world.ids)
    )
    return DutyPayload(duty_entry=await one(info, DUTY_ENTRIES, entry.id), errors=[])
