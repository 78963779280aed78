"""Roles are cluster-wide: made idempotently under a lock, never dropped by a downgrade.

`owner` owns the tables and cannot log in. `write` and `read` are the two logins; they own nothing,
inherit nothing, and may only step into a working role. `lookup`, `fleet` and `relay` own the few
narrow functions that see past a brand; nobody can become one of them. `archive` and `departure`
copy and delete the rows of one tenant, for the login that migrates and no other.
"""

from collections.abc import Mapping

from psycopg import sql
from sqlalchemy import Connection, text

from migrations.leaving import LEAVING
from migrations.tables import EXCEPTIONS, WORKING

LOGINS = ("write", "read")
LOGIN_DEFAULTS = {
    "write": {"search_path": "public, jobs", "timezone": "'UTC'"},
    "read": {
        "search_path": "public, jobs",
        "timezone": "'UTC'",
        "default_transaction_isolation": "'repeatable read'",
        "default_transaction_read_only": "on",
        "plan_cache_mode": "'force_generic_plan'",
    },
}

OPEN = (
    "select exists (select 1 from pg_namespace as n, aclexplode(n.nspacl) as a"
    " where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE')"
)
MAY = (
    "select has_schema_privilege(:owner, :schema, 'usage with grant option')"
    " and has_schema_privilege(:owner, :schema, 'create with grant option')"
)


def ensure_roles(connection: Connection, prefix: str, *, logins: Mapping[str, str | None]) -> None:
    """Create what is missing, and give the two logins their passwords and defaults.

    Shape:  `logins` maps `write` and `read` to a password, or to None to leave it as it is.
    """
    connection.execute(text("select pg_advisory_xact_lock(hashtextextended('tourbase.roles', 0))"))
    for name in ("owner", *EXCEPTIONS, *LEAVING, *WORKING):
        _ensure(connection, prefix + name, "nologin noinherit")
    for name in LOGINS:
        _ensure(connection, prefix + name, "login noinherit")
        _configure(connection, prefix + name, logins.get(name), LOGIN_DEFAULTS[name])
        for working in WORKING:
            _grant(connection, prefix + working, prefix + name)
    if not connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
        me = str(connection.scalar(text("select current_user")))
        for name in ("owner", *EXCEPTIONS, *LEAVING, "worker"):
            _grant(connection, prefix + name, me)


def prepare_database(connection: Connection, prefix: str) -> None:
    """What only an administrator may do in the database: extension, schemas, closing it."""
    owner = sql.Identifier(prefix + "owner").as_string(None)
    connection.execute(text("create extension if not exists btree_gist"))
    connection.execute(text("create schema if not exists jobs"))
    # Only what is missing: a grant repeated would meet one that another `migrate` is making now,
    # and one who is no superuser may not give the owner anew what he meanwhile holds through it.
    if connection.scalar(text(OPEN)):
        connection.execute(text("revoke create on schema public from public"))
    for schema in ("public", "jobs"):
        if not connection.scalar(text(MAY), {"owner": prefix + "owner", "schema": schema}):
            connection.execute(
                text(f"grant usage, create on schema {schema} to {owner} with grant option")
            )
    database = sql.Identifier(str(connection.scalar(text("select current_database()"))))
    connection.execute(text(f"revoke all on database {database.as_string(None)} from public"))
    for name in LOGINS:
        login = sql.Identifier(prefix + name).as_string(None)
        connection.execute(text(f"grant connect on database {database.as_string(None)} to {login}"))


def _ensure(connection: Connection, name: str, attributes: str) -> None:
    exists = connection.scalar(text("select true from pg_roles where rolname = :n"), {"n": name})
    if not exists:
        connection.execute(text(f"create role {sql.Identifier(name).as_string(None)} {attributes}"))


def _configure(
    connection: Connection, name: str, password: str | None, defaults: Mapping[str, str]
) -> None:
    quoted = sql.Identifier(name).as_string(None)
    if password is not None:
        literal = sql.Literal(password).as_string(None)
        connection.exec_driver_sql(f"alter role {quoted} password {literal}".replace("%", "%%"))
    for setting, value in defaults.items():
        connection.execute(text(f"alter role {quoted} set {setting} = {value}"))


def _grant(connection: Connection, name: str, to: str) -> None:
    member = text(
        "select true from pg_auth_members m join pg_roles r on r.oid = m.roleid"
        " join pg_roles t on t.oid = m.member where r.rolname = :role and t.rolname = :to"
        # From 16 on, who creates a role is a member that may not step into it; before, all may.
        " and coalesce(cast(to_jsonb(m) ->> 'set_option' as boolean), true)"
    )
    if not connection.scalar(member, {"role": name, "to": to}):
        role, target = sql.Identifier(name).as_string(None), sql.Identifier(to).as_string(None)
        connection.execute(text(f"grant {role} to {target}"))
