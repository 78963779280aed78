"""Shared tours in the contract."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.identity import Scope
from schema.assignments import ComplianceOverride
from schema.bookings import wall_clock
from schema.enums import Weekday
from schema.errors import UserError
from schema.fields import Node, column, counted, derived, edge, entity, instant, money
from schema.fleet import Driver, Vehicle
from schema.money import Money
from schema.scalars import Cents, LocalDateTime

if TYPE_CHECKING:
    from schema.tickets import Ticket


@strawberry.enum(description="Where a shared tour is in its life.")
class SharedTourStatus(StrEnum):
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@entity(
    "shared_tours",
    description="A public tour on one date that is sold by the seat.",
    scope=Scope.CATALOG_READ,
)
class SharedTour(Node):
    """What everybody may know of it; who sits in it is told by its tickets."""

    title: str = column("As the guest reads it.")
    status: SharedTourStatus = column("Where the tour is in its life.")
    starts_at: datetime = instant("Start, with the offset of the brand's zone.")
    ends_at: datetime = instant("End, with the offset of the brand's zone.")
    starts_at_local: LocalDateTime = derived(
        ("starts_at", "time_zone"), wall_clock, "Start as the clock on the wall shows it."
    )
    time_zone: str = column("IANA zone of the tour: `America/Los_Angeles`.")
    guests_min: int = column("Fewest guests with whom it runs.")
    guests_max: int = column("Seats that are sold.")
    seats_left: int | None = counted(
        "Seats that are not taken; a ticket that was not paid in its time takes none."
    )
    seat: Money = money("seat_cents", "Price of a seat, before tax.")
    seat_with_lunch: Money = money(
        "seat_with_lunch_cents", "Price of a seat with lunch, before tax."
    )
    sales_close_at: datetime = instant("Until when tickets are sold.")
    cancel_until: datetime = instant("Until when tickets are given back.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")
    vehicle: Vehicle | None = edge("The van that drives it.", scope=Scope.FLEET_READ)
    drivers: list[Driver] | None = edge("Who drives it, by name.", scope=Scope.FLEET_READ)
    tickets: list[Annotated["Ticket", strawberry.lazy("schema.tickets")]] | None = edge(
        "Its tickets that the caller may see, oldest first.", scope=Scope.TICKETS_READ
    )


@strawberry.input(description="Which shared tours; conditions are joined by AND.")
class SharedTourFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[SharedTourStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )
    starts_on_from: date | None = strawberry.field(
        default=None, description="Tours from this local day on."
    )
    starts_on_to: date | None = strawberry.field(
        default=None, description="Tours up to and including this local day."
    )
    driver_id: strawberry.ID | None = strawberry.field(
        default=None, description="Tours that this driver drives; not for guests."
    )


@strawberry.input(description="Lay shared tours on a day, or on the days of a range.")
class ScheduleSharedTourInput:
    """Time, length, guests and prices are those of the brand's package on each day."""

    from_: date = strawberry.field(name="from", description="The first local day.")
    to: date | None = strawberry.field(
        default=None, description="The last local day, up to two months on; without it, one day."
    )
    weekdays: list[Weekday] | None = strawberry.field(
        default=None, description="Only these days; without them, those that the package runs on."
    )
    code: str = strawberry.field(
        default="shared_tour",
        description="The package; the seat with lunch is priced by the one named with `_lunch`.",
    )
    beside: bool = strawberry.field(
        default=False, description="Lay it beside a tour that starts at the same time."
    )
    skip_impossible: bool = strawberry.field(
        default=False,
        description="Leave out the days on which no tour can be laid, as one is there or no van is"
        " free, and lay the others; without it, such a day refuses all.",
    )


@strawberry.type(description="A day that was left out, and why.")
class LeftOutDay:
    """Only where that was wished."""

    on: date = strawberry.field(description="The local day.")
    code: str = strawberry.field(description="What a refusal for this day alone would say.")
    message: str = strawberry.field(description="Why there is no tour.")


@strawberry.type(description="The tours that were laid, or why none was.")
class ScheduleSharedTourPayload:
    """All of the wished days or none, but those that were to be left out."""

    shared_tours: list[SharedTour] | None = strawberry.field(
        description="The tours, earliest first."
    )
    left_out: list[LeftOutDay] | None = strawberry.field(
        description="With `skipImpossible`, the days without a tour, earliest first."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if all were laid.")


@strawberry.input(description="Change a shared tour; what is left out stays.")
class UpdateSharedTourInput:
    """The end of the sale and the last moment to give tickets back move with the start."""

    id: strawberry.ID = strawberry.field(description="The tour.")
    expected_version: int = strawberry.field(description="The version that you read.")
    title: str | None = strawberry.field(default=None, description="As the guest reads it.")
    starts_at: datetime | None = strawberry.field(
        default=None, description="The new start, with an offset; the tour keeps its length."
    )
    vehicle_id: strawberry.ID | None = strawberry.field(default=None, description="Another van.")
    guests_min: int | None = strawberry.field(
        default=None, description="Fewest guests with whom it runs."
    )
    guests_max: int | None = strawberry.field(
        default=None, description="Seats that are sold: no fewer than are sold already."
    )
    seat_cents: Cents | None = strawberry.field(
        default=None, description="Price of a seat; sold tickets keep theirs."
    )
    seat_with_lunch_cents: Cents | None = strawberry.field(
        default=None, description="Price of a seat with lunch; sold tickets keep theirs."
    )
    override: ComplianceOverride | None = strawberry.field(
        default=None,
        description="Why another van goes although its papers are not in order; they are looked at"
        " where the tour has a driver.",
    )


@strawberry.input(description="Call a shared tour off.")
class CancelSharedTourInput:
    """Its tickets are cancelled with it, and staff is told what to pay back."""

    id: strawberry.ID = strawberry.field(description="The tour.")
    expected_version: int = strawberry.field(description="The version that you read.")
    reason: str = strawberry.field(description="Why, for staff: 1 to 500 characters.")


@strawberry.input(description="Say that a shared tour has been.")
class CompleteSharedTourInput:
    """Of each paid ticket it was said before whether its guests came."""

    id: strawberry.ID = strawberry.field(description="The tour.")
    expected_version: int = strawberry.field(description="The version that you read.")


@strawberry.type(description="The shared tour, or why it was not changed.")
class SharedTourPayload:
    """Exactly one of the two says something."""

    shared_tour: SharedTour | None = strawberry.field(description="The tour as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.type(description="The tour that was called off, or why it was not.")
class CancelSharedTourPayload:
    """What goes back is a task for staff, one a payment."""

    shared_tour: SharedTour | None = strawberry.field(description="The tour as it is now.")
    refund_due: Money | None = strawberry.field(description="What goes back to its guests.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was called off.")
