"""Blocks in the contract: when a vehicle or a driver is taken."""

from datetime import date, datetime

import strawberry

from domain.identity import Scope
from schema.bookings import Booking
from schema.enums import BlockKind, DriverBlockKind, VehicleBlockKind
from schema.errors import UserError
from schema.fields import Node, column, derived, edge, entity, instant
from schema.fleet import Driver, Vehicle


@entity(
    "blocks",
    description="A time in which a vehicle or a driver is taken, of this brand or of none.",
    scope=Scope.FLEET_READ,
)
class Block(Node):
    """Another brand's is no object here, only busy time."""

    kind: BlockKind = column("Why.")
    starts_at: datetime = instant("When it begins.")
    ends_at: datetime = instant("When it ends, the pause behind a tour included.")
    expires_at: datetime | None = instant("When a hold runs out.")
    released_at: datetime | None = instant("When it was given back; null while it counts.")
    reason: str | None = column("As it was written down.")
    paired: bool = derived(
        ("offset_pair_side",),
        lambda side: side is not None,
        "May one other block of the same private pair overlap it?",
    )
    version: int = column("Grows with every change.")
    vehicle: Vehicle | None = edge("The vehicle that it takes.")
    driver: Driver | None = edge("The driver whom it takes.")
    booking: Booking | None = edge("The booking that has the time.")


@strawberry.input(description="Which blocks; conditions are joined by AND.")
class BlockFilter:
    """Every field is a filter of the read model, by the same name."""

    vehicle_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this vehicle."
    )
    driver_id: strawberry.ID | None = strawberry.field(default=None, description="Of this driver.")
    kind: list[BlockKind] | None = strawberry.field(default=None, description="Any of these kinds.")
    live: bool | None = strawberry.field(
        default=None, description="Only those that count, or only those that were given back."
    )
    starts_on_from: date | None = strawberry.field(
        default=None, description="From this local day on."
    )
    starts_on_to: date | None = strawberry.field(
        default=None, description="Up to this local day, included."
    )


@strawberry.input(description="A time in which a vehicle is not to be had.")
class BlockVehicleInput:
    """Refused where the vehicle is taken, by whichever brand."""

    vehicle_id: strawberry.ID = strawberry.field(description="The vehicle.")
    kind: VehicleBlockKind = strawberry.field(description="Why.")
    starts_at: datetime = strawberry.field(description="From when, with an offset.")
    ends_at: datetime = strawberry.field(description="Until when, with an offset.")
    reason: str | None = strawberry.field(default=None, description="In your own words.")
    only_this_brand: bool = strawberry.field(
        default=False, description="Show the other brands busy time alone, and no reason."
    )
    beside_id: strawberry.ID | None = strawberry.field(
        default=None, description="The block with an open pair that this one may overlap."
    )


@strawberry.input(description="A time in which a driver is not to be had.")
class BlockDriverInput:
    """Refused where the driver is taken, by whichever brand."""

    driver_id: strawberry.ID = strawberry.field(description="The driver.")
    kind: DriverBlockKind = strawberry.field(description="Why.")
    starts_at: datetime = strawberry.field(description="From when, with an offset.")
    ends_at: datetime = strawberry.field(description="Until when, with an offset.")
    reason: str | None = strawberry.field(default=None, description="In your own words.")
    only_this_brand: bool = strawberry.field(
        default=False, description="Show the other brands busy time alone, and no reason."
    )
    beside_id: strawberry.ID | None = strawberry.field(
        default=None, description="The block with an open pair that this one may overlap."
    )


@strawberry.input(description="A time that a driver takes off.")
class TakeTimeOffInput:
    """Refused where the driver has a tour, of whichever brand."""

    driver_id: strawberry.ID | None = strawberry.field(
        default=None, description="The driver; a driver leaves it out."
    )
    starts_at: datetime = strawberry.field(description="From when, with an offset.")
    ends_at: datetime = strawberry.field(description="Until when, with an offset.")
    reason: str | None = strawberry.field(default=None, description="In your own words.")


@strawberry.input(description="A block that is changed.")
class ChangeBlockInput:
    """What every change of a block asks."""

    id: strawberry.ID = strawberry.field(description="The block.")
    expected_version: int = strawberry.field(description="The version that you read.")


@strawberry.type(description="The block, or why nothing was changed.")
class BlockPayload:
    """What every change of a block answers."""

    block: Block | None = strawberry.field(description="The block as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
