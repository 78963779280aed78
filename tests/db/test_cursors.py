"""A cursor is a place in one list in one order, and in no other."""

import base64
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest

from db import reading
from db.bookings import BOOKINGS
from db.cursors import cursor_of, place
from db.customers import CUSTOMERS
from db.database import Database
from db.reading import Wanted
from db.relations import ColumnKind, Relation
from domain.errors import InvalidInput
from domain.identity import Brand
from domain.listing import Page
from resolvers.root import RELATIONS
from tests.builders import a_principal

ID = UUID("0190a1b2-0000-7000-8000-000000000001")
AT = datetime(2026, 6, 8, 17, 0, 0, 123456, tzinfo=UTC)
VALUES: dict[ColumnKind, Any] = {
    ColumnKind.UUID: ID,
    ColumnKind.TEXT: 'L\u2019École "41"',
    ColumnKind.INT: 14,
    ColumnKind.INSTANT: AT,
    ColumnKind.DATE: date(2026, 6, 8),
}
ORDERS = [(relation, order) for relation in RELATIONS.values() for order in relation.orders]
NAME, START = "bookings.STARTS_AT_ASC", AT.isoformat()


def _row(relation: Relation) -> Any:
    values = [VALUES.get(kind) for kind in relation.columns.values()]
    return relation.row([*values, None])


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("relation", "order"), ORDERS, ids=[f"{relation.name} {order}" for relation, order in ORDERS]
)
def test_a_cursor_gives_back_the_values_of_its_row_in_their_types(
    relation: Relation, order: str
) -> None:
    columns = [column.removeprefix("-") for column in relation.orders[order]]
    cursor = cursor_of(relation, order, _row(relation))
    expected = [VALUES[relation.columns[column]] for column in columns]
    assert place(relation, order, cursor, path="after") == expected


def test_a_cursor_fits_no_other_order_and_no_other_list() -> None:
    cursor = cursor_of(BOOKINGS, "CREATED_AT_ASC", _row(BOOKINGS))
    for relation, order in ((BOOKINGS, "CREATED_AT_DESC"), (BOOKINGS, "STARTS_AT_ASC")):
        with pytest.raises(InvalidInput):
            place(relation, order, cursor, path="after")
    with pytest.raises(InvalidInput):
        place(CUSTOMERS, "CREATED_AT_ASC", cursor, path="after")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "A",
        "Ω",
        "bm90IGpzb24",
        _encoded(5),
        _encoded(None),
        _encoded({}),
        _encoded([]),
        _encoded([NAME]),
        _encoded([NAME, START]),
        _encoded([NAME, START, str(ID), 1]),
        _encoded(["STARTS_AT_ASC", START, str(ID)]),
        _encoded([None, START, str(ID)]),
        _encoded([NAME, START, "not an id"]),
        _encoded([NAME, START, 7]),
        _encoded([NAME, START, None]),
        _encoded([NAME, None, str(ID)]),
        _encoded([NAME, 1780938000, str(ID)]),
        _encoded([NAME, "yesterday", str(ID)]),
        _encoded([NAME, "2026-06-08T17:00:00", str(ID)]),
        _encoded([NAME, [START], str(ID)]),
        _encoded([NAME, START, str(ID)])[:-4],
    ],
)
async def test_a_cursor_that_the_list_did_not_make_is_refused_before_the_database_is_asked(
    database: Database, brand: Brand, statements: list[str], cursor: str
) -> None:
    wanted = Wanted.of(BOOKINGS, "STARTS_AT_ASC", {}, zone=ZoneInfo(brand.time_zone))
    async with database.session(a_principal(brand)).read() as tx:
        for side, request in (("after", Page(after=cursor)), ("before", Page(before=cursor))):
            with pytest.raises(InvalidInput) as refused:
                await reading.page(tx, wanted, request)
            assert refused.value.path == side
            assert refused.value.message == f"`{side}` is no cursor of this list in this order."
    assert statements == []


@pytest.mark.parametrize("value", ["nul \0 byte", 7, None, ["x"]])
def test_a_name_in_a_cursor_is_a_text_that_postgresql_can_hold(value: Any) -> None:
    with pytest.raises(InvalidInput):
        place(CUSTOMERS, "NAME_ASC", _encoded(["customers.NAME_ASC", value, str(ID)]), path="after")


@pytest.mark.parametrize("value", ["14", 14.5, True, None, 2**70])
def test_a_number_in_a_cursor_is_a_whole_number(value: Any) -> None:
    relation, order = RELATIONS["vehicles"], "SEATS_ASC"
    encoded = _encoded(["vehicles.SEATS_ASC", value if value != 2**70 else 1e30, str(ID)])
    with pytest.raises(InvalidInput):
        place(relation, order, encoded, path="before")
