"""The server behind a login: which one it is, and a database in it."""

from typing import Final

import psycopg
from psycopg import sql

from domain.errors import OperatorError

OLDEST: Final = 15
# The first minor release of each major that fixed CVE-2025-8713 (statistics leaked past policies).
FIXED_IN: Final = {15: 14, 16: 10, 17: 6}


class ServerRefused(OperatorError):
    """The server does not answer, does not let us in, or is too old; the message says which."""


def ensure_database(admin_url: str, name: str) -> None:
    """Create a database unless it is there."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [name])
        if known.fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def refuse_unfit(admin_url: str) -> None:
    """Errors: ServerRefused."""
    try:
        with psycopg.connect(admin_url, connect_timeout=5) as connection:
            refuse_old(connection.info.server_version)
    except psycopg.ProgrammingError:
        raise ServerRefused("DATABASE_ADMIN_URL is no address of a PostgreSQL.") from None
    except psycopg.Error as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ServerRefused(f"The PostgreSQL of DATABASE_ADMIN_URL refuses us: {said}") from error


def refuse_old(server_version: int) -> None:
    """Errors: ServerRefused if the server (150004 is 15.4) is older than we support or trust."""
    major, minor = divmod(server_version, 10_000)
    if major < OLDEST:
        raise ServerRefused(
            f"The database server is PostgreSQL {major}.{minor}: tourbase needs {OLDEST} or newer."
        )
    if minor < FIXED_IN.get(major, 0):
        raise ServerRefused(
            f"The database server is PostgreSQL {major}.{minor}, which leaks statistics past"
            f" row-level security (CVE-2025-8713): update it to {major}.{FIXED_IN[major]} or newer."
        )
