"""Vans and drivers on a tour, in the contract."""

import strawberry

from domain.compliance import Finding
from schema.bookings import Booking
from schema.errors import UserError

BOOKING = "The booking."
VERSION = "The version of the booking that you read."


@strawberry.type(description="Something that comes near to a limit of compliance.")
class ComplianceWarning:
    """It forbids nothing."""

    code: str = strawberry.field(description="What it is: `HOURS_OF_DRIVING`.")
    message: str = strawberry.field(description="How it shows in this case.")

    @classmethod
    def from_domain(cls, found: Finding) -> "ComplianceWarning":
        return cls(code=found.fault.name, message=found.says)


@strawberry.input(
    description="Go all the same: needs the scope compliance:override. Hours of service, an expired"
    " licence or medical certificate and a vehicle out of service are never overridden."
)
class ComplianceOverride:
    """What is overridden is kept with the reason in the booking's history."""

    reason: str = strawberry.field(description="Why. It is kept in the booking's history.")


@strawberry.input(description="Put a van on a tour.")
class AssignVehicleInput:
    """The van's time is blocked with it."""

    booking_id: strawberry.ID = strawberry.field(description=BOOKING)
    vehicle_id: strawberry.ID = strawberry.field(description="The van.")
    guests: int | None = strawberry.field(
        default=None,
        description="How many of a divided party it takes; without it, all who have no seat yet.",
    )
    override: ComplianceOverride | None = strawberry.field(
        default=None, description="Why it goes although its papers are not in order."
    )
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Take a van off a tour.")
class UnassignVehicleInput:
    """The van is free again."""

    booking_id: strawberry.ID = strawberry.field(description=BOOKING)
    vehicle_id: strawberry.ID = strawberry.field(description="The van.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Send another van.")
class ReplaceVehicleInput:
    """It takes the guests of the one that goes."""

    booking_id: strawberry.ID = strawberry.field(description=BOOKING)
    vehicle_id: strawberry.ID = strawberry.field(description="The van that goes.")
    replacement_vehicle_id: strawberry.ID = strawberry.field(description="The van that comes.")
    override: ComplianceOverride | None = strawberry.field(
        default=None, description="Why it goes although its papers are not in order."
    )
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Put a driver on a tour.")
class AssignDriverInput:
    """Papers and hours of service are checked; the driver's time is blocked."""

    booking_id: strawberry.ID = strawberry.field(description=BOOKING)
    driver_id: strawberry.ID = strawberry.field(description="The driver.")
    override: ComplianceOverride | None = strawberry.field(
        default=None, description="Why they drive although their papers are not in order."
    )
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Take a driver off a tour.")
class UnassignDriverInput:
    """The driver is free again."""

    booking_id: strawberry.ID = strawberry.field(description=BOOKING)
    driver_id: strawberry.ID = strawberry.field(description="The driver.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.type(description="The booking with its vans, or why nothing was changed.")
class VehicleAssignmentPayload:
    """Exactly one of the two says something."""

    booking: Booking | None = strawberry.field(description="The booking as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")


@strawberry.type(description="The booking with its drivers, or why nothing was changed.")
class DriverAssignmentPayload:
    """Warnings come with a booking; errors come alone."""

    booking: Booking | None = strawberry.field(description="The booking as it is now.")
    warnings: list[ComplianceWarning] | None = strawberry.field(
        description="Hours of service that come near to a limit: 9.5 h of driving, 14 h on duty."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")
