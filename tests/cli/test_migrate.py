"""A database goes on with the revisions that made it, and with no other state of them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from cli.migrate import LoginTooWeak, MadeOtherwise, NoSuchRevision, migrate
from cli.up import up
from integrations.embedded import Postgres, Valkey
from tests.conftest import create_database, settings_for

ROOT = Path(__file__).resolve().parents[2]
NOTED = "select obj_description('migrations'::regclass, 'pg_class')"
AT = "select version_num from migrations"
NEXT = """
from migrations.tables import run
revision = "9001"
down_revision = "{head}"
def upgrade() -> None:
    run("comment on table bookings is 'one more'")
def downgrade() -> None:
    run("comment on table bookings is null")
"""


@pytest.fixture
def migrated(
    postgres: Postgres, valkey: Valkey, template: str, tmp_path: Path
) -> Iterator[Settings]:
    """A database of the test's own at the newest revision."""
    name = f"made_{abs(hash(tmp_path)):x}"
    create_database(postgres, name, template)
    yield settings_for(postgres, valkey, name)
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with revisions that a test may change."""
    folder = tmp_path / "sources"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=ignored)
    return folder


def _url(settings: Settings) -> str:
    assert settings.database_admin_url is not None
    return settings.database_admin_url.get_secret_value()


def _ask(settings: Settings, statement: Any) -> Any:
    with psycopg.connect(_url(settings), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return row and row[0]


def _note(settings: Settings, said: str | None) -> None:
    _ask(settings, sql.SQL("comment on table migrations is {}").format(sql.Literal(said)))


def _notes(settings: Settings) -> dict[str, str]:
    said = _ask(settings, NOTED)
    return dict(pair.split("=") for pair in said.split()) if said else {}


def _migrate_with(sources: Path, settings: Settings, *arguments: str) -> tuple[int, str, str]:
    """`tourbase migrate` whose revisions are those of the folder."""
    given = {"DATABASE_ADMIN_URL": _url(settings), "PYTHONPATH": f"{sources}:{ROOT}"}
    given["DATABASE_ROLE_PREFIX"] = settings.database_role_prefix
    ran = subprocess.run(
        [sys.executable, "-m", "cli.main", "migrate", *arguments],
        env=child_environment(given),
        cwd=sources,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def _silently(settings: Settings, revision: str = "head") -> list[str]:
    said: list[str] = []
    migrate(settings, revision=revision, say=said.append)
    return said


def test_a_revision_that_was_applied_is_not_changed_and_a_new_one_is_applied(
    migrated: Settings, sources: Path
) -> None:
    head, before = _ask(migrated, AT), _notes(migrated)
    trade = next((sources / "migrations/versions").glob("0006_*.py"))
    _change(trade, '"""What is asked for', '"""Written anew: what is asked for')
    (sources / "migrations/versions/9001_next.py").write_text(NEXT.format(head=head))
    assert _migrate_with(sources, migrated) == (0, "  migrated 9001\n", "")
    after = _notes(migrated)
    assert (len(after.pop("9001")), after) == (16, before)

    _change(trade, "vip boolean not null default false", "vip boolean not null default true")
    fault = "tourbase: This database was made by another state of revision 0006: migrate it with"
    code, said, complaint = _migrate_with(sources, migrated)
    assert (code, said, complaint.startswith(fault)) == (1, "", True)
    assert _ask(migrated, AT) == "9001"
    assert _migrate_with(sources, migrated, "-1") == (0, "  reverted 9001\n", "")
    assert _notes(migrated) == before


def test_what_a_shared_part_says_is_said_by_the_revisions_that_use_it(
    migrated: Settings, sources: Path
) -> None:
    parts = sources / "migrations/paid.py"
    _change(parts, "where payment_id = wanted and", "where wanted = payment_id and")
    code, said, complaint = _migrate_with(sources, migrated)
    assert (code, said) == (1, "")
    assert "another state of revision 0013" in complaint


def test_a_database_that_does_not_say_what_made_it_is_refused(migrated: Settings) -> None:
    _note(migrated, None)
    with pytest.raises(MadeOtherwise) as refused:
        _silently(migrated.model_copy(update={"tourbase_env": "production"}))
    assert str(refused.value) == (
        "This database does not say by which state of 0001 it was made, so nothing can be built on"
        " it: give an empty database."
    )
    assert _notes(migrated) == {}
    _silently(migrated, "-1")
    assert _notes(migrated) == {}


def test_a_database_that_is_ahead_of_the_revisions_is_refused(migrated: Settings) -> None:
    _ask(migrated, "update migrations set version_num = '9999'")
    with pytest.raises(MadeOtherwise) as refused:
        _silently(migrated)
    assert str(refused.value) == (
        "This database has a revision that is not here (9999): use the image that made it."
    )


def test_the_way_back_and_up_again_notes_each_revision_anew(migrated: Settings) -> None:
    before = _notes(migrated)
    last = max(before)
    _note(migrated, " ".join(f"{each}={before[each]}" for each in before if each != last))
    with pytest.raises(MadeOtherwise, match=f"state of {last}"):
        _silently(migrated)
    _note(migrated, f"{_ask(migrated, NOTED)} {last}=0123456789abcdef")
    with pytest.raises(MadeOtherwise, match=f"another state of revision {last}"):
        _silently(migrated)
    assert _silently(migrated, "-1") == [f"  reverted {last}"]
    assert _notes(migrated) == {each: before[each] for each in before if each != last}
    assert _silently(migrated) == [f"  migrated {last}"]
    assert _notes(migrated) == before
    assert _silently(migrated) == []


def test_up_says_what_to_remove_and_removes_nothing(
    migrated: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _note(migrated, f"{_ask(migrated, NOTED)} 0006=0123456789abcdef")
    home = tmp_path / "home"
    (home / "postgres").mkdir(parents=True)
    assert up(migrated.model_copy(update={"port": 0, "tourbase_folder": home})) == 1
    said = capfd.readouterr()
    assert said.err == (
        "tourbase: This database was made by another state of revision 0006: if `make up` made it,"
        f" remove {home / 'postgres'} and {home / 'valkey'}, and `make up` makes a new one;"
        " on a server of your own, give it an empty database.\n"
        "tourbase: `migrate` failed (exit code 1): its output is above.\n"
    )
    assert (home / "postgres").exists()
    assert _ask(migrated, "select count(*) from tenants") == 0


def test_a_revision_that_is_not_there_is_told_so(migrated: Settings) -> None:
    with pytest.raises(NoSuchRevision, match=r"identified by 'nosuch'\. There are head"):
        migrate(migrated, revision="nosuch", say=lambda _: None)


def test_a_login_that_serves_cannot_migrate(migrated: Settings) -> None:
    weak = migrated.model_copy(update={"database_admin_url": migrated.database_url})
    with pytest.raises(LoginTooWeak, match="may not create roles"):
        migrate(weak, say=lambda _: None)
