"""What a login must not be able to do: asked on every new connection."""

from typing import Any, Final

import psycopg

from db.clusters import refuse_old
from domain.errors import OperatorError

VET: Final = """
select
    r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication,
    r.rolinherit,
    exists (select 1 from pg_class as c where c.relowner = r.oid),
    exists (
        select 1 from pg_roles as x
        where (x.rolsuper or x.rolbypassrls or x.rolcreaterole or x.rolcreatedb or x.rolreplication
            or x.rolname in ('pg_execute_server_program', 'pg_read_server_files',
                'pg_write_server_files', 'pg_read_all_data', 'pg_write_all_data')
            or exists (select 1 from pg_proc as p where p.proowner = x.oid and p.prosecdef))
            and x.oid <> r.oid and pg_has_role(r.oid, x.oid, 'member')
    ),
    current_setting('server_version_num')::integer,
    current_setting('default_transaction_isolation') = 'repeatable read'
    and current_setting('default_transaction_read_only') = 'on'
    and current_setting('plan_cache_mode') = 'force_generic_plan'
from pg_roles as r
where r.rolname = session_user
"""


class UnsafeLogin(OperatorError):
    """The login may do more than it should; the message says what, and how to mend it."""


async def vet(connection: psycopg.AsyncConnection[Any], *, read_only: bool) -> None:
    """Refuse to work through a login that row-level security might not bind.

    Errors: UnsafeLogin and ServerRefused, saying what is wrong and how to mend it.
    """
    row = await (await connection.execute(VET)).fetchone()
    await connection.rollback()
    if row is None:
        raise UnsafeLogin("The login is not known to PostgreSQL.")
    powerful, inherits, owns, reaches, version, read_defaults = row
    user = connection.info.user
    refuse_old(version)
    if powerful or owns:
        raise UnsafeLogin(
            f"{user} is a superuser, an owner or may create roles, databases or replicas: row-level"
            " security would not bind it. Use the logins that `tourbase migrate` makes."
        )
    if inherits or reaches:
        raise UnsafeLogin(f"{user} inherits, or can become, a role that sees past a brand.")
    if read_only and not read_defaults:
        raise UnsafeLogin(f"{user} lacks the defaults of the read login: run `tourbase migrate`.")
