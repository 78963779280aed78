"""Behind a transaction pooler one server connection serves all clients: nothing stays on it."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import doors
from db.database import Database, Doors, Transaction
from domain.identity import Brand
from integrations.embedded.loopback import free_port
from tests.builders import a_brand, a_customer, a_principal, write
from tests.isolation.callers import run_as

PGBOUNCER = shutil.which(
    "pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
)
COUNT = "select count(*), min(pg_backend_pid()), min(name) from customers"
CONFIG = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 1
max_client_conn = 50
logfile = {folder}/pgbouncer.log
"""

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="there is no pgbouncer on this machine")


@pytest.fixture(scope="module")
def pooled(settings: Settings) -> Iterator[Doors]:
    """A pgbouncer in transaction mode with one server connection for each login."""
    given, port = doors(settings), free_port()
    with tempfile.TemporaryDirectory() as name, running(Path(name), given.write_url, port):
        to = {
            each: url.replace(f":{urlsplit(url).port}/", f":{port}/")
            for each, url in (("write_url", given.write_url), ("read_url", given.read_url))
        }
        await_ready(to["write_url"])
        yield replace(given, **to, pool_size=8, prepare_threshold=None)  # type: ignore[arg-type]


@contextmanager
def running(folder: Path, server_url: str, port: int) -> Iterator[None]:
    """The pooler as an ordinary user: it refuses to run as root."""
    server = urlsplit(server_url).port
    (folder / "users.txt").write_text('"tourbase_write" "write-pw"\n"tourbase_read" "read-pw"\n')
    (folder / "pgbouncer.ini").write_text(CONFIG.format(server=server, port=port, folder=folder))
    user = "nobody" if os.getuid() == 0 else None
    if user:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user)
    assert PGBOUNCER is not None
    pooler = subprocess.Popen([PGBOUNCER, "-q", folder / "pgbouncer.ini"], user=user)
    try:
        yield
    finally:
        pooler.terminate()
        pooler.wait(10)


def await_ready(url: str) -> None:
    for _ in range(100):
        try:
            psycopg.connect(url, connect_timeout=1).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("pgbouncer did not start")


@pytest.fixture
async def behind(pooled: Doors) -> AsyncIterator[Database]:
    database = Database(pooled)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def test_many_clients_on_one_server_connection_each_see_their_own_rows(
    behind: Database, settings: Settings, database: Database
) -> None:
    brands = [await a_brand(settings) for _ in range(3)]
    for number, brand in enumerate(brands):
        await write(database, brand, lambda tx, n=number: a_customer(tx, name=f"Of {n}"))

    async def ask(brand: Brand, *, read_only: bool) -> tuple[int, int, str]:
        async def work(tx: Transaction) -> tuple[int, int, str]:
            await asyncio.sleep(0.001)
            row = await tx.row(COUNT)
            assert row is not None
            return (row[0], row[1], row[2])

        return await run_as(behind, a_principal(brand), work, read_only=read_only)

    asked = [(number, way) for _ in range(8) for number in range(3) for way in (True, False)]
    told = await asyncio.gather(*(ask(brands[n], read_only=way) for n, way in asked))

    assert [(count, name) for count, _pid, name in told] == [(1, f"Of {n}") for n, _ in asked]
    assert len({pid for _, pid, _ in told}) == 2, "one server connection for each login"
    assert behind.violations == 0


async def test_what_a_caller_sets_is_gone_for_the_next_client(
    behind: Database, settings: Settings
) -> None:
    brand = await a_brand(settings)

    async def look(tx: Transaction) -> int:
        row = await tx.row(COUNT)
        assert row is not None
        return int(row[0])

    assert await behind.session(a_principal(brand)).write(a_customer)
    assert await behind.session(a_principal(brand)).write(look) == 1
    assert await behind.session(replace(a_principal(brand), brand=None)).write(look) == 0
