"""How Alembic reaches the database: one connection, one transaction, as the owner role."""

import time
from collections.abc import Mapping

from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import IntegrityError, InternalError, ProgrammingError

from migrations import digests, leaving
from migrations.roles import ensure_roles, prepare_database

config = context.config
# unique_violation, duplicate_object, and "tuple concurrently updated", which has no own code.
MADE_BY_ANOTHER = ("23505", "42710", "XX000")
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)


def main() -> None:
    url = str(config.attributes["url"]).replace("postgres://", "postgresql://", 1)
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=pool.NullPool
    )
    prefix = str(config.attributes["role_prefix"])
    with engine.connect() as connection:
        _prepare(connection, prefix)
        _migrate(connection, prefix)
    engine.dispose()


def _prepare(connection: Connection, prefix: str) -> None:
    """Roles and schemas, though another database of the server may be at it: locks end at ours."""
    for pause in (*PAUSES, None):
        try:
            ensure_roles(connection, prefix, logins=config.attributes["logins"])
            prepare_database(connection, prefix)
            connection.commit()
        except (InternalError, IntegrityError, ProgrammingError) as error:
            connection.rollback()
            if pause is None or getattr(error.orig, "sqlstate", None) not in MADE_BY_ANOTHER:
                raise
            time.sleep(pause)
        else:
            return


def _migrate(connection: Connection, prefix: str) -> None:
    context.configure(
        connection=connection,
        version_table="migrations",
        on_version_apply=config.attributes.get("on_version_apply", ()),
    )
    with context.begin_transaction():
        connection.execute(
            text("select pg_advisory_xact_lock(hashtextextended('tourbase.migrate', 0))")
        )
        connection.execute(text(f"set local role {prefix}owner"))
        _run(connection, digests.noted(connection))


def _run(connection: Connection, known: Mapping[str, str]) -> None:
    """A revision that goes back takes its digest with it; the others keep what was noted."""
    if not config.attributes["upgrades"]:
        context.run_migrations()
        kept = {each: known[each] for each in _applied() if each in known}
    else:
        digests.compare(_applied(), known)
        context.run_migrations()
        kept = _applied()
    digests.note(connection, kept, known)
    leaving.open_doors(connection, str(config.attributes["role_prefix"]))


def _applied() -> dict[str, str]:
    running = context.get_context()
    environment = running.environment_context
    assert environment is not None  # noqa: S101 - Alembic runs this file in one
    heads = running.get_current_heads()
    return digests.applied(ScriptDirectory.from_config(config), environment, heads)


main()
