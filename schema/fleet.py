"""Vehicles and drivers in the contract."""

import strawberry
from strawberry import UNSET

from domain.identity import Scope
from schema.enums import DriverStatus, VehicleStatus
from schema.errors import UserError
from schema.fields import Node, column, entity


@entity("vehicles", description="A vehicle of the operating company.", scope=Scope.FLEET_READ)
class Vehicle(Node):
    """Shared by the company's brands."""

    name: str = column("Name.")
    seats: int = column("Guests that it takes.")
    status: VehicleStatus = column("May it go on the road?")
    make: str | None = column("Maker.")
    model: str | None = column("Model.")
    year: int | None = column("Model year.")
    vehicle_type: str | None = column("Kind of vehicle.")
    mileage: int | None = column("Miles on the clock.")
    version: int = column("Grows with every change.")


@entity("drivers", description="A driver of the operating company.", scope=Scope.FLEET_READ)
class Driver(Node):
    """Works for the company's brands."""

    name: str = column("Full name.")
    status: DriverStatus = column("Does the driver work here?")
    email: str | None = column("E-mail address.", scope=Scope.FLEET_READ)
    phone: str | None = column("E.164.", scope=Scope.FLEET_READ)
    version: int = column("Grows with every change.")


@strawberry.input(description="Which vehicles; conditions are joined by AND.")
class VehicleFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[VehicleStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )
    seats_at_least: int | None = strawberry.field(
        default=None, description="With at least so many seats."
    )
    text: str | None = strawberry.field(default=None, description="Part of the name.")


@strawberry.input(description="Which drivers; conditions are joined by AND.")
class DriverFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[DriverStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )
    text: str | None = strawberry.field(default=None, description="Part of the name.")


@strawberry.input(description="A vehicle that is put into service.")
class CreateVehicleInput:
    """Only its name and its seats have to be known."""

    name: str = strawberry.field(description="Name, unique in the company.")
    seats: int = strawberry.field(description="Guests that it takes: 1 to 80.")
    make: str | None = strawberry.field(default=None, description="Maker.")
    model: str | None = strawberry.field(default=None, description="Model.")
    year: int | None = strawberry.field(default=None, description="Model year.")
    vehicle_type: str | None = strawberry.field(default=None, description="Kind of vehicle.")
    mileage: int | None = strawberry.field(default=None, description="Miles on the clock.")


@strawberry.input(description="Change facts of a vehicle. A field that is left out stays.")
class UpdateVehicleInput:
    """`null` clears what may be unknown; miles do not fall."""

    id: strawberry.ID = strawberry.field(description="The vehicle.")
    expected_version: int = strawberry.field(description="The version that you read.")
    name: str | None = strawberry.field(default=UNSET, description="Name, unique in the company.")
    seats: int | None = strawberry.field(default=UNSET, description="Guests that it takes.")
    make: str | None = strawberry.field(default=UNSET, description="Maker.")
    model: str | None = strawberry.field(default=UNSET, description="Model.")
    year: int | None = strawberry.field(default=UNSET, description="Model year.")
    vehicle_type: str | None = strawberry.field(default=UNSET, description="Kind of vehicle.")
    mileage: int | None = strawberry.field(default=UNSET, description="Miles on the clock.")


@strawberry.input(description="Bring a vehicle to another status.")
class SetVehicleStatusInput:
    """A vehicle that was out of service comes back with a word on what was mended."""

    id: strawberry.ID = strawberry.field(description="The vehicle.")
    expected_version: int = strawberry.field(description="The version that you read.")
    status: VehicleStatus = strawberry.field(description="Its status from now on.")
    reason: str | None = strawberry.field(default=None, description="Why, or what was mended.")


@strawberry.type(description="The vehicle, or why nothing was changed.")
class VehiclePayload:
    """What every change of a vehicle answers."""

    vehicle: Vehicle | None = strawberry.field(description="The vehicle as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.input(description="A driver who is taken on.")
class CreateDriverInput:
    """Only the name has to be known."""

    name: str = strawberry.field(description="Full name.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    phone: str | None = strawberry.field(default=None, description="Phone with the country code.")


@strawberry.input(description="Change how a driver is called and reached.")
class UpdateDriverInput:
    """`null` clears an e-mail address or a phone number; a name cannot be cleared."""

    id: strawberry.ID = strawberry.field(description="The driver.")
    expected_version: int = strawberry.field(description="The version that you read.")
    name: str | None = strawberry.field(default=UNSET, description="Full name.")
    email: str | None = strawberry.field(default=UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(default=UNSET, description="Phone with the country code.")


@strawberry.input(description="Suspend a driver, let them drive again, or say that they left.")
class SetDriverStatusInput:
    """Whoever is not active is not let in any more."""

    id: strawberry.ID = strawberry.field(description="The driver.")
    expected_version: int = strawberry.field(description="The version that you read.")
    status: DriverStatus = strawberry.field(description="Their status from now on.")
    reason: str | None = strawberry.field(default=None, description="Why.")


@strawberry.type(description="The driver, or why nothing was changed.")
class DriverPayload:
    """What every change of a driver answers."""

    driver: Driver | None = strawberry.field(description="The driver as they are now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
