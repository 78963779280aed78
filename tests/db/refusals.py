"""A refusal as a caller meets it: the right fact or constraint, and nothing stored."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from db.database import Database, Transaction
from domain.errors import DomainError
from domain.identity import Brand, Kind
from tests.builders import write
from tests.db.rows import MAKERS

By = str | type[DomainError]
Work = Callable[[Transaction], Awaitable[Any]]
TABLES = (
    *MAKERS,
    "inspections",
    "driver_availability",
    "own_places",
    "directory_terms",
    "directory_notes",
    "booking_drivers",
    "booking_vehicles",
    "shared_tour_drivers",
    "counters",
    "drivers",
    "events",
)
FINGERPRINT = "select '{0}', count(*), md5(string_agg(t::text, '' order by t::text)) from {0} as t"
EVERYTHING = " union all ".join(FINGERPRINT.format(table) for table in TABLES)


async def stored(database: Database, brand: Brand) -> list[tuple[Any, ...]]:
    """How many rows each table of the brand and its operator has, and what they say."""

    async def look(tx: Transaction) -> list[tuple[Any, ...]]:
        return await tx.rows(EVERYTHING)

    rows: list[tuple[Any, ...]] = await write(database, brand, look)
    return rows


async def assert_refused(
    database: Database,
    brand: Brand,
    work: Work,
    by: By,
    *,
    kind: Kind = Kind.STAFF,
    actor: UUID | None = None,
) -> None:
    """`by` is a DomainError, or the constraint's name where the fault could only be our own."""
    before = await stored(database, brand)
    if isinstance(by, str):
        with pytest.raises(psycopg.IntegrityError) as refused:
            await write(database, brand, work, kind=kind, actor=actor)
        assert refused.value.diag.constraint_name == by
    else:
        with pytest.raises(by):
            await write(database, brand, work, kind=kind, actor=actor)
    assert await stored(database, brand) == before


async def assert_second_is_refused(
    database: Database, brand: Brand, first: Work, second: Work, by: By
) -> None:
    """The first has been checked when the second comes, and is stored while that one waits."""
    later: list[asyncio.Task[Any]] = []

    async def both(tx: Transaction) -> None:
        await first(tx)
        await tx.run("set constraints all immediate")
        later.append(asyncio.create_task(write(database, brand, second)))
        await asyncio.wait(later, timeout=0.2)

    await write(database, brand, both)
    with pytest.raises(psycopg.IntegrityError if isinstance(by, str) else by) as refused:
        await later[0]
    if isinstance(by, str):
        assert isinstance(refused.value, psycopg.IntegrityError)
        assert refused.value.diag.constraint_name == by


def doing(*statements: str, **params: Any) -> Work:
    """The statements one after the other, each of which has to touch a row."""

    async def work(tx: Transaction) -> None:
        for statement in statements:
            text: Any = statement
            assert await tx.run(text, params) > 0, statement

    return work


async def found(database: Database, brand: Brand, statement: str, **params: Any) -> Any:
    """The first value of the first row."""

    async def look(tx: Transaction) -> Any:
        text: Any = statement
        row = await tx.row(text, params)
        return row and row[0]

    return await write(database, brand, look)
