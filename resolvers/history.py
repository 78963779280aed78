"""Events into the history that a caller is shown, and into the object as it was."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from domain.errors import Forbidden, InvalidInput
from domain.history import UNTOLD, Recorded
from domain.identity import Kind, Principal, Scope
from resolvers.changes import Showing
from resolvers.nodes import ENTITIES, TYPES
from resolvers.worded import field_of
from schema.enums import PrincipalKind
from schema.global_ids import decode, encode
from schema.history import HistoryChange, HistoryConnection, HistoryEntry
from schema.pagination import Edge, PageInfo
from schema.scalars import Json

RECORDS: Final = frozenset({Kind.STAFF, Kind.WORKER})
"""Who may read events: PostgreSQL gives them to nobody else."""
CURSOR: Final = "Event"


def may_look_back(principal: Principal) -> None:
    """Errors: Forbidden for callers whom the database gives no event."""
    if principal.kind not in RECORDS:
        raise Forbidden("The history is for staff alone.")


def place(after: str | None) -> UUID | None:
    """Errors: InvalidInput for a cursor of another list."""
    if after is None:
        return None
    name, id = decode(after, path="after")
    if name != CURSOR:
        raise InvalidInput("`after` is no cursor of a history.", path="after")
    return id


def connection(
    showing: Showing, relation: str, events: Sequence[Recorded], *, size: int, after: bool
) -> HistoryConnection:
    """A page of events and one more, as the caller may see them."""
    edges = [
        Edge(node=_entry(showing, relation, event), cursor=encode(CURSOR, event.id))
        for event in events[:size]
    ]
    page_info = PageInfo(
        has_next_page=len(events) > size,
        has_previous_page=after,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return HistoryConnection(edges=edges, page_info=page_info)


def _entry(showing: Showing, relation: str, event: Recorded) -> HistoryEntry:
    entity: Any = ENTITIES[TYPES[relation]]
    told = {name: pair for name, pair in event.changes.items() if name not in UNTOLD}
    erased = {field_of(name) for name in event.erased}
    is_customer = event.actor_kind == Kind.CUSTOMER
    hidden = is_customer and not showing.principal.may(Scope.CUSTOMERS_READ)
    return HistoryEntry(
        kind=event.kind,
        version=event.entity_version,
        actor_kind=PrincipalKind(event.actor_kind),
        actor_name=None if hidden else event.actor_name,
        changes=[
            HistoryChange(field=name, before=Json(before), after=Json(after), erased=name in erased)
            for name, (before, after) in sorted(showing.changes(entity, told).items())
        ],
        occurred_at=event.occurred_at,
    )
