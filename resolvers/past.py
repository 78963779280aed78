"""Any object as it was at an instant, made of what it is and of what happened since."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Final
from uuid import UUID

import strawberry
from strawberry import Info

from db import history
from domain.errors import InvalidInput, NotFound
from domain.events import Plain
from domain.history import undone
from domain.identity import Scope
from domain.schedule import check_day
from resolvers.changes import Showing
from resolvers.context import OperationContext
from resolvers.history import may_look_back
from resolvers.listing import says
from resolvers.nodes import ENTITIES, fetch
from resolvers.worded import field_of
from schema.global_ids import decode
from schema.history import PastField, PastState
from schema.permissions import requires
from schema.scalars import Json

# Columns that no event tells of: the database makes them of others, or they say when it was.
MADE: Final = frozenset(
    {
        *("id", "version", "updated_at", "guest_first_name", "balance_cents"),
        "last_used_at",
    }
)


@strawberry.type
class PastQuery:
    """Root fields that look back."""

    @strawberry.field(
        extensions=[requires(Scope.HISTORY_READ)],
        description="Any object as it was at an instant: its fields, by name.",
    )
    async def as_of(
        self,
        info: Info,
        id: Annotated[strawberry.ID, says("The object's global id.")],
        at: Annotated[datetime, says("The instant, with its offset.")],
    ) -> PastState | None:
        context: OperationContext = info.context
        may_look_back(context.principal)
        if at.tzinfo is None:
            raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path="at")
        check_day(at, path="at")
        row = await fetch(info, id)
        entity = ENTITIES[decode(id)[0]]
        later = await history.after(await context.snapshot.reads.open(), row.id, at)
        past = undone(_plain_row(context, row), getattr(row, "version", 1), later)
        created_at = getattr(row, "created_at", None)
        if not past.existed or (created_at is not None and created_at > at):
            raise NotFound(path="at")
        showing = Showing(context.principal, context.zone, context.world.relations)
        shown = showing.changes(entity, {name: (None, each) for name, each in past.fields.items()})
        unknown = {field_of(name) for name in past.unknown}
        fields = [
            PastField(field=name, value=Json(value), known=name not in unknown)
            for name, (_, value) in sorted(shown.items())
        ]
        return PastState(id=id, version=past.version, fields=fields)


def _plain_row(context: OperationContext, row: Any) -> Mapping[str, Plain]:
    """The row's own columns, as events tell of them."""
    columns = context.world.relations[row.relation].columns
    return {name: _plain(getattr(row, name)) for name in columns if name not in MADE}


def _plain(value: Any) -> Plain:
    if isinstance(value, date | time):
        return value.isoformat()
    plain: Plain = str(value) if isinstance(value, UUID) else value
    return plain
