"""Up, down to nothing and up again, on the newest and the oldest PostgreSQL that we support."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from cli.migrate import migrate
from integrations.embedded import Postgres, start_postgres
from tests.conftest import create_database

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
MIGRATE = """
import sys
from pydantic import SecretStr
from bootstrap.settings import Settings
from cli.migrate import migrate
url, prefix = sys.argv[1:]
migrate(Settings(_env_file=None, database_admin_url=SecretStr(url), database_role_prefix=prefix))
"""


@pytest.fixture(scope="module", params=["newest", "oldest"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Postgres]:
    """The session's own server, and one of the oldest major."""
    if request.param == "newest":
        yield request.getfixturevalue("postgres")
        return
    if not (DEBIAN_15 / "postgres").exists():
        pytest.skip("there is no PostgreSQL 15 here")
    folder = tmp_path_factory.mktemp("fifteen") / "server"
    with start_postgres(
        folder, port=None, durable=False, binaries=DEBIAN_15, environment=child_environment({})
    ) as fifteen:
        assert fifteen.major == 15
        yield fifteen


def _settings(url: str, prefix: str = "tourbase_") -> Settings:
    given: dict[str, Any] = {"_env_file": None, "database_role_prefix": prefix}
    return Settings(**given, database_admin_url=SecretStr(url))


def _silently(url: str, revision: str = "head", prefix: str = "tourbase_") -> list[str]:
    said: list[str] = []
    migrate(_settings(url, prefix), revision=revision, say=said.append)
    return said


@pytest.fixture
def on_the_newest(request: pytest.FixtureRequest) -> None:
    """What is the same on every major is shown on one, for it takes seconds."""
    if request.node.callspec.params["server"] != "newest":
        pytest.skip("shown on the newest")


def _schema(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(SCHEMA)]


def _ask(url: str, question: str, *params: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question, params or None).fetchall()


@pytest.fixture
def empty(server: Postgres, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of the test's own."""
    name = f"empty_{abs(hash(request.node.name)):x}"
    create_database(server, name)
    yield server.url_of(name)
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_down_leaves_nothing_of_ours_and_up_again_makes_the_same(empty: str) -> None:
    said = _silently(empty)
    assert said[0] == "  migrated 0001"
    up = _schema(empty)
    roles = _ask(empty, "select rolname from pg_roles where rolname like 'tourbase%' order by 1")
    assert _silently(empty, "base") == [
        line.replace("migrated", "reverted") for line in reversed(said)
    ]
    down = _schema(empty)
    assert _ask(empty, "select count(*) from migrations") == [(0,)]
    assert [line for line in down if "migrations" not in line] == _prepared(empty, down)
    assert roles == _ask(
        empty, "select rolname from pg_roles where rolname like 'tourbase%' order by 1"
    )
    _silently(empty)
    assert _schema(empty) == up


def _prepared(url: str, down: list[str]) -> list[str]:
    """What the administrator prepares before the first revision: two schemas and an extension."""
    kept = [line for line in down if line.startswith(("schema ", "extension "))]
    assert [line.split(" acl ")[0] for line in kept if line.startswith("schema")] == [
        "schema jobs",
        "schema public",
    ]
    for working in ("staff", "worker", "lookup", "write", "read"):
        assert f"tourbase_{working}" not in "".join(kept)
    assert _ask(url, "select 1 from pg_extension where extname = 'btree_gist'") == [(1,)]
    return kept


@pytest.mark.usefixtures("on_the_newest")
def test_every_single_step_down_can_be_taken_again(empty: str) -> None:
    steps = len(_silently(empty))
    walked = []
    for _ in range(steps):
        before = _schema(empty)
        (reverted,) = _silently(empty, "-1")
        walked.append((reverted.split()[-1], before))
    assert _ask(empty, "select count(*) from migrations") == [(0,)]
    for revision, before in reversed(walked):
        assert _silently(empty, revision) == [f"  migrated {revision}"]
        assert _schema(empty) == before, revision


def test_migrating_again_changes_nothing(empty: str) -> None:
    _silently(empty)
    before = _schema(empty)
    assert _silently(empty) == []
    assert _schema(empty) == before


def test_one_who_may_create_roles_and_owns_the_database_can_migrate_it(
    server: Postgres,
) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("create role deployer login createrole password 'deployer-pw'")
        connection.execute("create database deployed owner deployer")
    url = server.url_of("deployed", user="deployer", password="deployer-pw")
    assert len(_silently(url, prefix="deployed_")) > 10
    before = _schema(url)
    assert _silently(url, "base", prefix="deployed_") != []
    assert _silently(url, prefix="deployed_") != []
    assert _schema(url) == before
    assert _ask(url, "select rolsuper from pg_roles where rolname = 'deployer'") == [(False,)]
    owners = "select distinct relowner::regrole::text from pg_class where relname = 'bookings'"
    assert _ask(url, owners) == [("deployed_owner",)]


def _started(url: str, prefix: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATE, url, prefix],
        env=child_environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _said(process: subprocess.Popen[bytes]) -> list[str]:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err.decode()
    return out.decode().splitlines()


@pytest.mark.usefixtures("on_the_newest")
def test_two_at_once_migrate_one_database_once(empty: str) -> None:
    both = [_started(empty, "at_once_") for _ in range(2)]
    said = sorted((_said(each) for each in both), key=len)
    assert said[0] == []
    assert said[1][0] == "  migrated 0001"


@pytest.mark.usefixtures("on_the_newest")
def test_two_databases_of_one_server_are_migrated_at_once(server: Postgres) -> None:
    """Roles belong to the server, not to the database: both make them, and neither fails."""
    for name in ("first_of_two", "second_of_two"):
        create_database(server, name)
    both = [_started(server.url_of(f"{each}_of_two"), "two_") for each in ("first", "second")]
    first, second = (_said(each) for each in both)
    assert first == second != []
    assert _schema(server.url_of("first_of_two")) == _schema(server.url_of("second_of_two"))
