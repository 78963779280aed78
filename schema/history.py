"""The history of an object in the contract: what happened to it, newest first."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.enums import PrincipalKind
from schema.pagination import Edge, PageInfo
from schema.scalars import Json

First = Annotated[
    int | None,
    strawberry.argument(description="So many of the newest: 1 to 100; 20 if nothing is said."),
]
After = Annotated[str | None, strawberry.argument(description="Only those behind this cursor.")]


@strawberry.type(description="A field that an event changed.")
class HistoryChange:
    """What the caller may not read is left out."""

    field: str = strawberry.field(description="Its name: `startsAt`.")
    before: Json | None = strawberry.field(description="Its value before.")
    after: Json | None = strawberry.field(description="Its value from then on.")
    erased: bool = strawberry.field(description="Were these personal values erased meanwhile?")


@strawberry.type(description="Something that happened to an object.")
class HistoryEntry:
    """Made of one event."""

    kind: str = strawberry.field(description="What happened: `BookingRescheduled`.")
    version: int = strawberry.field(description="The version that the object had from then on.")
    actor_kind: PrincipalKind = strawberry.field(description="What kind of caller did it.")
    actor_name: str | None = strawberry.field(
        description="Who did it, as far as there is a name that the caller may know."
    )
    changes: list[HistoryChange] = strawberry.field(description="What was changed.")
    occurred_at: strawberry.Private[datetime]

    @strawberry.field(description="When it happened.")
    def at(self, info: strawberry.Info) -> datetime:
        return self.occurred_at.astimezone(info.context.zone)


@strawberry.type(description="One page of the history of an object.")
class HistoryConnection:
    """Relay's connection, without a total."""

    edges: list[Edge[HistoryEntry]] = strawberry.field(description="What happened, newest first.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type(description="A field of an object as it was.")
class PastField:
    """Of those that the caller may read."""

    field: str = strawberry.field(description="Its name: `startsAt`.")
    value: Json | None = strawberry.field(description="Its value then.")
    known: bool = strawberry.field(description="False if the value was erased meanwhile.")


@strawberry.type(description="The fields of an object as they were at an instant.")
class PastState:
    """A value of its own: what it leads to is not shown, for that may be of another time."""

    id: strawberry.ID = strawberry.field(description="The object.")
    version: int = strawberry.field(description="The version that it had.")
    fields: list[PastField] = strawberry.field(description="Its fields, by name.")
