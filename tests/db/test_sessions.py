"""Transactions at the door: run again if others were in the way, bounded, read only to read."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import doors
from db.database import Database, Session, Transaction, WorkSwallowedAnError
from domain.errors import (
    ConflictingChange,
    DeadlineExceeded,
    EmailTaken,
    ServiceUnavailable,
)
from domain.identity import Brand
from tests.builders import a_customer, a_principal, write

ISOLATED = "?options=-c%20default_transaction_isolation%3Drepeatable%5C%20read"
RENAME = "update customers set name = name || %(by)s, version = version + 1 where id = %(id)s"
NAME = "select name from customers where id = %(id)s"


@pytest.fixture
async def isolated(settings: Settings) -> AsyncIterator[Database]:
    """A door whose writes are snapshots, so that PostgreSQL refuses a lost update with 40001."""
    given = doors(settings)
    database = Database(replace(given, write_url=given.write_url + ISOLATED))
    await database.open()
    yield database
    await database.close()


async def _customer(database: Database, brand: Brand) -> UUID:
    made: UUID = await write(database, brand, lambda tx: a_customer(tx, name="Ada"))
    return made


async def _name(database: Database, brand: Brand, id: UUID) -> str:
    async with database.session(a_principal(brand)).read() as tx:
        row = await tx.row(NAME, {"id": id})
    assert row is not None
    return str(row[0])


async def _rename(database: Database, brand: Brand, id: UUID, by: str) -> None:
    await write(database, brand, lambda tx: tx.run(RENAME, {"id": id, "by": by}))


async def test_a_lost_update_is_run_again_on_what_is_stored_now(
    database: Database, isolated: Database, brand: Brand
) -> None:
    id = await _customer(database, brand)
    attempts = 0

    async def work(tx: Transaction) -> int:
        nonlocal attempts
        attempts += 1
        await tx.row(NAME, {"id": id})
        if attempts == 1:
            await _rename(database, brand, id, " B.")
        return await tx.run(RENAME, {"id": id, "by": " Guest"})

    assert await isolated.session(a_principal(brand)).write(work) == 1
    assert (attempts, isolated.retries, isolated.violations) == (2, 1, 0)
    assert await _name(database, brand, id) == "Ada B. Guest"


async def test_the_third_lost_update_is_a_conflict_and_stores_nothing(
    database: Database, isolated: Database, brand: Brand
) -> None:
    id = await _customer(database, brand)
    attempts = 0

    async def work(tx: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        await tx.row(NAME, {"id": id})
        await _rename(database, brand, id, str(attempts))
        await tx.run(RENAME, {"id": id, "by": " Guest"})

    with pytest.raises(ConflictingChange) as refused:
        await isolated.session(a_principal(brand)).write(work)
    assert refused.value.retryable
    assert (attempts, isolated.retries) == (3, 3)
    assert await _name(database, brand, id) == "Ada123"


async def test_of_two_that_wait_for_each_other_one_is_run_again_and_both_are_stored(
    database: Database, brand: Brand
) -> None:
    first, second = await _customer(database, brand), await _customer(database, brand)
    retries, met = database.retries, asyncio.Barrier(2)
    begun: list[str] = []

    async def rename_both(by: str, order: tuple[UUID, UUID]) -> None:
        async def work(tx: Transaction) -> None:
            begun.append(by)
            await tx.run(RENAME, {"id": order[0], "by": by})
            if begun.count(by) == 1:
                await met.wait()
            await tx.run(RENAME, {"id": order[1], "by": by})

        await write(database, brand, work)

    await asyncio.gather(rename_both("1", (first, second)), rename_both("2", (second, first)))
    assert database.retries - retries == 1
    assert sorted(begun) in (["1", "1", "2"], ["1", "2", "2"])
    names = [await _name(database, brand, id) for id in (first, second)]
    assert names[0] == names[1]
    assert names[0] in ("Ada12", "Ada21")


async def test_a_refusal_is_not_tried_again(database: Database, brand: Brand) -> None:
    await write(database, brand, lambda tx: a_customer(tx, email="ada@example.com"))
    attempts = 0

    async def work(tx: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        await a_customer(tx, email="ada@example.com")

    with pytest.raises(EmailTaken):
        await write(database, brand, work)
    assert attempts == 1


async def test_a_statement_past_its_time_is_a_deadline_and_the_connection_serves_on(
    settings: Settings, brand: Brand
) -> None:
    database = Database(replace(doors(settings), statement_seconds=0.05, pool_size=1))
    await database.open()
    try:
        with pytest.raises(DeadlineExceeded):
            await write(database, brand, lambda tx: tx.rows("select pg_sleep(5)"))
        async with database.session(a_principal(brand)).read() as tx:
            with pytest.raises(DeadlineExceeded):
                await tx.rows("select pg_sleep(5)")
        assert await write(database, brand, lambda tx: tx.row("select 1")) == (1,)
        assert database.violations == 0
    finally:
        await database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "update customers set vip = true",
        "insert into counters (kind, year, last) values ('booking', 2026, 1)",
        "create temporary table planted (id integer)",
        "select nextval('tenants_tenant_id_seq')",
    ],
)
async def test_a_reading_session_changes_nothing(
    database: Database, brand: Brand, statement: str
) -> None:
    async with database.session(a_principal(brand)).read() as tx:
        with pytest.raises(
            (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)
        ):
            await tx.run(statement)


async def test_a_reading_session_is_one_snapshot(database: Database, brand: Brand) -> None:
    id = await _customer(database, brand)
    session: Session = database.session(a_principal(brand))

    async def look(tx: Transaction) -> tuple[Any, ...] | None:
        return await tx.row(NAME, {"id": id})

    async with session.read() as tx:
        assert await look(tx) == ("Ada",)
        await _rename(database, brand, id, " Guest")
        assert await look(tx) == ("Ada",)
        assert await tx.row("show transaction_isolation") == ("repeatable read",)
        assert await tx.row("show transaction_read_only") == ("on",)
    async with session.read() as tx:
        assert await look(tx) == ("Ada Guest",)


async def test_work_that_fails_half_way_leaves_nothing_behind(
    database: Database, brand: Brand
) -> None:
    id = await _customer(database, brand)

    async def work(tx: Transaction) -> None:
        await tx.run(RENAME, {"id": id, "by": " Guest"})
        raise LookupError(id)

    with pytest.raises(LookupError):
        await write(database, brand, work)
    assert await _name(database, brand, id) == "Ada"


async def test_work_that_swallows_an_error_is_told_so_and_stores_nothing(
    database: Database, brand: Brand
) -> None:
    id = await _customer(database, brand)

    async def work(tx: Transaction) -> str:
        await tx.run(RENAME, {"id": id, "by": " Guest"})
        with suppress(psycopg.errors.DivisionByZero):
            await tx.run("select 1 / 0")
        return "all is well"

    with pytest.raises(WorkSwallowedAnError):
        await write(database, brand, work)
    assert await _name(database, brand, id) == "Ada"


@asynccontextmanager
async def _door(settings: Settings, **changed: Any) -> AsyncIterator[Database]:
    database = Database(replace(doors(settings), pool_size=1, **changed))
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def test_more_callers_than_may_wait_are_told_that_there_is_no_room(
    settings: Settings, brand: Brand
) -> None:
    """One has the connection, fifty wait for it, and nine more are refused at once."""
    go = asyncio.Event()

    async def work(tx: Transaction) -> tuple[Any, ...] | None:
        await go.wait()
        return await tx.row("select 1")

    async with _door(settings) as narrow:
        await write(narrow, brand, lambda tx: tx.row("select 1"))
        callers = [asyncio.create_task(write(narrow, brand, work)) for _ in range(60)]
        refused, waiting = await asyncio.wait(callers, timeout=0.3)
        go.set()
        served = await asyncio.gather(*waiting)

    assert [type(each.exception()) for each in refused] == [ServiceUnavailable] * 9
    assert served == [(1,)] * 51


async def test_the_last_failure_is_told_at_once(isolated: Database, brand: Brand) -> None:
    failed = 0.0

    async def work(tx: Transaction) -> None:
        nonlocal failed
        failed = time.perf_counter()
        await tx.run("do $$ begin raise exception using errcode = '40001'; end $$")

    with pytest.raises(ConflictingChange):
        await write(isolated, brand, work)
    assert time.perf_counter() - failed < 0.06


async def test_a_server_that_only_reads_now_is_unavailable_and_its_connection_is_not_kept(
    settings: Settings, brand: Brand
) -> None:
    standby = doors(settings).write_url + "?options=-c%20default_transaction_read_only%3Don"
    async with _door(settings, write_url=standby) as database:
        pids = set()

        async def work(tx: Transaction) -> None:
            row = await tx.row("select pg_backend_pid()")
            pids.add(row)
            await a_customer(tx)

        for _ in range(2):
            with pytest.raises(ServiceUnavailable):
                await write(database, brand, work)
        assert len(pids) == 2


async def test_readers_and_writers_keep_what_was_prepared_on_their_connection(
    settings: Settings, brand: Brand
) -> None:
    prepared = "select count(*) from pg_prepared_statements where statement like 'select name %%'"

    async def work(tx: Transaction) -> Any:
        await tx.row(NAME, {"id": UUID(int=1)})
        return await tx.row(prepared, {})

    async with _door(settings, prepare_threshold=1) as database:
        for _ in range(3):
            async with database.session(a_principal(brand)).read() as tx:
                read = await work(tx)
            written = await write(database, brand, work)
    assert (read, written) == ((1,), (1,))
