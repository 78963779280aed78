"""Vehicles and drivers: the lists that are asked for."""

import strawberry

from db.fleet import DRIVERS, VEHICLES
from domain.identity import Scope
from resolvers.listing import listed
from schema.fleet import Driver, DriverFilter, Vehicle, VehicleFilter
from schema.orders import NameOrder, VehicleOrder
from schema.pagination import Connection


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
