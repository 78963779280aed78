"""Read models: what can be read of an entity, declared once.

A `Relation` names a table, its columns, its edges, its orders and its filters. Pages, batches and
loaders are made from it; nobody writes a second query for the same edge. Names in a declaration
become SQL text, so they are checked here, once, when the module is imported.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.schedule import day_after_starts_at, day_starts_at

NAME = re.compile(r"[a-z][a-z0-9_]*")
SEARCH = "search"


class ColumnKind(StrEnum):
    """The PostgreSQL type of a column, as far as reading it matters."""

    UUID = "uuid"
    TEXT = "text"
    TEXTS = "text[]"
    INT = "integer"
    INTS = "integer[]"
    CENTS = "bigint"
    INSTANT = "timestamptz"
    DATE = "date"
    TIME = "time"
    TIMES = "time[]"
    BOOL = "boolean"
    FLOAT = "double precision"
    JSON = "jsonb"


class Row(Protocol):
    """One row of a relation: an attribute for each declared column."""

    relation: str
    id: UUID


@dataclass(frozen=True, slots=True)
class One:
    """A to-one edge: the row of `target` whose id stands in the column `via`."""

    target: str
    via: str


@dataclass(frozen=True, slots=True)
class Many:
    """A to-many edge: the rows of `target` whose column `by` is this row's id.

    Shape:  with `through`, `by` and `key` are columns of that table, and `key` is the target's id.
    """

    target: str
    by: str
    order: tuple[str, ...]
    through: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition with one parameter, and how a caller's value becomes that parameter.

    Shape:  `column` is the one that is compared, of another table with that table's name; from
            whom it is hidden, the filter is refused.
    """

    sql: str
    convert: Callable[[Any, ZoneInfo], Any] = field(default=lambda value, _zone: value)
    column: str = ""


@dataclass(frozen=True, eq=False)
class Relation:
    """A table as its readers know it.

    Shape:  `hidden` maps a kind of principal to the columns that PostgreSQL does not give it;
            for that kind they are read as NULL, and filters that compare them are refused.
    """

    name: str
    columns: Mapping[str, ColumnKind]
    one: Mapping[str, One] = field(default_factory=dict)
    many: Mapping[str, Many] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    row: Callable[[Sequence[Any]], Row] = field(init=False)

    def __post_init__(self) -> None:
        self._check_names()
        shape: Any = namedtuple("Row", [*self.columns, "edge_key"])  # type: ignore[misc]  # noqa: PYI024
        made: Any = type(self.name, (shape,), {"relation": self.name, "__slots__": ()})
        object.__setattr__(self, "row", made._make)

    def _check_names(self) -> None:
        names = [self.name, *self.columns]
        for many in self.many.values():
            names += [many.target, many.by, *many.order, *filter(None, (many.through, many.key))]
        for one in self.one.values():
            names += [one.target, one.via]
        names += [column.removeprefix("-") for order in self.orders.values() for column in order]
        for name in names:
            if not NAME.fullmatch(name):
                raise ValueError(f"{self.name}: {name!r} cannot stand in a statement")
        for order in self.orders.values():
            if (
                len({column.startswith("-") for column in order}) != 1
                or order[-1].strip("-") != "id"
            ):
                raise ValueError(
                    f"{self.name}: an order runs one way and ends with the id: {order}"
                )


def visible_only(columns: Mapping[str, ColumnKind], *names: str) -> frozenset[str]:
    """The columns hidden from a kind of principal that sees only `names`."""
    return frozenset({*columns, SEARCH}) - frozenset(names)


def equals(column: str) -> Filter:
    return Filter(f"{column} = %({{name}})s", column=column)


def one_of(column: str) -> Filter:
    return Filter(f"{column} = any(%({{name}})s)", lambda value, _zone: list(value), column)


def one_of_by_now(column: str, ends_at: str, *, open: Sequence[str], closed: str) -> Filter:
    """As `one_of`, but that what is `open` is `closed` once its time has run out, swept or not."""
    states = ", ".join(f"'{each}'" for each in open)
    by_now = f"when {column} in ({states}) and {ends_at} <= now() then '{closed}'"
    return Filter(
        f"case {by_now} else {column} end = any(%({{name}})s)",
        lambda value, _zone: list(value),
        column,
    )


def local_day_from(column: str) -> Filter:
    """From the first instant of a local day of the brand on."""
    return Filter(f"{column} >= %({{name}})s", _starts, column)


def local_day_to(column: str) -> Filter:
    """Up to and including a local day of the brand."""
    return Filter(f"{column} < %({{name}})s", _ends, column)


def in_force_on(starts_on: str, ends_on: str) -> Filter:
    """Dated rows that hold on a local day; one without an end goes on."""
    name = "%({name})s"
    return Filter(f"({starts_on} <= {name} and coalesce({ends_on}, 'infinity') > {name})")


def at_least(column: str) -> Filter:
    return Filter(f"{column} >= %({{name}})s", column=column)


def at_most(column: str) -> Filter:
    return Filter(f"{column} <= %({{name}})s", column=column)


def linked(table: str, by: str, column: str, *, owner: str) -> Filter:
    """Rows for which `table` has a row that names them in `by` and the value in `column`."""
    joined = f"l.{by} = {owner}.id and l.{column} = %({{name}})s"
    return Filter(" ".join(("exists (select 1 from", table, "l where", f"{joined})")))


def is_null(column: str) -> Filter:
    """True: only rows without a value; False: only rows with one."""
    return Filter(f"({column} is null) = %({{name}})s", column=column)


def is_set(column: str) -> Filter:
    """True: only rows with a value; False: only rows without one."""
    return Filter(f"({column} is not null) = %({{name}})s", column=column)


def among() -> Filter:
    """Rows of which the ids are known."""
    return Filter("id = any(%({name})s)", lambda ids, _zone: sorted(ids), "id")


def apart() -> Filter:
    """All rows but a few of which the ids are known; the page's order is walked past them."""
    return Filter("id <> all(%({name})s)", lambda ids, _zone: sorted(ids), "id")


def contains(column: str) -> Filter:
    """Rows whose list has the word, whatever its case.

    The planner takes it for common and walks the page's order, which stops at its limit; `= any`
    it takes for rare, and sorts all rows of the brand.
    """
    return Filter(
        f"array_position({column}, %({{name}})s) is not null",
        lambda value, _zone: value.strip().lower(),
        column,
    )


def text() -> Filter:
    """Part of a name, number, e-mail address or phone number, whatever the case.

    The comparison is not leakproof, so no index serves it: it is bounded by the brand's own rows.
    """
    return Filter("position(%({name})s in search) > 0", lambda value, _zone: needle(value), SEARCH)


def part_of(column: str) -> Filter:
    """Part of a column, whatever the case; bounded by the brand's own rows, as `text` is."""
    return Filter(
        f"position(%({{name}})s in lower({column})) > 0",
        lambda value, _zone: value.strip().lower(),
        column,
    )


def number_or_customer(owner: str, *columns: str) -> Filter:
    """Part of the row's own number or `columns`, or of what its customer is found by."""
    customer = " ".join(("select c.search from customers c where c.id =", f"{owner}.customer_id"))
    own = (f"lower({owner}.{column})" for column in ("number", *columns))
    found = (f"position(%({{name}})s in {text}) > 0" for text in (*own, f"({customer})"))
    return Filter(f"({' or '.join(found)})", lambda value, _zone: needle(value), "number")


def needle(value: str) -> str:
    """What is looked for: lower case; a phone number without its spaces, dots and dashes.

    Shape:  `2026-00042` is the end of a human number, and is no phone number.
    """
    folded = value.strip().lower()
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,5}", folded):
        return folded
    digits = re.sub(r"[\s().-]", "", folded)
    return digits if re.fullmatch(r"\+?[0-9]{4,}", digits) else folded


def _starts(value: date, zone: ZoneInfo) -> Any:
    return day_starts_at(value, zone)


def _ends(value: date, zone: ZoneInfo) -> Any:
    return day_after_starts_at(value, zone)
