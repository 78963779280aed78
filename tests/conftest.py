"""Real servers for every test: one PostgreSQL and one Valkey a worker, one migrated template."""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql
from pydantic import SecretStr

from auth.sealing import new_key
from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, doors, parts
from cli.migrate import migrate
from db.database import Database
from domain.identity import Brand
from integrations.embedded import Postgres, Valkey, start_postgres, start_valkey
from tests.builders import brand_over

SIGNING_KEY = (
    Ed25519PrivateKey.generate()
    .private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    .decode()
)
SEALING_KEY = new_key()

# They start programs and wait for them: begun first, none is what a worker alone ends with.
LONGEST: Final = (
    "tests/cli/",
    "tests/bench/",
    "tests/web/playground/",
    "tests/db/test_migrations.py",
    "tests/jobs/test_worker.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Keep the test servers' data in memory where the system offers a place for it."""
    memory = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it
    if memory.is_dir() and os.access(memory, os.W_OK):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew", action="store_true", help="write the committed snapshots anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


class Snapshot:
    """A committed file that says what an answer must be, to the letter."""

    def __init__(self, renew: bool) -> None:  # noqa: FBT001 - pytest's own option
        self._renew = renew

    def check(self, file: Path, text: str) -> None:
        if self._renew:
            file.write_text(text)
        assert text == file.read_text(), f"{file.name} differs: `pytest --renew` writes it anew"


@pytest.fixture(scope="session")
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    return Snapshot(bool(request.config.getoption("--renew")))


@dataclass(frozen=True, slots=True)
class FreshDatabase:
    """A migrated database of one test's own."""

    settings: Settings
    database: Database


@pytest.fixture(scope="module")
def unwatched() -> Iterator[None]:
    """The programs that a module starts are not asked which lines they run: others cover those.

    Being asked makes a start half as long again, and these modules start dozens.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("postgres") / "server"
    binaries = Settings().postgres_bin
    with start_postgres(
        folder, port=None, durable=False, binaries=binaries, environment=child_environment({})
    ) as server:
        yield server


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    folder = tmp_path_factory.mktemp("valkey") / "server"
    with start_valkey(
        folder, port=None, binary=Settings().valkey_bin, environment=child_environment({})
    ) as server:
        yield server


UNLIMITED: dict[str, Any] = {
    name: 10**9 for name in Settings.model_fields if name.startswith("quota_")
}
"""All tests ask from one address; those of the quotas set their own."""


def settings_for(postgres: Postgres, valkey: Valkey, name: str) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        tourbase_env="development",
        usage_seconds=0,
        database_admin_url=SecretStr(postgres.url_of(name)),
        database_url=SecretStr(postgres.url_of(name, user="tourbase_write", password="write-pw")),
        database_read_url=SecretStr(
            postgres.url_of(name, user="tourbase_read", password="read-pw")
        ),
        redis_url=SecretStr(valkey.url),
        auth_signing_key=SecretStr(SIGNING_KEY),
        events_secret=SecretStr("events-secret"),
        secrets_key=SecretStr(SEALING_KEY),
        **UNLIMITED,
    )


def create_database(postgres: Postgres, name: str, template: str = "template1") -> None:
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


@pytest.fixture(scope="session")
def template(postgres: Postgres, valkey: Valkey) -> str:
    name = "tourbase_template"
    create_database(postgres, name)
    migrate(settings_for(postgres, valkey, name), say=lambda _line: None)
    return name


@pytest.fixture(scope="session")
def settings(postgres: Postgres, valkey: Valkey, template: str) -> Settings:
    """The database that tests share; each brings a tenant and a brand of its own."""
    create_database(postgres, "tourbase_shared", template)
    return settings_for(postgres, valkey, "tourbase_shared")


class Recorder:
    """The statements that went through the door since the test began."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, statement: str) -> None:
        self.statements.append(statement)


@pytest.fixture(scope="session")
def _recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def statements(_recorder: Recorder) -> list[str]:
    """What application code has sent, in order; the door's own entering statement left out."""
    _recorder.statements.clear()
    return _recorder.statements


@pytest.fixture(scope="session")
async def made(settings: Settings, _recorder: Recorder) -> AsyncIterator[Parts]:
    """The live objects of a process, over the shared database."""
    async with parts(settings, observe=_recorder) as made:
        yield made


@pytest.fixture(scope="session")
async def database(made: Parts) -> Database:
    return made.database


@pytest.fixture
async def fresh_database(
    postgres: Postgres, valkey: Valkey, template: str, request: pytest.FixtureRequest
) -> AsyncIterator[FreshDatabase]:
    """A database of the test's own, for what sees more than one brand: a relay, a worker, a seed."""
    name = f"fresh_{abs(hash(request.node.nodeid)):x}"
    create_database(postgres, name, template)
    settings = settings_for(postgres, valkey, name)
    database = Database(doors(settings))
    await database.open()
    try:
        yield FreshDatabase(settings, database)
    finally:
        await database.close()
        with psycopg.connect(postgres.url, autocommit=True) as admin:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
async def _founding(settings: Settings) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
    """The connection over which each test gets its brand; opening one a test took longer."""
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def brand(_founding: psycopg.AsyncConnection[tuple[Any, ...]]) -> Brand:
    """A tenant and a brand that no other test knows."""
    return await brand_over(_founding)
