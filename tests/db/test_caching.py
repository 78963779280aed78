"""What is kept comes back as it was read, to the last value of every kind of column."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from math import inf, nan
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from db import caching
from db.brands import Hours
from db.database import Database
from db.reading import Slice, Wanted
from db.relations import ColumnKind, Relation, equals, one_of
from domain.identity import Brand
from domain.listing import Page
from tests.builders import a_principal

EVERY_KIND = Relation(
    "everything",
    columns={
        "id": ColumnKind.UUID,
        **{kind.name.lower(): kind for kind in ColumnKind if kind is not ColumnKind.UUID},
    },
    orders={"ID_ASC": ("id",), "TEXT_ASC": ("text", "id")},
    filters={"text": equals("text"), "texts": one_of("text")},
)
KINDS = list(EVERY_KIND.columns.values())
TEXTS = ("", "x", "L'École № 41", '"\\/\b\f\n\r\t', "\x01\x1f\x7f\u2028", "𝄞 🍷", "null", "0" * 999)


def a_text(draw: random.Random) -> str:
    return draw.choice(TEXTS) + chr(draw.randrange(1, 0xD800)) * draw.randrange(3)


def a_time(draw: random.Random) -> time:
    return time(draw.randrange(24), draw.randrange(60), draw.randrange(60), draw.randrange(10**6))


def a_day(draw: random.Random) -> date:
    return date.fromordinal(draw.randrange(1, date.max.toordinal() + 1))


def an_instant(draw: random.Random) -> datetime:
    zones = (UTC, ZoneInfo("America/Los_Angeles"), timezone(timedelta(hours=-9, minutes=-30)))
    moment = datetime(2026, 11, 1, 8, tzinfo=UTC) + timedelta(
        microseconds=draw.randrange(-(10**16), 10**16)
    )
    return moment.astimezone(draw.choice(zones))


DRAWN: Final[Mapping[ColumnKind, Callable[[random.Random], Any]]] = {
    ColumnKind.UUID: lambda draw: UUID(int=draw.getrandbits(128)),
    ColumnKind.TEXT: a_text,
    ColumnKind.TEXTS: lambda draw: [
        draw.choice((None, a_text(draw))) for _ in range(draw.randrange(4))
    ],
    ColumnKind.INT: lambda draw: draw.choice((0, -1, 2**31 - 1, -(2**31), draw.randrange(1000))),
    ColumnKind.CENTS: lambda draw: draw.choice((0, 2**63 - 1, -(2**63), draw.randrange(2**53))),
    ColumnKind.INSTANT: an_instant,
    ColumnKind.DATE: a_day,
    ColumnKind.INTS: lambda draw: [draw.randrange(-9, 9) for _ in range(draw.randrange(4))],
    ColumnKind.JSON: lambda draw: {a_text(draw): [draw.randrange(9), None, {"x": a_text(draw)}]},
    ColumnKind.TIME: a_time,
    ColumnKind.TIMES: lambda draw: [a_time(draw) for _ in range(draw.randrange(4))],
    ColumnKind.BOOL: lambda draw: draw.random() < 0.5,
    ColumnKind.FLOAT: lambda draw: draw.choice(
        (0.0, -0.0, inf, -inf, 46.0655, 5e-324, 1e308, 1.0, draw.uniform(-180, 180))
    ),
}


def a_row(draw: random.Random, *, empty: float = 0.2) -> Any:
    values = [None if draw.random() < empty else DRAWN[kind](draw) for kind in KINDS]
    return EVERY_KIND.row([*values, None])


def told_apart(rows: Sequence[Any]) -> list[list[tuple[str, str]]]:
    """Values with their types, so that 1, 1.0 and True differ, as do 0.0 and -0.0."""
    return [[(type(value).__name__, repr(_plain(value))) for value in row] for row in rows]


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def test_every_kind_of_column_is_drawn() -> None:
    assert set(DRAWN) == set(ColumnKind)


@pytest.mark.parametrize("seed", range(20))
def test_a_page_comes_back_to_the_last_value_whatever_is_in_it(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - the same rows in every run
    rows = [a_row(draw) for _ in range(25)]
    page = Slice(rows, has_previous=seed % 2 == 0, has_next=seed % 3 == 0)

    again = caching.to_slice(EVERY_KIND, caching.from_slice(EVERY_KIND, page))

    assert told_apart(again.rows) == told_apart(rows)
    assert (again.has_previous, again.has_next) == (page.has_previous, page.has_next)
    assert {row.relation for row in again.rows} == {"everything"}


def test_one_row_comes_back_and_so_does_its_absence() -> None:
    row = a_row(random.Random(1), empty=0)  # noqa: S311 - the same row in every run

    stored = caching.from_row(EVERY_KIND, row)

    assert told_apart([caching.to_row(EVERY_KIND, stored)]) == told_apart([row])
    assert caching.to_row(EVERY_KIND, caching.from_row(EVERY_KIND, None)) is None


def test_a_number_that_is_none_comes_back_as_such() -> None:
    values = [nan if kind is ColumnKind.FLOAT else None for kind in KINDS]
    row: Any = EVERY_KIND.row([*values, None])

    again: Any = caching.to_row(EVERY_KIND, caching.from_row(EVERY_KIND, row))

    assert repr(again.float) == "nan"


async def test_what_postgresql_gives_comes_back_equal(database: Database, brand: Brand) -> None:
    async with database.session(a_principal(brand)).read() as tx:
        (values,) = await tx.rows(
            "select '0197a1b2-0000-7000-8000-000000000001'::uuid, 'L''École'::text,"
            " array['Cabernet', null, 'Syrah'], 2147483647, array[-1, 2147483647],"
            " 9223372036854775807,"
            " '2026-11-01 01:59:59.999999-07'::timestamptz, '2026-02-28'::date,"
            " '07:30'::time, array['08:00', '23:59:59.999999']::time[], true,"
            " 46.0655::double precision,"
            ' \'{"weekdays": [0, 6], "name": "L\'\'École", "most": null}\'::jsonb, null'
        )
    row: Any = EVERY_KIND.row(values)

    again: Any = caching.to_row(EVERY_KIND, caching.from_row(EVERY_KIND, row))

    assert again == row
    assert again.instant.utcoffset() is not None


def wanted(relation: Relation = EVERY_KIND, order: str = "ID_ASC", **params: Any) -> Wanted:
    return Wanted(relation, order, params)


def test_what_has_another_answer_is_another_question() -> None:
    id, other = UUID(int=1), UUID(int=2)
    questions = [
        caching.page_question(wanted(), Page()),
        caching.page_question(wanted(order="TEXT_ASC"), Page()),
        caching.page_question(wanted(text="x"), Page()),
        caching.page_question(wanted(texts=["x"]), Page()),
        caching.page_question(wanted(texts=["x", "y"]), Page()),
        caching.page_question(wanted(), Page(21)),
        caching.page_question(wanted(), Page(after="x")),
        caching.page_question(wanted(), Page(after="\ud800")),
        caching.page_question(wanted(), Page(before="x")),
        caching.page_question(wanted(), Page(backwards=True)),
        caching.count_question(wanted()),
        caching.count_question(wanted(text="x")),
        caching.row_question(EVERY_KIND, "id", id),
        caching.row_question(EVERY_KIND, "id", other),
        caching.row_question(EVERY_KIND, "text", str(id)),
        caching.facts_question(("code", "name")),
        caching.facts_question(("code",)),
    ]

    assert len(set(questions)) == len(questions)


def test_the_order_in_which_filters_are_named_makes_no_difference() -> None:
    one = caching.page_question(wanted(text="x", texts=["y"]), Page())
    two = caching.page_question(wanted(texts=["y"], text="x"), Page())

    assert one == two


@pytest.mark.parametrize(
    "change",
    [
        {"columns": {**EVERY_KIND.columns, "more": ColumnKind.TEXT}},
        {"columns": {**EVERY_KIND.columns, "int": ColumnKind.CENTS}},
        {"columns": dict(sorted(EVERY_KIND.columns.items()))},
        {"orders": {"ID_ASC": ("id",), "TEXT_ASC": ("-text", "-id")}},
        {"filters": {"text": equals("id"), "texts": one_of("text")}},
        {"hidden": {"site": frozenset({"text"})}},
    ],
)
def test_a_release_that_declares_a_table_otherwise_asks_otherwise(change: Any) -> None:
    declared: dict[str, Any] = {
        "columns": EVERY_KIND.columns,
        "orders": EVERY_KIND.orders,
        "filters": EVERY_KIND.filters,
    }
    changed = Relation("everything", **(declared | change))
    same = Relation("everything", **declared)
    question = caching.row_question(EVERY_KIND, "id", UUID(int=1))

    assert caching.row_question(changed, "id", UUID(int=1)) != question
    assert caching.row_question(same, "id", UUID(int=1)) == question


@pytest.mark.parametrize(
    "hours", [None, (time(0), time(23, 59, 59, 999_999), 0), (time(8, 30), time(22), 1440)]
)
def test_hours_come_back_as_they_were_read(hours: Hours | None) -> None:
    assert caching.to_hours(caching.from_hours(hours)) == hours


def test_a_statement_is_asked_anew_on_another_day_for_another_code_and_in_another_form() -> None:
    asked = [
        ("select 1", date(2026, 6, 8), None),
        ("select 1", date(2026, 6, 9), None),
        ("select 1", date(2026, 6, 8), "None"),
        ("select 2", date(2026, 6, 8), None),
    ]

    assert len({caching.statement_question(*each) for each in asked}) == 4
