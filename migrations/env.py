"""How Alembic reaches the database: one connection, one transaction, as the owner role."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from migrations.roles import ensure_roles, prepare_database

config = context.config


def main() -> None:
    url = str(config.attributes["url"]).replace("postgres://", "postgresql://", 1)
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=pool.NullPool
    )
    prefix = str(config.attributes["role_prefix"])
    with engine.connect() as connection:
        ensure_roles(connection, prefix, logins=config.attributes["logins"])
        prepare_database(connection, prefix)
        connection.commit()
        _migrate(connection, prefix)
    engine.dispose()


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
