"""What each revision says to PostgreSQL, as a digest that the database keeps of those it has.

Compared is the SQL and not the source: a verb that a later revision needs, or a comment, changes
nothing of what an earlier one has made.
"""

import hashlib
import io
from collections.abc import Mapping

from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, text

NOTED = "select obj_description(to_regclass('migrations'), 'pg_class')"
LENGTH = 16


class Changed(Exception):
    """An applied revision is not what it was; `noted` is false if nothing says what it was."""

    def __init__(self, revision: str, *, noted: bool) -> None:
        super().__init__(revision)
        self.revision = revision
        self.noted = noted


def noted(connection: Connection) -> dict[str, str]:
    """What the database says of its revisions; nothing if they were never noted."""
    said = str(connection.scalar(text(NOTED)) or "")
    return dict(pair.split("=", 1) for pair in said.split() if "=" in pair)


def compare(applied: Mapping[str, str], known: Mapping[str, str]) -> None:
    """Errors: Changed, of the first that differs."""
    for revision in sorted(applied):
        if known.get(revision) != applied[revision]:
            raise Changed(revision, noted=revision in known)


def note(connection: Connection, kept: Mapping[str, str], known: Mapping[str, str]) -> None:
    """Say what the database has from now on."""
    if kept != known:
        said = " ".join(f"{revision}={digest}" for revision, digest in sorted(kept.items()))
        value = f"'{said}'" if said else "null"
        connection.execute(text(f"comment on table migrations is {value}"))


def applied(
    directory: ScriptDirectory, environment: EnvironmentContext, heads: tuple[str, ...]
) -> dict[str, str]:
    """The digests of the revisions up to those, as they are now."""
    return {
        script.revision: _digest(script, environment)
        for script in directory.iterate_revisions(heads, "base")
    }


def _digest(script: Script, environment: EnvironmentContext) -> str:
    said = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql",
        environment_context=environment,
        opts={"as_sql": True, "output_buffer": said},
    )
    with Operations.context(context):
        script.module.upgrade()
    return hashlib.sha256(said.getvalue().encode()).hexdigest()[:LENGTH]
