"""Arguments of a list into a page of rows, and the rows into a connection."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from enum import Enum
from typing import Annotated, Any, Final
from uuid import UUID

import strawberry
from strawberry import UNSET, Info
from strawberry.types.arguments import StrawberryArgumentAnnotation

from db.cursors import cursor_of
from db.reading import Slice, Wanted
from db.relations import Relation
from domain.errors import NotFound
from domain.identity import Scope
from domain.listing import Page, argument
from domain.schedule import check_day
from domain.texts import storable
from resolvers.context import OperationContext
from schema.global_ids import decode, decode_as
from schema.pagination import Connection, Edge, PageInfo
from schema.permissions import check, requires

NOTHING_MORE: Final[Mapping[str, Scope | tuple[Scope, ...]]] = {}
# Arguments that are called by the part that somebody plays.
OWNERS: Final[Mapping[str, str]] = {
    "assignee_id": "StaffUser",
    "staff_user_id": "StaffUser",
}


def says(description: str) -> StrawberryArgumentAnnotation:
    return strawberry.argument(description=description)


First = Annotated[int | None, says("So many from the front: 1 to 100; 20 if nothing is said.")]
After = Annotated[str | None, says("Only those behind this cursor.")]
Last = Annotated[int | None, says("So many from the end: 1 to 100.")]
Before = Annotated[str | None, says("Only those before this cursor.")]


async def connection(
    info: Info,
    relation: Relation,
    request: Page,
    *,
    order: Enum,
    filter: object | None = None,
) -> Connection[Any]:
    """One page as a Relay connection; the total is counted only if the field is asked for.

    Errors: InvalidInput for a bad page size, cursor or id.
    """
    context: OperationContext = info.context
    wanted = Wanted.of(relation, order.value, filter_values(filter), zone=context.zone)
    rows = await context.page(wanted, request)
    return as_connection(wanted, rows, count=lambda: context.count(wanted))


def as_connection(
    wanted: Wanted, rows: Slice, *, count: Callable[[], Awaitable[int]]
) -> Connection[Any]:
    """A page's rows, each with the cursor of its place."""
    relation, order = wanted.relation, wanted.order
    edges = [Edge(node=row, cursor=cursor_of(relation, order, row)) for row in rows.rows]
    page_info = PageInfo(
        has_next_page=rows.has_next,
        has_previous_page=rows.has_previous,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, page_info=page_info, count=count)


def listed(
    relation: Relation,
    *,
    filter: type,
    order: Enum,
    scope: Scope,
    description: str,
    guarded: Mapping[str, Scope | tuple[Scope, ...]] = NOTHING_MORE,
) -> Any:
    """A root field that pages through a relation; its type is the annotation it is assigned to.

    Shape:  `guarded` names the conditions that ask for a scope of their own: whoever may not read
            a field may not search by it. Without a filter its defaults hold.
    """
    unsaid = filter

    async def resolve(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Any = None,
        order_by: Any = order,
    ) -> Any:
        chosen = unsaid() if filter is None else filter
        for name in guarded.keys() & filter_values(chosen).keys():
            asked = guarded[name]
            for each in asked if isinstance(asked, tuple) else (asked,):
                check(info.context.principal, each)
        request = Page.of(first, after, last, before, most=info.context.world.limits.page)
        return await connection(info, relation, request, order=order_by, filter=chosen)

    return picking(resolve, filter=filter, order=order, scope=scope, description=description)


def picking(
    resolve: Any,
    *,
    filter: type,
    order: Enum,
    scope: Scope,
    description: str,
    in_order: str = "In which order.",
) -> Any:
    """The root field of a list, whose `filter` and `order_by` are of these types."""
    which = says("Which ones; all of them if left out.")
    resolve.__annotations__["filter"] = Annotated[filter | None, which]
    resolve.__annotations__["order_by"] = Annotated[type(order), says(in_order)]
    return strawberry.field(resolver=resolve, description=description, extensions=[requires(scope)])


def by_id(entity: Any, relation: Relation) -> Any:
    """A root field that gives one object by its global id."""
    name = entity.__name__

    async def resolve(info: Info, id: Annotated[strawberry.ID, says("Its global id.")]) -> Any:
        return await one(info, relation, decode_as(name, id))

    return strawberry.field(
        resolver=resolve,
        description=f"One {name.lower()} by its id.",
        extensions=[requires(entity.scope)],
    )


def by_column(
    entity: Any,
    relation: Relation,
    column: str,
    description: str,
    normal: Callable[[str], str] = str,
    *,
    also: Scope | None = None,
) -> Any:
    """A root field that gives one object by another unique column, an argument of that name.

    Shape:  `also` is asked for besides the scope of the object, by a column that not all may read.
    """

    async def resolve(info: Info, value: Any) -> Any:
        if also is not None:
            check(info.context.principal, also)
        key = normal(storable(value, path=column))
        return await one(info, relation, key, column=column)

    named = strawberry.argument(name=column, description=f"Its {column}.")
    resolve.__annotations__ |= {"value": Annotated[str, named]}
    return strawberry.field(
        resolver=resolve, description=description, extensions=[requires(entity.scope)]
    )


async def one(info: Info, relation: Relation, id: UUID | str, *, column: str = "id") -> Any:
    """The row of a unique column's value.

    Errors: NotFound if it is absent, another's, or not for this caller.
    """
    row = await info.context.by(relation.name, column).load(id)
    if row is None:
        raise NotFound(path="id" if column == "id" else column)
    return row


def filter_values(filter: object | None) -> dict[str, Any]:
    """The named conditions, with ids decoded and enum members as the stored words.

    Errors: InvalidInput, naming the argument as clients write it.
    """
    if filter is None:
        return {}
    given = {name: getattr(filter, name) for name in filter.__class__.__annotations__}
    return {
        name: _plain(name, value)
        for name, value in given.items()
        if value is not None and value is not UNSET
    }


def _plain(name: str, value: Any) -> Any:
    path = argument(name)
    if name in {"subject_id", "actor_id"}:
        return decode(value, path=path)[1]
    if name.endswith("_id"):
        owner = OWNERS.get(name, name.removesuffix("_id").capitalize())
        return decode_as(owner, value, path=path)
    if isinstance(value, list):
        return [_compared(item, path) for item in value]
    return _compared(value, path)


def _compared(value: Any, path: str) -> Any:
    """What a column is compared with. Errors: InvalidInput."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        check_day(value, path=path)
    return storable(value, path=path) if isinstance(value, str) else value
