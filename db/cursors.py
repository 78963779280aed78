"""Cursors: the place of a row in one order, opaque to clients, refused in any other order."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from db.relations import ColumnKind, Relation, Row
from domain.errors import InvalidInput


def cursor_of(relation: Relation, order: str, row: Row) -> str:
    values = [getattr(row, column.removeprefix("-")) for column in relation.orders[order]]
    named = orjson.dumps([f"{relation.name}.{order}", *values])
    return base64.urlsafe_b64encode(named).decode().rstrip("=")


def place(relation: Relation, order: str, cursor: str, *, path: str) -> Sequence[Any]:
    """The values that a cursor names, in their columns' types.

    Errors: InvalidInput for a cursor that this list did not make.
    """
    wrong = InvalidInput(f"`{path}` is no cursor of this list in this order.", path=path)
    try:
        name, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise wrong from error
    columns = relation.orders[order]
    if name != f"{relation.name}.{order}" or len(values) != len(columns):
        raise wrong
    kinds = [relation.columns[column.removeprefix("-")] for column in columns]
    try:
        return [_typed(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, AttributeError) as error:
        raise wrong from error


def _typed(value: Any, kind: ColumnKind) -> Any:
    if kind is ColumnKind.UUID:
        return UUID(value)
    if kind is ColumnKind.INSTANT and (instant := datetime.fromisoformat(value)).tzinfo:
        return instant
    if kind is ColumnKind.DATE:
        return date.fromisoformat(value)
    if kind is ColumnKind.TEXT and isinstance(value, str) and "\0" not in value:
        return value
    if kind in {ColumnKind.INT, ColumnKind.CENTS} and type(value) is int:
        return value
    raise ValueError(value)
