"""The duty clock, inspections and working hours in the contract."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import strawberry

from domain.identity import Scope
from schema.enums import DutyKind, InspectionKind
from schema.errors import UserError
from schema.fields import Node, column, derived, edge, entity, instant
from schema.fleet import Driver, Vehicle


@entity("duty_entries", description="A time on duty or at the wheel.", scope=Scope.FLEET_READ)
class DutyEntry(Node):
    """Without an end it still runs."""

    kind: DutyKind = column("What is counted.")
    starts_at: datetime = instant("When it began.")
    ends_at: datetime | None = instant("When it ended; null while it runs.")
    version: int = column("Grows with every change.")
    driver: Driver | None = edge("Whose clock it is.")


@strawberry.input(description="Which entries; conditions are joined by AND.")
class DutyEntryFilter:
    """Every field is a filter of the read model, by the same name."""

    driver_id: strawberry.ID | None = strawberry.field(default=None, description="Of this driver.")
    kind: list[DutyKind] | None = strawberry.field(default=None, description="Any of these kinds.")
    running: bool | None = strawberry.field(
        default=None, description="Only those that run, or only those that ended."
    )
    starts_on_from: date | None = strawberry.field(
        default=None, description="From this local day on."
    )
    starts_on_to: date | None = strawberry.field(
        default=None, description="Up to this local day, included."
    )


@strawberry.input(description="A turn at the duty clock.")
class DutyInput:
    """A driver turns their own, and now."""

    driver_id: strawberry.ID | None = strawberry.field(
        default=None, description="The driver; a driver leaves it out."
    )
    at: datetime | None = strawberry.field(
        default=None,
        description="When it was, with an offset, if dispatch writes it down later; else now.",
    )


@strawberry.type(description="The entry, or why nothing was changed.")
class DutyPayload:
    """What every turn at the clock answers."""

    duty_entry: DutyEntry | None = strawberry.field(description="The entry as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.type(description="What is broken.")
class Defect:
    """One defect of a report."""

    part: str = strawberry.field(description="Which part.")
    description: str | None = strawberry.field(description="What is wrong with it.")
    critical: bool = strawberry.field(description="Does it keep the vehicle off the road?")


def _defects(stored: Sequence[dict[str, Any]]) -> list[Defect]:
    return [Defect(**each) for each in stored]


@entity(
    "inspections",
    description="A driver's report on a vehicle, before or after a trip.",
    scope=Scope.FLEET_READ,
)
class Inspection(Node):
    """Nobody changes one."""

    kind: InspectionKind = column("When it was made.")
    inspected_at: datetime = instant("When it was filed.")
    mileage: int | None = column("Miles on the clock.")
    defects: list[Defect] = derived(("defects",), _defects, "What is broken.")
    critical: bool = column("Did it take the vehicle off the road?")
    vehicle: Vehicle | None = edge("The vehicle.")
    driver: Driver | None = edge("Who inspected it.")


@strawberry.input(description="Which reports; conditions are joined by AND.")
class InspectionFilter:
    """Every field is a filter of the read model, by the same name."""

    vehicle_id: strawberry.ID | None = strawberry.field(
        default=None, description="On this vehicle."
    )
    driver_id: strawberry.ID | None = strawberry.field(default=None, description="By this driver.")
    kind: list[InspectionKind] | None = strawberry.field(
        default=None, description="Any of these kinds."
    )
    critical: bool | None = strawberry.field(
        default=None, description="Only those with a critical defect, or only others."
    )
    inspected_on_from: date | None = strawberry.field(
        default=None, description="From this local day on."
    )
    inspected_on_to: date | None = strawberry.field(
        default=None, description="Up to this local day, included."
    )


@strawberry.input(description="Something broken.")
class DefectInput:
    """One defect of a report."""

    part: str = strawberry.field(description="Which part: `brakes`.")
    description: str | None = strawberry.field(default=None, description="What is wrong with it.")
    critical: bool = strawberry.field(
        default=False, description="Must the vehicle leave the road at once?"
    )


@strawberry.input(description="A report on a vehicle.")
class RecordInspectionInput:
    """A critical defect takes the vehicle out of service at once."""

    vehicle_id: strawberry.ID = strawberry.field(description="The vehicle.")
    driver_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who inspected it; a driver leaves it out."
    )
    kind: InspectionKind = strawberry.field(description="Before or after the trip.")
    mileage: int | None = strawberry.field(default=None, description="Miles on the clock.")
    defects: list[DefectInput] = strawberry.field(
        default_factory=list, description="What is broken; at most 50."
    )


@strawberry.type(description="The report, or why nothing was filed.")
class InspectionPayload:
    """What a report answers."""

    inspection: Inspection | None = strawberry.field(description="The report.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was filed.")


@entity(
    "driver_availability",
    description="When a driver can be asked to work on a day of the week.",
    scope=Scope.FLEET_READ,
)
class DriverAvailability(Node):
    """A weekday of which nothing was said has none."""

    weekday: int = column("1 is Monday, 7 is Sunday.")
    from_local: time | None = column("From this time of the day on; null: not at all.")
    to_local: time | None = column("Until this time of the day; null: not at all.")
    version: int = column("Grows with every change.")
    driver: Driver | None = edge("Whose week it is.")


@strawberry.input(description="Whose working hours; conditions are joined by AND.")
class DriverAvailabilityFilter:
    """Every field is a filter of the read model, by the same name."""

    driver_id: strawberry.ID | None = strawberry.field(default=None, description="Of this driver.")


@strawberry.input(description="When a driver can work on a weekday; without times, not at all.")
class SetDriverAvailabilityInput:
    """Says it anew for one weekday."""

    driver_id: strawberry.ID | None = strawberry.field(
        default=None, description="The driver; a driver leaves it out."
    )
    weekday: int = strawberry.field(description="1 is Monday, 7 is Sunday.")
    from_local: time | None = strawberry.field(default=None, description="From: `08:00`.")
    to_local: time | None = strawberry.field(default=None, description="Until: `18:30`.")
    expected_version: int = strawberry.field(
        description="The version that you read; 0 if nothing was ever said of that day."
    )


@strawberry.type(description="The working hours, or why nothing was changed.")
class DriverAvailabilityPayload:
    """What a change of working hours answers."""

    availability: DriverAvailability | None = strawberry.field(description="As it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
