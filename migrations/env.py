"""How Alembic reaches the database: one connection, one transaction, as the owner role."""

import time

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import IntegrityError, InternalError, ProgrammingError

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
        context.run_migrations()


main()
