"""A driver's inspection report on a vehicle: what is broken, and whether it may still be driven."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import InvalidInput, WrongState
from domain.texts import one_line
from domain.vehicles import Vehicle, check_miles

MOST_DEFECTS: Final = 50
LONGEST_DESCRIPTION: Final = 500


@dataclass(frozen=True, slots=True)
class Defect:
    """What is broken; a critical one keeps the vehicle off the road."""

    part: str
    description: str | None
    critical: bool


@dataclass(frozen=True, slots=True)
class NewInspection:
    """What somebody found on a vehicle before or after a trip."""

    vehicle_id: UUID
    driver_id: UUID
    kind: str
    mileage: int | None
    defects: Sequence[Defect]


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that is stored of a report; nobody changes it."""

    id: UUID
    vehicle_id: UUID
    driver_id: UUID
    kind: str
    inspected_at: datetime
    mileage: int | None
    defects: Sequence[Defect]

    @property
    def critical(self) -> bool:
        return any(defect.critical for defect in self.defects)


@dataclass(frozen=True, slots=True)
class Grounding:
    """What a report did to its vehicle: its status and its miles, before and after."""

    vehicle_id: UUID
    status_before: str
    status: str
    mileage_before: int | None
    mileage: int | None
    version: int


def inspect(vehicle: Vehicle, new: NewInspection, *, id: UUID, now: datetime) -> Inspection:
    """The report that is to be stored.

    Errors: WrongState for a vehicle that was retired, InvalidInput, RuleBroken for fewer miles
            than the vehicle has.
    """
    if vehicle.status == "retired":
        raise WrongState("The vehicle was retired; nobody drives it.")
    if new.mileage is not None:
        check_miles(vehicle.mileage, new.mileage)
    if len(new.defects) > MOST_DEFECTS:
        raise InvalidInput(f"A report has at most {MOST_DEFECTS} defects.", path="defects")
    defects = [_normal(each) for each in new.defects]
    return Inspection(id, vehicle.id, new.driver_id, new.kind, now, new.mileage, defects)


def _normal(defect: Defect) -> Defect:
    part = one_line(defect.part, path="part")
    if part is None:
        raise InvalidInput("A defect is of some part.", path="part")
    description = one_line(defect.description, path="description", most=LONGEST_DESCRIPTION)
    return Defect(part, description, defect.critical)
