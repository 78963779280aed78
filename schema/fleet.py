"""Vehicles and drivers in the contract."""

import strawberry

from domain.identity import Scope
from schema.enums import DriverStatus, VehicleStatus
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
