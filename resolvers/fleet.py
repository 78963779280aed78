"""Vehicles and drivers: the lists that are asked for, and the register that is kept of them."""

import strawberry
from strawberry import Info

from db.fleet import DRIVERS, VEHICLES
from domain.drivers import DriverChange
from domain.identity import Scope
from domain.vehicles import StatusChange, VehicleChange
from resolvers.inputs import given, stored
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.fleet import (
    CreateDriverInput,
    CreateVehicleInput,
    Driver,
    DriverFilter,
    DriverPayload,
    SetDriverStatusInput,
    SetVehicleStatusInput,
    UpdateDriverInput,
    UpdateVehicleInput,
    Vehicle,
    VehicleFilter,
    VehiclePayload,
)
from schema.global_ids import decode_as
from schema.orders import NameOrder, VehicleOrder
from schema.pagination import Connection
from services.drivers import create_driver, set_driver_status, update_driver
from services.vehicles import create_vehicle, set_vehicle_status, update_vehicle

OF_A_VEHICLE = ("name", "seats", "make", "model", "year", "vehicle_type", "mileage")
OF_A_DRIVER = ("name", "email", "phone")


@strawberry.type
class FleetQuery:
    """Root fields that read the fleet."""

    vehicles: Connection[Vehicle] = listed(
        VEHICLES,
        filter=VehicleFilter,
        order=VehicleOrder.NAME_ASC,
        scope=Scope.FLEET_READ,
        description="Vehicles of the operating company.",
    )
    drivers: Connection[Driver] = listed(
        DRIVERS,
        filter=DriverFilter,
        order=NameOrder.NAME_ASC,
        scope=Scope.FLEET_READ,
        description="Drivers of the operating company.",
    )
    vehicle: Vehicle | None = by_id(Vehicle, VEHICLES)
    driver: Driver | None = by_id(Driver, DRIVERS)


@strawberry.type
class FleetMutation:
    """Root fields that keep the register of vehicles and drivers."""

    @mutation(VehiclePayload, scope=Scope.FLEET_WRITE, description="Put a vehicle into service.")
    async def create_vehicle(self, info: Info, input: CreateVehicleInput) -> VehiclePayload:
        context, now = info.context, info.context.world.now()
        facts = given(input, *OF_A_VEHICLE)
        made = await context.write(
            lambda tx: create_vehicle(tx, facts, now=now, ids=context.world.ids)
        )
        return VehiclePayload(vehicle=await one(info, VEHICLES, made.id), errors=[])

    @mutation(
        VehiclePayload,
        scope=Scope.FLEET_WRITE,
        description="Change facts of a vehicle: its name, its seats, its miles.",
    )
    async def update_vehicle(self, info: Info, input: UpdateVehicleInput) -> VehiclePayload:
        context, now = info.context, info.context.world.now()
        id = decode_as("Vehicle", input.id)
        wish = VehicleChange(id, input.expected_version, given(input, *OF_A_VEHICLE))
        await context.write(lambda tx: update_vehicle(tx, wish, now=now, ids=context.world.ids))
        return VehiclePayload(vehicle=await one(info, VEHICLES, id), errors=[])

    @mutation(
        VehiclePayload,
        scope=Scope.FLEET_WRITE,
        description="Bring a vehicle into the workshop, off the road, back, or to its end.",
    )
    async def set_vehicle_status(self, info: Info, input: SetVehicleStatusInput) -> VehiclePayload:
        context, now = info.context, info.context.world.now()
        id = decode_as("Vehicle", input.id)
        wish = StatusChange(id, input.expected_version, stored(input.status), input.reason)
        await context.write(lambda tx: set_vehicle_status(tx, wish, now=now, ids=context.world.ids))
        return VehiclePayload(vehicle=await one(info, VEHICLES, id), errors=[])

    @mutation(DriverPayload, scope=Scope.FLEET_WRITE, description="Take on a driver.")
    async def create_driver(self, info: Info, input: CreateDriverInput) -> DriverPayload:
        context, now = info.context, info.context.world.now()
        facts = given(input, *OF_A_DRIVER)
        made = await context.write(
            lambda tx: create_driver(tx, facts, now=now, ids=context.world.ids)
        )
        return DriverPayload(driver=await one(info, DRIVERS, made.id), errors=[])

    @mutation(
        DriverPayload,
        scope=Scope.FLEET_WRITE,
        description="Change how a driver is called and reached.",
    )
    async def update_driver(self, info: Info, input: UpdateDriverInput) -> DriverPayload:
        context, now = info.context, info.context.world.now()
        id = decode_as("Driver", input.id)
        wish = DriverChange(id, input.expected_version, given(input, *OF_A_DRIVER))
        await context.write(lambda tx: update_driver(tx, wish, now=now, ids=context.world.ids))
        return DriverPayload(driver=await one(info, DRIVERS, id), errors=[])

    @mutation(
        DriverPayload,
        scope=Scope.FLEET_WRITE,
        description="Suspend a driver, let them drive again, or write down that they left.",
    )
    async def set_driver_status(self, info: Info, input: SetDriverStatusInput) -> DriverPayload:
        context, now = info.context, info.context.world.now()
        id = decode_as("Driver", input.id)
        wish = StatusChange(id, input.expected_version, stored(input.status), input.reason)
        await context.write(lambda tx: set_driver_status(tx, wish, now=now, ids=context.world.ids))
        return DriverPayload(driver=await one(info, DRIVERS, id), errors=[])
