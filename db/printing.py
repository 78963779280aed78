"""Declarations into statements: a page of a relation, its count, and the batches of its edges.

The only place where SQL text is put together. Everything in it comes from a `Relation`, whose names
were checked when it was declared; values are parameters, and a page's size is a clamped integer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import LiteralString, cast

from db.relations import Many, Relation


@dataclass(frozen=True, slots=True)
class PageShape:
    """All of a page request that shapes its statement; the rest are parameters."""

    order: str
    filters: tuple[str, ...]
    limit: int
    backwards: bool
    after: bool
    before: bool


def page_statement(relation: Relation, kind: str, shape: PageShape) -> LiteralString:
    """Rows of one page and one more, so that the page knows whether there is another.

    Shape:  the limit stands in the text: as a parameter, a generic plan would expect a tenth of
            the table and choose a plan for that.
    """
    columns = relation.orders[shape.order]
    descending = columns[0].startswith("-")
    names = [column.removeprefix("-") for column in columns]
    conditions = _conditions(relation, shape.filters)
    if shape.after:
        conditions.append(_beyond(names, "<" if descending else ">", "after"))
    if shape.before:
        conditions.append(_beyond(names, ">" if descending else "<", "before"))
    direction = " desc" if descending != shape.backwards else ""
    order = ", ".join(f"{name}{direction}" for name in names)
    return _literal(
        f"select {_columns(relation, kind)}, null from {relation.name}"
        f"{_where(conditions)} order by {order} limit {int(shape.limit) + 1}"
    )


def count_statement(relation: Relation, filters: tuple[str, ...]) -> LiteralString:
    return _literal(f"select count(*) from {relation.name}{_where(_conditions(relation, filters))}")


def by_column_statement(relation: Relation, kind: str, column: str = "id") -> LiteralString:
    """The rows whose unique column is among the keys; the key comes last in each row."""
    return _literal(
        f"select {_columns(relation, kind)}, {column} from {relation.name}"
        f" where {column} = any(%(keys)s)"
    )


def children_statement(target: Relation, kind: str, edge: Many) -> LiteralString:
    """The rows of a to-many edge for many owners, in the edge's order; the owner comes last."""
    if edge.through is None:
        order = ", ".join((edge.by, *edge.order))
        return _literal(
            f"select {_columns(target, kind)}, {edge.by} from {target.name}"
            f" where {edge.by} = any(%(keys)s) order by {order}"
        )
    order = ", ".join((f"j.{edge.by}", *(f"t.{name}" for name in edge.order)))
    return _literal(
        f"select {_columns(target, kind, 't.')}, j.{edge.by} from {edge.through} j"
        f" join {target.name} t on t.id = j.{edge.key} where j.{edge.by} = any(%(keys)s)"
        f" order by {order}"
    )


def _columns(relation: Relation, kind: str, prefix: str = "") -> str:
    hidden: Collection[str] = relation.hidden.get(kind, ())
    return ", ".join(
        f"null::{column.value}" if name in hidden else f"{prefix}{name}"
        for name, column in relation.columns.items()
    )


def _conditions(relation: Relation, filters: tuple[str, ...]) -> list[str]:
    return [relation.filters[name].sql.replace("{name}", name) for name in filters]


def _where(conditions: list[str]) -> str:
    return f" where {' and '.join(conditions)}" if conditions else ""


def _beyond(names: list[str], comparison: str, side: str) -> str:
    left = ", ".join(names)
    right = ", ".join(f"%({side}_{position})s" for position in range(len(names)))
    return f"({left}) {comparison} ({right})"


def _literal(text: str) -> LiteralString:
    """Take responsibility for the text: it was made of checked names and fixed words alone."""
    return cast("LiteralString", text)
