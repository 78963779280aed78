"""The door: one connection, many callers, and nothing of one that the next could find."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from secrets import token_hex
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from psycopg import errors, sql
from pydantic import SecretStr

from bootstrap.settings import Settings
from bootstrap.wiring import Parts, doors, now
from db.database import Database, Doors, Transaction, TransactionEnded
from db.logins import UnsafeLogin, vet
from domain.errors import DeadlineExceeded
from domain.identity import NOBODY, Brand, Kind, Principal
from resolvers.context import OperationContext, World
from resolvers.root import RELATIONS, build_schema
from tests.builders import a_brand, a_customer, a_principal, insert, write
from tests.isolation.callers import run_as

Spoil = Callable[[Database, Principal], Awaitable[None]]
COUNT = "select count(*) from customers"
SETTINGS = (
    "select current_user = session_user, current_setting('app.tenant_id', true),"
    " current_setting('app.brand_id', true), current_setting('app.actor_id', true),"
    " current_setting('app.object_id', true), pg_backend_pid()"
)


@asynccontextmanager
async def narrow(settings: Settings, **changed: Any) -> AsyncIterator[Database]:
    """A door with one connection each way, so that every caller has the last one's."""
    given: Doors = replace(doors(settings), pool_size=1, **changed)
    database = Database(given)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def stored(database: Database, brand: Brand) -> UUID:
    """A customer that only the test's brand may see."""
    made: UUID = await write(database, brand, lambda tx: a_customer(tx, name="A secret"))
    return made


async def count(tx: Transaction) -> tuple[Any, ...] | None:
    return await tx.row(COUNT)


async def settings_of(tx: Transaction) -> tuple[Any, ...]:
    row = await tx.row(SETTINGS)
    assert row is not None
    return row


async def bound(tx: Transaction) -> tuple[Any, ...] | None:
    return await tx.row("select current_user, row_security_active('customers')")


async def read_on(database: Database, principal: Principal) -> None:
    async with database.session(principal).read() as tx:
        assert await tx.row(COUNT) == (1,)


async def write_on(database: Database, principal: Principal) -> None:
    assert await database.session(principal).write(lambda tx: tx.run(COUNT)) == 1


async def fail_midway(database: Database, principal: Principal) -> None:
    async def work(tx: Transaction) -> None:
        await a_customer(tx)
        raise LookupError("a fault in the middle")

    with pytest.raises(LookupError):
        await database.session(principal).write(work)


async def break_a_rule(database: Database, principal: Principal) -> None:
    async def work(tx: Transaction) -> None:
        await tx.run("insert into counters (kind, year, last) values ('a', 2026, -1)")

    with pytest.raises(errors.CheckViolation):
        await database.session(principal).write(work)


async def run_out_of_time(database: Database, principal: Principal) -> None:
    with pytest.raises(DeadlineExceeded):
        await database.session(principal).write(lambda tx: tx.run("select pg_sleep(5)"))


async def be_cancelled(database: Database, principal: Principal) -> None:
    running = asyncio.create_task(
        database.session(principal).write(lambda tx: tx.run("select pg_sleep(5)"))
    )
    await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def be_cancelled_while_reading(database: Database, principal: Principal) -> None:
    async def work() -> None:
        async with database.session(principal).read() as tx:
            await tx.rows("select pg_sleep(5)")

    running = asyncio.create_task(work())
    await asyncio.sleep(0.05)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


ENDINGS: tuple[Spoil, ...] = (
    read_on,
    write_on,
    fail_midway,
    break_a_rule,
    run_out_of_time,
    be_cancelled,
    be_cancelled_while_reading,
)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda each: each.__name__)
async def test_however_a_caller_ends_the_next_on_its_connection_finds_nothing(
    ending: Spoil, settings: Settings, brand: Brand, stored: UUID
) -> None:
    assert stored
    other = a_principal(await a_brand(settings))
    async with narrow(settings, statement_seconds=0.2) as database:
        await ending(database, a_principal(brand))
        for read_only in (False, True):
            row = await run_as(database, NOBODY, settings_of, read_only=read_only)
            assert row[:-1] == (True, "", "", "", "")
            with pytest.raises(errors.InsufficientPrivilege):
                await run_as(database, NOBODY, count, read_only=read_only)
            assert await run_as(database, other, count, read_only=read_only) == (0,)
        assert database.violations == 0


async def test_the_next_caller_does_have_the_same_connection(
    settings: Settings, brand: Brand
) -> None:
    """Without this the tests above would show nothing."""
    async with narrow(settings) as database:
        pids = set()
        for principal in (a_principal(brand), NOBODY, a_principal(brand, Kind.WORKER)):
            pids.add(await database.session(principal).write(backend_of))

    assert len(pids) == 1


async def backend_of(tx: Transaction) -> int:
    row = await tx.row("select pg_backend_pid()")
    assert row is not None
    return int(row[0])


async def test_a_working_role_without_a_brand_sees_nothing_twice_and_is_no_error(
    settings: Settings, brand: Brand, stored: UUID
) -> None:
    """What a local setting leaves behind is '' and not null; the policies take both for nobody."""
    assert stored
    nowhere = replace(a_principal(brand), brand=None)
    async with narrow(settings) as database:
        await read_on(database, a_principal(brand))
        for _ in range(2):
            async with database.session(nowhere).read() as tx:
                assert await tx.row(COUNT) == (0,)


@pytest.mark.parametrize(
    "left",
    [
        "select set_config('app.tenant_id', '7', false)",
        "select set_config('app.brand_id', '7', false)",
        "select set_config('app.actor_id', 'b2f5ff47-2c2a-4bb7-8f3c-0e4ac1f6a9a0', false)",
        "select set_config('app.object_id', 'b2f5ff47-2c2a-4bb7-8f3c-0e4ac1f6a9a0', false)",
        "select set_config('role', 'tourbase_worker', false)",
    ],
)
async def test_a_connection_that_comes_back_dirty_is_closed_and_counted(
    left: str, settings: Settings, brand: Brand
) -> None:
    async with narrow(settings) as database:

        async def spoil(tx: Transaction) -> int:
            await tx.run(cast("Any", left))
            return await backend_of(tx)

        spoilt = await database.session(a_principal(brand)).write(spoil)
        fresh = await database.session(NOBODY).write(backend_of)

        assert fresh != spoilt
        assert database.violations == 1


async def test_a_transaction_is_made_by_a_session_and_by_nobody_else(brand: Brand) -> None:
    with pytest.raises(TypeError, match="made by Session"):
        Transaction(
            cast("Any", None), a_principal(brand), lambda _: lambda _error: None, proof=object()
        )


async def test_what_outlives_its_transaction_cannot_read_on_the_next_callers_connection(
    settings: Settings, brand: Brand, stored: UUID
) -> None:
    assert stored
    other = a_principal(await a_brand(settings))
    async with narrow(settings) as database:
        async with database.session(other).read() as late:
            assert await late.row(COUNT) == (0,)
        async with database.session(a_principal(brand)).read() as tx:
            assert await tx.row(COUNT) == (1,)
            with pytest.raises(TransactionEnded):
                await late.row(COUNT)
        async with database.session(other).read() as tx:
            assert await tx.row(COUNT) == (0,)


@pytest.fixture
def world(made: Parts) -> World:
    return World(made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links)


async def test_a_loader_that_outlives_its_operation_gives_no_row(
    world: World, brand: Brand, stored: UUID
) -> None:
    context = OperationContext(world, a_principal(brand))
    loader = context.by("customers")
    assert await loader.load(stored) is not None
    await context.close()
    loader.clear_all()

    with pytest.raises(TransactionEnded):
        await loader.load(stored)


async def test_a_loader_without_a_principal_gives_no_row(world: World, stored: UUID) -> None:
    context = OperationContext(world)
    try:
        with pytest.raises(errors.InsufficientPrivilege):
            await context.by("customers").load(stored)
    finally:
        await context.close()


async def test_two_operations_share_no_loader_and_no_snapshot(
    world: World, settings: Settings, brand: Brand, stored: UUID
) -> None:
    mine = OperationContext(world, a_principal(brand))
    theirs = OperationContext(world, a_principal(await a_brand(settings)))
    try:
        assert await mine.by("customers").load(stored) is not None
        assert await theirs.by("customers").load(stored) is None
        assert mine.by("customers") is not theirs.by("customers")
        assert mine.snapshot is not theirs.snapshot
        assert (await mine.begun()).snapshot is not mine.snapshot
    finally:
        await mine.close()
        await theirs.close()


async def test_twenty_parallel_fields_of_two_brands_each_have_their_own_rows(
    world: World, settings: Settings, database: Database, brand: Brand
) -> None:
    schema, other = build_schema(), await a_brand(settings)
    for each, customers in ((brand, 1), (other, 2)):
        for _ in range(customers):
            await write(database, each, a_customer)
    fields = " ".join(
        f"f{n}: customers {{ totalCount edges {{ node {{ id }} }} }}" for n in range(20)
    )

    async def ask(each: Brand) -> list[tuple[int, int]]:
        context = OperationContext(world, a_principal(each))
        result = await schema.execute(f"{{ {fields} }}", context_value=context)
        assert result.errors is None
        assert result.data is not None
        return [(a["totalCount"], len(a["edges"])) for a in result.data.values()]

    answers = await asyncio.gather(*(ask(each) for each in (brand, other) * 3))

    assert answers == [20 * [(1, 1)], 20 * [(2, 2)]] * 3


async def test_the_same_document_asked_by_two_brands_gives_each_its_own(
    world: World, settings: Settings, database: Database, brand: Brand
) -> None:
    schema, other = build_schema(), await a_brand(settings)
    for each, name in ((brand, "Of A"), (other, "Of B")):
        await write(database, each, lambda tx, name=name: a_customer(tx, name=name))
    document = "{ customers { totalCount edges { node { name } } } }"
    told = []
    for each in (brand, other, brand):
        context = OperationContext(world, a_principal(each))
        result = await schema.execute(document, context_value=context)
        assert result.data is not None
        customers = result.data["customers"]
        told.append(
            (customers["totalCount"], [edge["node"]["name"] for edge in customers["edges"]])
        )

    assert told == [(1, ["Of A"]), (1, ["Of B"]), (1, ["Of A"])]


@pytest.mark.parametrize("login", ["database_url", "database_read_url"])
async def test_a_login_that_policies_do_not_bind_is_refused_at_the_start(
    login: str, settings: Settings
) -> None:
    powerful = settings.model_copy(update={login: settings.database_admin_url})

    with pytest.raises(UnsafeLogin, match="is a superuser, an owner or may create roles"):
        await Database(doors(powerful)).verify()


@pytest.mark.parametrize(
    ("spoil", "mend", "says"),
    [
        ("alter role {} createdb", "alter role {} nocreatedb", "may create roles, databases"),
        ("alter role {} replication", "alter role {} noreplication", "or replicas"),
        *(
            (f"grant {power} to {{}}", f"revoke {power} from {{}}", "can become, a role")
            for power in (
                *("pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"),
                *("pg_read_all_data", "pg_write_all_data"),
            )
        ),
    ],
)
async def test_a_login_that_reaches_past_the_tables_is_refused(
    spoil: str, mend: str, says: str, settings: Settings
) -> None:
    """On a login of its own, for roles are shared by every database of the server."""
    name = f"spoilt_{token_hex(4)}"
    admin = cast("SecretStr", settings.database_admin_url).get_secret_value()
    url = settings.database_url.get_secret_value().replace("tourbase_write", name)  # type: ignore[union-attr]
    async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as superuser:

        async def say(statement: str) -> None:
            await superuser.execute(sql.SQL(cast("Any", statement)).format(sql.Identifier(name)))

        await say("create role {} login noinherit password 'write-pw'")
        await superuser.execute(
            sql.SQL("grant connect on database {} to {}").format(
                sql.Identifier(superuser.info.dbname), sql.Identifier(name)
            )
        )
        try:
            async with await psycopg.AsyncConnection.connect(url) as connection:
                await vet(connection, read_only=False)
                await say(spoil)
                with pytest.raises(UnsafeLogin, match=says):
                    await vet(connection, read_only=False)
                await say(mend)
                await vet(connection, read_only=False)
        finally:
            await say("drop owned by {}")
            await say("drop role {}")


async def test_the_write_login_does_not_pass_for_the_read_login(settings: Settings) -> None:
    swapped = settings.model_copy(update={"database_read_url": settings.database_url})

    with pytest.raises(UnsafeLogin, match="lacks the defaults of the read login"):
        await Database(doors(swapped)).verify()


async def test_the_two_logins_are_fit_and_policies_bind_them(
    settings: Settings, brand: Brand, stored: UUID
) -> None:
    assert stored
    async with narrow(settings) as database:
        await database.verify()
        for read_only in (False, True):
            row = await run_as(database, a_principal(brand), bound, read_only=read_only)
            assert row == ("tourbase_staff", True)


async def test_a_row_cannot_be_given_to_another_brand_or_tenant(
    settings: Settings, database: Database, brand: Brand, stored: UUID
) -> None:
    assert stored
    sibling, stranger = await a_brand(settings, tenant=brand, code="two"), await a_brand(settings)

    async def move(tx: Transaction, column: str, value: int) -> None:
        statement = {
            "brand_id": "update customers set brand_id = %(value)s",
            "tenant_id": "update customers set tenant_id = %(value)s",
        }[column]
        await tx.run(statement, {"value": value})

    async def plant(tx: Transaction, to: Brand) -> None:
        await a_customer(tx, tenant_id=to.tenant_id, brand_id=to.id)

    session = database.session(a_principal(brand))
    for work in (
        lambda tx: move(tx, "brand_id", sibling.id),
        lambda tx: move(tx, "tenant_id", stranger.tenant_id),
        lambda tx: plant(tx, sibling),
        lambda tx: plant(tx, stranger),
    ):
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            await session.write(work)
    for each, count in ((brand, 1), (sibling, 0), (stranger, 0)):
        async with database.session(a_principal(each)).read() as tx:
            assert await tx.row(COUNT) == (count,)


async def test_a_delete_of_one_tenant_is_never_held_up_by_another(
    settings: Settings, database: Database, brand: Brand
) -> None:
    """Two tenants with a vehicle of the same id; a child in one does not hold the other's row."""
    other, vehicle = await a_brand(settings), (await new_vehicle(database, brand))
    await write(database, other, lambda tx: insert(tx, "vehicles", id=vehicle, name="V", seats=4))
    await write(database, other, lambda tx: a_document(tx, vehicle))

    url = cast("SecretStr", settings.database_admin_url).get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as superuser:
        gone = await superuser.execute(
            "delete from vehicles where tenant_id = %s and id = %s", [brand.tenant_id, vehicle]
        )
        assert gone.rowcount == 1
        with pytest.raises(errors.ForeignKeyViolation):
            await superuser.execute(
                "delete from vehicles where tenant_id = %s and id = %s", [other.tenant_id, vehicle]
            )


async def new_vehicle(database: Database, brand: Brand) -> UUID:
    made: UUID = await write(database, brand, lambda tx: insert(tx, "vehicles", name="V", seats=4))
    return made


async def a_document(tx: Transaction, vehicle: UUID) -> UUID:
    return await insert(tx, "documents", vehicle_id=vehicle, kind="insurance")
