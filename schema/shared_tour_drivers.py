"""Who drives a shared tour, and who could, in the contract."""

import strawberry

from schema.assignments import ComplianceOverride, ComplianceWarning
from schema.errors import UserError
from schema.fleet import Driver
from schema.shared_tours import SharedTour

VERSION = "The version of the tour that you read."


@strawberry.type(description="A driver who could drive a tour, or what keeps them from it.")
class DriverProposal:
    """Hours, papers, working hours, time off and other tours are looked at as they are now."""

    driver: Driver = strawberry.field(description="The driver.")
    reasons: list[ComplianceWarning] = strawberry.field(
        description="What keeps them: `WORKING_HOURS`, `TIME_OFF`, `BUSY`, `LICENCE` …; empty for"
        " who may be assigned at once."
    )
    warnings: list[ComplianceWarning] = strawberry.field(
        description="Hours of service that come near to a limit; they forbid nothing."
    )
    overridable: bool = strawberry.field(
        description="Would an override with a reason be enough, if one is needed at all?"
    )


@strawberry.input(description="Put a driver on a shared tour.")
class AssignSharedTourDriverInput:
    """Papers, hours of service and working hours are checked; the driver's time is blocked."""

    shared_tour_id: strawberry.ID = strawberry.field(description="The tour.")
    driver_id: strawberry.ID = strawberry.field(description="The driver.")
    override: ComplianceOverride | None = strawberry.field(
        default=None,
        description="Why they drive although something is not in order with them, or the van.",
    )
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Take a driver off a shared tour.")
class UnassignSharedTourDriverInput:
    """The driver is free again."""

    shared_tour_id: strawberry.ID = strawberry.field(description="The tour.")
    driver_id: strawberry.ID = strawberry.field(description="The driver.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.type(description="The shared tour with its drivers, or why nothing was changed.")
class SharedTourDriverPayload:
    """Warnings come with a tour; errors come alone."""

    shared_tour: SharedTour | None = strawberry.field(description="The tour as it is now.")
    warnings: list[ComplianceWarning] | None = strawberry.field(
        description="Hours of service that come near to a limit: 9.5 h of driving, 14 h on duty."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")
