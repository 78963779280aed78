"""What was read, as bytes and back, to the last value; and what was asked, as bytes alone."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from hashlib import sha256
from math import isfinite
from typing import Any, Final
from uuid import UUID

import orjson

from db.brands import Hours
from db.reading import Slice, Wanted
from db.relations import ColumnKind, Relation, Row
from domain.listing import Page

FORM: Final = 1
"""Grows when values are written in another way, so that none is read in the wrong one."""
AS_IT_IS: Final = frozenset(
    {
        *(ColumnKind.TEXT, ColumnKind.INT, ColumnKind.INTS, ColumnKind.CENTS),
        *(ColumnKind.BOOL, ColumnKind.JSON),
    }
)
# What orjson itself would write otherwise: it rounds an offset of old to minutes, misplaces the
# microseconds of a time of day, and makes null of what is no finite number.
ENCODE: Final[Mapping[ColumnKind, Callable[[Any], Any]]] = {
    ColumnKind.INSTANT: lambda value: value.astimezone(UTC),
    ColumnKind.TIME: time.isoformat,
    ColumnKind.TIMES: lambda values: [value and value.isoformat() for value in values],
    ColumnKind.FLOAT: lambda value: value if isfinite(value) else repr(value),
}
DECODE: Final[Mapping[ColumnKind, Callable[[Any], Any]]] = {
    ColumnKind.UUID: UUID,
    ColumnKind.TEXTS: list,
    ColumnKind.INSTANT: datetime.fromisoformat,
    ColumnKind.DATE: date.fromisoformat,
    ColumnKind.TIME: time.fromisoformat,
    ColumnKind.TIMES: lambda values: [value and time.fromisoformat(value) for value in values],
    ColumnKind.FLOAT: float,
}


def page_question(wanted: Wanted, request: Page) -> bytes:
    asked = [wanted.order, wanted.params, request.size, request.backwards]
    return _question("page", wanted.relation, [*asked, request.after, request.before])


def count_question(wanted: Wanted) -> bytes:
    return _question("count", wanted.relation, wanted.params)


def row_question(relation: Relation, column: str, value: UUID | str) -> bytes:
    return _question("row", relation, [column, value])


def facts_question(names: Sequence[str]) -> bytes:
    return json.dumps([FORM, "facts", names]).encode()


def statement_question(statement: str, *asked: object) -> bytes:
    """Another release may ask by another statement, and has another key then."""
    return json.dumps([FORM, "statement", statement, asked], default=str).encode()


def from_slice(relation: Relation, rows: Slice) -> bytes:
    values = [_values(relation, row) for row in rows.rows]
    return orjson.dumps([values, rows.has_previous, rows.has_next])


def to_slice(relation: Relation, stored: bytes) -> Slice:
    rows, has_previous, has_next = orjson.loads(stored)
    return Slice([_row(relation, row) for row in rows], has_previous, has_next)


def from_row(relation: Relation, row: Row | None) -> bytes:
    return orjson.dumps(None if row is None else _values(relation, row))


def to_row(relation: Relation, stored: bytes) -> Row | None:
    values = orjson.loads(stored)
    return None if values is None else _row(relation, values)


def from_hours(hours: Hours | None) -> bytes:
    return orjson.dumps(hours and [hours[0].isoformat(), hours[1].isoformat(), hours[2]])


def to_hours(stored: bytes) -> Hours | None:
    values = orjson.loads(stored)
    if values is None:
        return None
    opens, closes, minutes = values
    return time.fromisoformat(opens), time.fromisoformat(closes), minutes


def from_plain(value: Mapping[str, str | None] | Sequence[Any] | int | None) -> bytes:
    """A number, facts that are all text, or what JSON has said before."""
    return orjson.dumps(value)


def to_plain(stored: bytes) -> Any:
    return orjson.loads(stored)


def _question(form: str, relation: Relation, asked: Any) -> bytes:
    """Equal for what has the same answer: the same declaration, asked for the same.

    A cursor is whatever a client has sent, even half a character, which orjson refuses.
    """
    return json.dumps([form, _shape(relation), asked], default=str, sort_keys=True).encode()


@lru_cache(maxsize=100)
def _shape(relation: Relation) -> str:
    """All of a declaration that an answer depends on: another release may read other columns."""
    declared = [
        FORM,
        relation.name,
        list(relation.columns.items()),
        sorted(relation.orders.items()),
        sorted((name, each.sql) for name, each in relation.filters.items()),
        sorted((kind, sorted(names)) for kind, names in relation.hidden.items()),
    ]
    return sha256(json.dumps(declared).encode()).hexdigest()


def _values(relation: Relation, row: Row) -> list[Any]:
    kinds = relation.columns.items()
    return [_encoded(getattr(row, name), kind) for name, kind in kinds]


def _encoded(value: Any, kind: ColumnKind) -> Any:
    return ENCODE[kind](value) if value is not None and kind in ENCODE else value


def _row(relation: Relation, values: Sequence[Any]) -> Row:
    kinds = relation.columns.values()
    read = [
        value if value is None or kind in AS_IT_IS else DECODE[kind](value)
        for value, kind in zip(values, kinds, strict=True)
    ]
    return relation.row([*read, None])
