"""A vehicle of the operating company: its facts, its life, and what a change of them needs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError, InvalidInput, RuleBroken, StaleVersion, WrongState
from domain.texts import one_line

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "active": frozenset({"maintenance", "out_of_service", "retired"}),
    "maintenance": frozenset({"active", "out_of_service", "retired"}),
    "out_of_service": frozenset({"active", "maintenance", "retired"}),
    "retired": frozenset({"maintenance"}),
}
MOST_SEATS: Final = 80
MOST_MILES: Final = 5_000_000
FIRST_MODEL, LAST_MODEL = 1980, 2100
LONGEST_REASON: Final = 500


class NameTaken(DomainError):
    """Another vehicle of the company has that name. Choose another, or change that vehicle."""

    code = "NAME_TAKEN"

    def __init__(self) -> None:
        super().__init__("Another vehicle of this company has that name.", path="name")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """All that is stored of a vehicle."""

    id: UUID
    name: str
    seats: int
    make: str | None = None
    model: str | None = None
    year: int | None = None
    vehicle_type: str | None = None
    status: str = "active"
    mileage: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class VehicleChange:
    """The wish to change facts of a vehicle; a field that is not given stays as it is."""

    vehicle_id: UUID
    expected_version: int
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StatusChange:
    """The wish to bring a vehicle or a driver to another status, and why."""

    id: UUID
    expected_version: int
    status: str
    reason: str | None = None


def register_vehicle(given: Mapping[str, Any], *, id: UUID) -> Vehicle:
    """A new vehicle, in service.

    Errors: InvalidInput.
    """
    return _checked(Vehicle(id=id, **given))


def change_vehicle(vehicle: Vehicle, wish: VehicleChange) -> Vehicle:
    """The vehicle as wished; the very same if nothing would change.

    Errors: StaleVersion, InvalidInput, RuleBroken for miles that fall.
    """
    _expect(vehicle, wish.expected_version)
    after = _checked(replace(vehicle, **wish.given))
    check_miles(vehicle.mileage, after.mileage)
    return vehicle if after == vehicle else replace(after, version=vehicle.version + 1)


def set_status(vehicle: Vehicle, wish: StatusChange) -> Vehicle:
    """The vehicle in another status; the very same if it is in it already.

    Errors: StaleVersion, WrongState, InvalidInput if a vehicle that was out of service is to be
            driven again and nobody says what was mended.
    """
    _expect(vehicle, wish.expected_version)
    if wish.status == vehicle.status:
        return vehicle
    if wish.status not in TRANSITIONS[vehicle.status]:
        raise WrongState(f"A vehicle that is {vehicle.status} does not become {wish.status}.")
    if (vehicle.status, wish.status) == ("out_of_service", "active") and not wish.reason:
        raise InvalidInput("Say what was mended, in `reason`.", path="reason")
    return replace(vehicle, status=wish.status, version=vehicle.version + 1)


def stated_reason(reason: str | None) -> str | None:
    """Errors: InvalidInput."""
    return one_line(reason, path="reason", most=LONGEST_REASON)


def check_miles(before: int | None, after: int | None) -> None:
    """Errors: InvalidInput, RuleBroken."""
    if after is not None and not 0 <= after <= MOST_MILES:
        raise InvalidInput(f"`mileage` is 0 to {MOST_MILES} miles.", path="mileage")
    if before is not None and (after is None or after < before):
        raise RuleBroken(f"A mileage does not fall; it is {before} already.", path="mileage")


def _checked(vehicle: Vehicle) -> Vehicle:
    name = one_line(vehicle.name, path="name")
    if name is None:
        raise InvalidInput("A vehicle has a name.", path="name")
    if vehicle.seats is None or not 1 <= vehicle.seats <= MOST_SEATS:
        raise InvalidInput(f"`seats` is 1 to {MOST_SEATS}.", path="seats")
    if vehicle.year is not None and not FIRST_MODEL <= vehicle.year <= LAST_MODEL:
        raise InvalidInput(f"`year` is {FIRST_MODEL} to {LAST_MODEL}.", path="year")
    check_miles(None, vehicle.mileage)
    return replace(
        vehicle,
        name=name,
        make=one_line(vehicle.make, path="make"),
        model=one_line(vehicle.model, path="model"),
        vehicle_type=one_line(vehicle.vehicle_type, path="vehicleType"),
    )


def _expect(vehicle: Vehicle, version: int) -> None:
    if version != vehicle.version:
        raise StaleVersion(expected=version, current=vehicle.version)
