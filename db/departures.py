"""The end of a tenant, for the login that migrates: its status, a copy of its rows, their deletion.

What a role may see of a tenant is laid after each migration from the catalogue, so that no table
is forgotten; what is a secret cannot be copied, for the copying role has no right to the column.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from psycopg import errors, sql

from domain.errors import OperatorError
from domain.tenants import Tenant, TenantStatus

ENTER: Final = (
    "select set_config('role', %(role)s, true), set_config('app.tenant_id', %(tenant)s, true),"
    " set_config('app.brand_id', %(brand)s, true)"
)
FIND: Final = "select tenant_id from tenants where slug = %(slug)s"
TENANT: Final = (
    "select tenant_id, public_id, slug, status, leaves_at, version from tenants"
    " where tenant_id = %(id)s for update"
)
MOVE: Final = (
    "update tenants set status = %(status)s, leaves_at = %(leaves_at)s, version = %(version)s"
    " where tenant_id = %(tenant_id)s"
)
BRANDS: Final = "select id from brands order by is_default desc, id"
TELL: Final = (
    "insert into events (id, kind, entity, entity_id, entity_version, actor_kind, occurred_at,"
    " changes) values (%(id)s, %(kind)s, 'tenant', %(entity_id)s, %(version)s, 'worker', %(now)s,"
    " %(changes)s::jsonb)"
)
TABLES: Final = """
select c.relname,
  array(select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
    and not a.attisdropped and has_column_privilege(c.oid, a.attnum, 'select') order by a.attnum),
  array(select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
    and not a.attisdropped and not has_column_privilege(c.oid, a.attnum, 'select')
    order by a.attnum),
  array(select distinct p.relname from pg_constraint k join pg_class p on p.oid = k.confrelid
    where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid)
from pg_class c
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
  and exists (select from pg_attribute a
    where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
order by c.relname
"""
# Rows go whole, so no rule between two of them is broken on the way: foreign keys carry the tenant.
UNRULED: Final = "select set_config('session_replication_role', 'replica', true)"
BATCH: Final = "delete from {table} where ctid = any(array(select ctid from {table} limit {batch}))"
JOBS: Final = (
    "delete from jobs.procrastinate_jobs where id = any(array(select id from"
    " jobs.procrastinate_jobs where (args ->> 'tenant_id')::integer = %(tenant)s limit %(batch)s))"
)
RECEIPT: Final = (
    "insert into departures (id, slug, left_at, purged_at, rows)"
    " values (%(id)s, %(slug)s, %(left_at)s, %(now)s, %(rows)s::jsonb)"
)


class MayNotPurge(OperatorError):
    """The login may not delete a tenant; the message says which right it lacks."""

    def __init__(self) -> None:
        super().__init__(
            "The login of DATABASE_ADMIN_URL may not set session_replication_role: as a superuser,"
            " `grant set on parameter session_replication_role to` it."
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A table with rows of tenants: what is copied of it, what is not, and what it refers to."""

    name: str
    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    parents: frozenset[str]


class Administration:
    """A connection of the login that migrates; each act is a transaction of its own."""

    __slots__ = ("_connection", "_prefix")

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], role_prefix: str) -> None:
        self._connection = connection
        self._prefix = role_prefix

    def find(self, slug: str) -> Tenant | None:
        with self._connection.transaction():
            self._enter("lookup")
            row = self._connection.execute(FIND, {"slug": slug}).fetchone()
            return self._locked(row[0]) if row else None

    def move(self, after: Tenant, before: Tenant, *, id: UUID, kind: str, now: datetime) -> bool:
        """Store the status and tell of it in the default brand; False if it was moved meanwhile."""
        with self._connection.transaction():
            if self._locked(after.tenant_id) != before:
                return False
            self._connection.execute(
                MOVE,
                {
                    "tenant_id": after.tenant_id,
                    "status": after.status.value,
                    "leaves_at": after.leaves_at,
                    "version": after.version,
                },
            )
            brand = self._connection.execute(BRANDS).fetchone()
            if brand is not None:
                self._enter("worker", after.tenant_id, brand[0])
                self._connection.execute(TELL, _told(after, before, id=id, kind=kind, now=now))
        return True

    @contextmanager
    def copying(self, tenant: Tenant) -> Iterator["Copy"]:
        """One snapshot of all that the tenant has."""
        self._connection.execute("begin isolation level repeatable read read only")
        try:
            self._enter("archive", tenant.tenant_id)
            yield Copy(self._connection)
        finally:
            self._connection.execute("rollback")

    def tables(self, tenant: Tenant) -> Sequence[Table]:
        with self._connection.transaction():
            self._enter("archive", tenant.tenant_id)
            return _tables(self._connection)

    def delete(self, tenant: Tenant, table: str, *, batch: int) -> int:
        """Delete some rows of a tenant that is due; its policies give this role no others.

        Errors: MayNotPurge.
        """
        statement = sql.SQL(BATCH).format(table=sql.Identifier(table), batch=sql.Literal(batch))
        try:
            with self._connection.transaction():
                self._connection.execute(UNRULED)
                self._enter("departure", tenant.tenant_id)
                return self._connection.execute(statement).rowcount
        except errors.InsufficientPrivilege as error:
            if "session_replication_role" in str(error):
                raise MayNotPurge from None
            raise

    def delete_jobs(self, tenant: Tenant, *, batch: int) -> int:
        given = {"tenant": tenant.tenant_id, "batch": batch}
        with self._connection.transaction():
            self._enter("owner", tenant.tenant_id)
            self._connection.execute("select set_config('search_path', 'jobs, public', true)")
            return self._connection.execute(JOBS, given).rowcount

    def close(self, tenant: Tenant, *, id: UUID, rows: dict[str, int], now: datetime) -> None:
        """Write the receipt and delete the tenant itself, both or neither."""
        with self._connection.transaction():
            self._enter("owner", tenant.tenant_id)
            given = {"id": id, "slug": tenant.slug, "left_at": tenant.leaves_at, "now": now}
            self._connection.execute(RECEIPT, {**given, "rows": orjson.dumps(rows).decode()})
            self._connection.execute("select set_config('role', 'none', true)")
            self._connection.execute(UNRULED)
            self._enter("departure", tenant.tenant_id)
            self._connection.execute("delete from tenants")

    def _locked(self, tenant_id: int) -> Tenant | None:
        self._enter("owner", tenant_id)
        row = self._connection.execute(TENANT, {"id": tenant_id}).fetchone()
        if row is None:
            return None
        id, public_id, slug, status, leaves_at, version = row
        return Tenant(id, public_id, slug, TenantStatus(status), leaves_at, version)

    def _enter(self, role: str, tenant: int | None = None, brand: int | None = None) -> None:
        given = {
            "role": self._prefix + role,
            "tenant": str(tenant or ""),
            "brand": str(brand or ""),
        }
        self._connection.execute(ENTER, given)


class Copy:
    """A running copy: rows as texts of JSON, a few at a time."""

    __slots__ = ("_connection",)

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def tables(self) -> Sequence[Table]:
        return _tables(self._connection)

    def rows(self, table: Table) -> Iterator[str]:
        columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
        statement = sql.SQL(
            "select row_to_json(each)::text from (select {} from {}) as each"
        ).format(columns, sql.Identifier(table.name))
        with self._connection.cursor(name="copied") as cursor:
            cursor.itersize = 500
            cursor.execute(statement)
            for (row,) in cursor:
                yield row


@contextmanager
def administration(url: str, *, role_prefix: str) -> Iterator[Administration]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield Administration(connection, role_prefix)


def children_first(tables: Sequence[Table]) -> Iterator[Table]:
    """Each table before those that it refers to; the tenant itself is not among them."""
    waiting = {each.name: each for each in tables if each.name != "tenants"}
    while waiting:
        needed = {parent for each in waiting.values() for parent in each.parents}
        free = sorted(waiting.keys() - needed)
        if not free:
            raise AssertionError("foreign keys go round in a circle")
        for name in free:
            yield waiting.pop(name)


def _tables(connection: psycopg.Connection[tuple[Any, ...]]) -> Sequence[Table]:
    return [
        Table(name, tuple(columns), tuple(left_out), frozenset(parents))
        for name, columns, left_out, parents in connection.execute(TABLES).fetchall()
    ]


def _told(
    after: Tenant, before: Tenant, *, id: UUID, kind: str, now: datetime
) -> dict[str, object]:
    ends = (each.leaves_at.isoformat() if each.leaves_at else None for each in (before, after))
    changes = {"status": (before.status, after.status), "version": (before.version, after.version)}
    told = {**changes, "leaves_at": tuple(ends)}
    return {
        "id": id,
        "kind": kind,
        "entity_id": after.public_id,
        "version": after.version,
        "now": now,
        "changes": orjson.dumps(told).decode(),
    }
