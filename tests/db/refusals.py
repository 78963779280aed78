"""A refusal as a caller meets it: the right fact or constraint, and nothing stored."""

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from db.database import Database, Transaction
from domain.errors import DomainError
from domain.identity import Brand, Kind
from tests.builders import write
from tests.db.rows import MAKERS

By = str | type[DomainError]
TABLES = (*MAKERS, "booking_drivers", "booking_vehicles", "counters", "drivers", "events")
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
    work: Callable[[Transaction], Awaitable[Any]],
    by: By,
    *,
    kind: Kind = Kind.STAFF,
) -> None:
    """`by` is a DomainError, or the constraint's name where the fault could only be our own."""
    before = await stored(database, brand)
    if isinstance(by, str):
        with pytest.raises(psycopg.IntegrityError) as refused:
            await write(database, brand, work, kind=kind)
        assert refused.value.diag.constraint_name == by
    else:
        with pytest.raises(by):
            await write(database, brand, work, kind=kind)
    assert await stored(database, brand) == before
