"""Filling an empty database in bulk: one transaction, in the roles that may write each table.

COPY into a table under row-level security is refused, so rows go into a temporary table first and
from there, in one INSERT, through the same policies, keys and triggers as any other row. The whole
load is one transaction: an interrupted one leaves nothing behind. Statistics are gathered on the
way, because a foreign-key check against a parent without any is a hundred times slower.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

Row = tuple[object, ...]
LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('tourbase.seed', 0))"
# The plans of triggers are made while tables are nearly empty, and kept: none may read them all.
BULK: Final = (
    "select set_config('jit', 'off', true), set_config('temp_buffers', '64MB', true),"
    " set_config('enable_seqscan', 'off', true)"
)
ENTER: Final = (
    "select set_config('role', %(role)s, true), set_config('app.tenant_id', %(tenant)s, true),"
    " set_config('app.brand_id', %(brand)s, true)"
)
COLUMNS: Final = (
    "select attname, format_type(atttypid, atttypmod) from pg_attribute"
    " where attrelid = to_regclass(%(table)s) and attnum > 0 and not attisdropped"
)
NEXT_TENANT: Final = "select nextval(pg_get_serial_sequence('tenants', 'tenant_id'))"
TENANT: Final = (
    "insert into tenants (tenant_id, public_id, slug, name, created_at)"
    " values (%(tenant_id)s, %(public_id)s, %(slug)s, %(name)s, %(created_at)s)"
)
INSTALLED: Final = "insert into installation (kind, seeded_at) values (%(kind)s, %(seeded_at)s)"
INSERT: Final = "insert into {table} ({columns}) select {columns} from {staged}"
SET: Final = (
    "update {table} as known set {pairs} from {staged} as staged where known.id = staged.id"
)
GROWN: Final = 10
SETTLE: Final = "set constraints all immediate"
DEFER: Final = "set constraints all deferred"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for one table. The keys of tenant and brand come from the scope they are stored in.

    Shape:  `known` are stored rows: their other columns are set, and found by their id.
    """

    table: str
    columns: tuple[str, ...]
    rows: Iterable[Row]
    known: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows are being stored: a tenant's, and one brand's or none's."""

    tenant_id: int
    brand_id: int | None = None


def rows_of(table: str, facts: Sequence[Mapping[str, object]]) -> Rows:
    """Rows from mappings that all have the columns of the first."""
    columns = tuple(facts[0]) if facts else ()
    return Rows(table, columns, [tuple(fact[column] for column in columns) for fact in facts])


class TenantExists(Exception):
    """There is a tenant of that slug."""


class Loading:
    """A running load. Rows that break a rule end it with the database's own error."""

    __slots__ = ("_analyzed", "_connection", "_prefix", "_staged", "_stored")

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], role_prefix: str) -> None:
        self._connection = connection
        self._prefix = role_prefix
        self._staged: dict[tuple[str, tuple[str, ...]], sql.Identifier] = {}
        self._stored: dict[str, int] = {}
        self._analyzed: dict[str, int] = {}

    def is_installed(self) -> bool:
        self._enter("owner")
        return self._exists("select exists (select from installation)")

    def has_tenants(self) -> bool:
        """Whether anybody's data is here: the look-up role is the one that sees all tenants."""
        self._enter("lookup")
        return self._exists("select exists (select slug from tenants)")

    def add_tenant(self, id: UUID | str, *, slug: str, name: str, created_at: datetime) -> Scope:
        """Errors: TenantExists for a slug that is taken."""
        self._enter("owner")
        row = self._connection.execute(NEXT_TENANT).fetchone()
        scope = Scope(int(row[0]) if row else 0)
        self._enter("owner", scope)
        facts = {"public_id": id, "slug": slug, "name": name, "created_at": created_at}
        try:
            self._connection.execute(TENANT, {"tenant_id": scope.tenant_id, **facts})
        except psycopg.errors.UniqueViolation:
            raise TenantExists from None
        return scope

    def add_brand(self, tenant: Scope, facts: Mapping[str, object]) -> Scope:
        self._enter("owner", tenant)
        statement = sql.SQL(
            "insert into brands (tenant_id, {}) values (%s, {}) returning id"
        ).format(
            sql.SQL(", ").join(map(sql.Identifier, facts)),
            sql.SQL(", ").join([sql.Placeholder()] * len(facts)),
        )
        row = self._connection.execute(statement, [tenant.tenant_id, *facts.values()]).fetchone()
        return Scope(tenant.tenant_id, int(row[0]) if row else 0)

    def store_shared(self, rows: Rows) -> int:
        """Store rows of the directory, which only the owner of the tables may write."""
        return self._store(rows, "owner", None)

    def store(self, rows: Rows, scope: Scope) -> int:
        """Store a tenant's or brand's rows as the working role of background work."""
        return self._store(rows, "worker", scope)

    def settle(self, scope: Scope) -> None:
        """Check now what would be checked at commit: those checks see one brand only."""
        self._enter("worker", scope)
        self._connection.execute(SETTLE)
        self._connection.execute(DEFER)

    def analyze(self) -> None:
        """Gather statistics of every table that rows were stored in."""
        self._analyze(list(self._analyzed))

    def finish(self, *, kind: str, seeded_at: datetime) -> None:
        """Write the row that makes the load count."""
        self._enter("owner")
        self._connection.execute(INSTALLED, {"kind": kind, "seeded_at": seeded_at})

    def _store(self, rows: Rows, role: str, scope: Scope | None) -> int:
        if not rows.columns:
            return 0
        self._leave()
        staged = self._stage(rows)
        columns = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
        copy = sql.SQL("copy {} ({}) from stdin").format(staged, columns)
        with self._connection.cursor() as cursor, cursor.copy(copy) as stream:
            for row in rows.rows:
                stream.write_row(row)
        self._enter(role, scope)
        stored = self._connection.execute(_from(staged, rows)).rowcount
        self._look_again(rows.table, stored)
        return stored

    def _look_again(self, table: str, stored: int) -> None:
        """Statistics once more, and with them plans of triggers, for a table ten times as large.

        Shape:  a trigger plans its statements at the first row; that plan would serve for all.
        """
        self._stored[table] = self._stored.get(table, 0) + stored
        if self._stored[table] >= GROWN * self._analyzed.get(table, 0):
            self._analyzed[table] = max(self._stored[table], 1)
            self._analyze([table])

    def _stage(self, rows: Rows) -> sql.Identifier:
        """An empty temporary table with those columns; it belongs to the login, not to a role."""
        staged = self._staged.get((rows.table, rows.columns))
        if staged is not None:
            self._connection.execute(sql.SQL("truncate {}").format(staged))
            return staged
        staged = sql.Identifier(f"staged_{len(self._staged)}")
        types = dict(self._connection.execute(COLUMNS, {"table": rows.table}).fetchall())
        definitions = [
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(types[name]))
            for name in rows.columns
        ]
        self._connection.execute(
            sql.SQL("create temporary table {} ({}) on commit drop").format(
                staged, sql.SQL(", ").join(definitions)
            )
        )
        self._connection.execute(
            sql.SQL("grant select on {} to {}, {}").format(
                staged, self._role("owner"), self._role("worker")
            )
        )
        self._staged[rows.table, rows.columns] = staged
        return staged

    def _analyze(self, tables: Sequence[str]) -> None:
        self._enter("owner")
        for table in tables:
            self._connection.execute(sql.SQL("analyze {}").format(sql.Identifier(table)))

    def _exists(self, question: LiteralString) -> bool:
        row = self._connection.execute(question).fetchone()
        return row is not None and bool(row[0])

    def _role(self, name: str) -> sql.Identifier:
        return sql.Identifier(self._prefix + name)

    def _enter(self, role: str, scope: Scope | None = None) -> None:
        self._connection.execute(
            ENTER,
            {
                "role": self._prefix + role,
                "tenant": str(scope.tenant_id) if scope else "",
                "brand": str(scope.brand_id) if scope and scope.brand_id else "",
            },
        )

    def _leave(self) -> None:
        self._connection.execute(ENTER, {"role": "none", "tenant": "", "brand": ""})


def _from(staged: sql.Identifier, rows: Rows) -> sql.Composed:
    """The statement that takes the staged rows over."""
    names = [sql.Identifier(name) for name in rows.columns]
    pairs = [
        sql.SQL("{0} = staged.{0}").format(name) for name in names if name != sql.Identifier("id")
    ]
    return sql.SQL(SET if rows.known else INSERT).format(
        table=sql.Identifier(rows.table),
        columns=sql.SQL(", ").join(names),
        pairs=sql.SQL(", ").join(pairs),
        staged=staged,
    )


@contextmanager
def loading(url: str, *, role_prefix: str) -> Iterator[Loading]:
    """A load in one transaction, alone: a second one waits for the first.

    Errors: psycopg.Error of whatever was refused; then nothing of the load is stored.
    """
    with psycopg.connect(url) as connection:
        connection.execute(LOCK)
        connection.execute(BULK)
        yield Loading(connection, role_prefix)
