"""What staff write of a proposal's plan: its days, by date, and the stops of each in order."""

from datetime import date, time
from uuid import UUID

import strawberry

from domain.proposal_plans import Day, Stop
from schema.enums import StopKind
from schema.global_ids import decode_as


@strawberry.input(description="One stop of a day. Stops carry no price.")
class ProposalStopInput:
    """A winery, restaurant or hotel stop names its place in the directory, or an own one."""

    kind: StopKind = strawberry.field(description="What happens here.")
    winery_id: strawberry.ID | None = strawberry.field(
        default=None, description="The winery of a winery stop."
    )
    restaurant_id: strawberry.ID | None = strawberry.field(
        default=None, description="The restaurant of a restaurant stop."
    )
    hotel_id: strawberry.ID | None = strawberry.field(
        default=None, description="The hotel of a check-in or check-out."
    )
    own_place_id: strawberry.ID | None = strawberry.field(
        default=None, description="A place of the operator's own, of the kind that the stop asks."
    )
    name: str | None = strawberry.field(
        default=None, description="Name of a stop that is in no directory."
    )
    starts_at_local: time | None = strawberry.field(
        default=None, description="When the party should arrive, in the brand's zone."
    )
    minutes: int = strawberry.field(default=60, description="How long: 30 to 240 minutes.")
    driver_notes: str | None = strawberry.field(
        default=None, description="For staff and the driver."
    )

    def to_domain(self) -> Stop:
        return Stop(
            kind=self.kind.value,
            winery_id=_place("Winery", self.winery_id, "wineryId"),
            restaurant_id=_place("Restaurant", self.restaurant_id, "restaurantId"),
            hotel_id=_place("Hotel", self.hotel_id, "hotelId"),
            own_place_id=_place("Place", self.own_place_id, "ownPlaceId"),
            name=self.name,
            starts_at_local=self.starts_at_local,
            minutes=self.minutes,
            driver_notes=self.driver_notes,
        )


def _place(name: str, id: strawberry.ID | None, path: str) -> UUID | None:
    return None if id is None else decode_as(name, id, path=path)


@strawberry.input(description="One day of a plan. Days stand in the order of their dates.")
class ProposalDayInput:
    """A date stands for one day."""

    on_date: date = strawberry.field(description="The day, in the brand's zone.")
    title: str | None = strawberry.field(default=None, description="Heading of the day.")
    stops: list[ProposalStopInput] = strawberry.field(
        default_factory=list, description="The stops, in order: at most 20."
    )

    def to_domain(self) -> Day:
        return Day(self.on_date, self.title, tuple(stop.to_domain() for stop in self.stops))


@strawberry.input(description="Replace the whole plan of a proposal.")
class SetProposalDaysInput:
    """All days with all stops."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    days: list[ProposalDayInput] = strawberry.field(description="All days of the plan.")


@strawberry.input(description="Add a day to the plan of a proposal.")
class AddProposalDayInput:
    """The day finds its place by its date."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    day: ProposalDayInput = strawberry.field(description="The day, with its stops.")


@strawberry.input(description="Move a day of a plan to another date.")
class MoveProposalDayInput:
    """Two days trade their dates if the other is taken."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    on_date: date = strawberry.field(description="The date that the day has.")
    to_date: date = strawberry.field(description="The date that it gets.")


@strawberry.input(description="Take a day with its stops out of a plan.")
class RemoveProposalDayInput:
    """The proposal keeps its dates."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    on_date: date = strawberry.field(description="The date of the day.")


@strawberry.input(description="Add a stop to a day of a plan.")
class AddProposalStopInput:
    """At the end of the day unless a position is named."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    on_date: date = strawberry.field(description="The date of the day.")
    stop: ProposalStopInput = strawberry.field(description="The stop.")
    position: int | None = strawberry.field(
        default=None, description="Its place in the order, from 1."
    )


@strawberry.input(description="Move a stop within its day, or to another day.")
class MoveProposalStopInput:
    """The others close up."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    on_date: date = strawberry.field(description="The date of its day.")
    position: int = strawberry.field(description="Its place in the order, from 1.")
    to_date: date = strawberry.field(description="The date of the day that it comes to.")
    to_position: int = strawberry.field(description="Its place there, from 1.")


@strawberry.input(description="Take a stop out of a day.")
class RemoveProposalStopInput:
    """The others close up."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    on_date: date = strawberry.field(description="The date of its day.")
    position: int = strawberry.field(description="Its place in the order, from 1.")
