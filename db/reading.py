"""Keys and page requests into rows: what every list and every edge of the API is read with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from db.cursors import place
from db.database import Transaction
from db.printing import (
    PageShape,
    by_column_statement,
    children_statement,
    count_statement,
    page_statement,
)
from db.relations import Many, Relation, Row
from domain.errors import Forbidden
from domain.listing import Page, argument

K = TypeVar("K", UUID, str)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a relation, in which order; filter values are already parameters."""

    relation: Relation
    order: str
    params: Mapping[str, Any]

    @classmethod
    def of(
        cls, relation: Relation, order: str, filters: Mapping[str, Any], *, zone: ZoneInfo
    ) -> "Wanted":
        converted = {
            name: relation.filters[name].convert(value, zone) for name, value in filters.items()
        }
        return cls(relation, order, converted)

    @property
    def filters(self) -> tuple[str, ...]:
        return tuple(sorted(self.params))


@dataclass(frozen=True, slots=True)
class Slice:
    """A page's rows in the asked order, and whether there are rows before and behind them."""

    rows: Sequence[Row]
    has_previous: bool
    has_next: bool


async def page(tx: Transaction, wanted: Wanted, request: Page) -> Slice:
    """One statement: the rows of a page and one more.

    Errors: InvalidInput for a cursor of another list or order,
            Forbidden for a filter on a column that is hidden from the caller.
    """
    _refuse_hidden(tx, wanted)
    relation, order, params = wanted.relation, wanted.order, dict(wanted.params)
    for side, cursor in (("after", request.after), ("before", request.before)):
        if cursor is not None:
            values = place(relation, order, cursor, path=side)
            params |= {f"{side}_{position}": value for position, value in enumerate(values)}
    shape = PageShape(
        order=order,
        filters=wanted.filters,
        limit=request.size,
        backwards=request.backwards,
        after=request.after is not None,
        before=request.before is not None,
    )
    statement = _page_statement(relation, tx.principal.kind.value, shape)
    rows = [relation.row(row) for row in await tx.rows(statement, params)]
    more = len(rows) > request.size
    rows = rows[: request.size]
    if request.backwards:
        return Slice(rows[::-1], has_previous=more, has_next=request.before is not None)
    return Slice(rows, has_previous=request.after is not None, has_next=more)


async def count(tx: Transaction, wanted: Wanted) -> int:
    """Errors: Forbidden for a filter on a column that is hidden from the caller."""
    _refuse_hidden(tx, wanted)
    row = await tx.row(count_statement(wanted.relation, wanted.filters), wanted.params)
    return int(row[0]) if row else 0


async def by_column(
    tx: Transaction, relation: Relation, keys: Sequence[K], *, column: str = "id"
) -> list[Row | None]:
    """The row of each key, in the keys' order; None for a key that names nothing here."""
    statement = _by_column_statement(relation, tx.principal.kind.value, column)
    found = {row[-1]: relation.row(row) for row in await tx.rows(statement, {"keys": list(keys)})}
    return [found.get(key) for key in keys]


async def children(
    tx: Transaction, target: Relation, edge: Many, owners: Sequence[UUID]
) -> list[list[Row]]:
    """The rows of a to-many edge for each owner, in the edge's order."""
    statement = _children_statement(target, tx.principal.kind.value, edge)
    groups: dict[UUID, list[Row]] = {owner: [] for owner in owners}
    for row in await tx.rows(statement, {"keys": list(owners)}):
        groups[row[-1]].append(target.row(row))
    return [groups[owner] for owner in owners]


def _refuse_hidden(tx: Transaction, wanted: Wanted) -> None:
    hidden = wanted.relation.hidden.get(tx.principal.kind.value, ())
    for name in wanted.filters:
        if wanted.relation.filters[name].column in hidden:
            raise Forbidden(f"This credential may not filter by {argument(name)}.")


_page_statement = lru_cache(maxsize=1024)(page_statement)
_by_column_statement = lru_cache(maxsize=1024)(by_column_statement)
_children_statement = lru_cache(maxsize=1024)(children_statement)
