"""Tables, keys, privileges and policies as PostgreSQL itself tells them: what the tests walk."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import psycopg

from migrations import versions

Level = Literal["brand", "operator", "fleet", "shared"]
Connection = psycopg.Connection[tuple[Any, ...]]
TENANCY = ("tenant_id", "brand_id")
PREFIX = "tourbase_"

COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
  a.atthasdef or a.attidentity <> '', a.attgenerated <> ''
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum
"""
KEYS = """
select c.relname, k.conname, k.contype::text, f.relname,
  array(select a.attname::text from unnest(k.conkey) with ordinality as n (num, place)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n.num order by n.place),
  array(select a.attname::text from unnest(k.confkey) with ordinality as n (num, place)
    join pg_attribute a on a.attrelid = k.confrelid and a.attnum = n.num order by n.place),
  pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid
left join pg_class f on f.oid = k.confrelid
where c.relnamespace = 'public'::regnamespace and k.contype in ('p', 'f', 'c')
order by c.relname, k.conname
"""
RIGHTS = """
select c.relname, r.rolname, v.verb,
  array(select a.attname::text from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and case v.verb when 'delete' then has_table_privilege(r.oid, c.oid, v.verb)
        else has_column_privilege(r.oid, c.oid, a.attnum, v.verb) end)
from pg_class c, pg_roles r, unnest(array['select', 'insert', 'update', 'delete']) as v (verb)
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  and r.rolname = any(%(roles)s)
"""
POLICIES = """
select c.relname, r.rolname, pg_get_expr(p.polqual, p.polrelid)
from pg_policy p join pg_class c on c.oid = p.polrelid
join pg_roles r on r.oid = any(p.polroles)
where p.polpermissive and r.rolname = any(%(roles)s)
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, as far as a row without it would be refused."""

    name: str
    type: str
    required: bool
    has_default: bool
    generated: bool


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns here, and the table and columns that they name there."""

    name: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]

    @property
    def own(self) -> str | None:
        """The column that names the parent itself; None for the keys of tenant and brand."""
        named = dict(zip(self.parent_columns, self.columns, strict=True))
        return named.get("id") if self.parent not in {"tenants", "brands"} else None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its keys, its checks, and what each working role may do with it."""

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    checks: tuple[tuple[tuple[str, ...], str], ...]
    rights: Mapping[tuple[str, str], frozenset[str]]
    rows: Mapping[str, str]

    @property
    def brand_column(self) -> str:
        return "id" if self.name == "brands" else "brand_id"

    @property
    def level(self) -> Level:
        if "tenant_id" not in self.columns:
            return "shared"
        if self.brand_column not in self.columns or self.name == "tenants":
            return "operator"
        return "brand" if self.columns[self.brand_column].required else "fleet"

    def may(self, role: str, verb: str) -> frozenset[str]:
        """The columns that a working role may use in a verb; for a delete, all or none."""
        return self.rights.get((role, verb), frozenset())


def table_names() -> list[str]:
    """The tables that the revisions say they make, known before there is a database."""
    names: list[str] = []
    for module in sorted(pkgutil.iter_modules(versions.__path__), key=lambda each: each.name):
        revision = importlib.import_module(f"{versions.__name__}.{module.name}")
        names += getattr(revision, "TABLES", ())
    return names


def tables(connection: Connection, roles: tuple[str, ...]) -> dict[str, Table]:
    """Every table of the application, by name."""
    named = {"roles": [PREFIX + role for role in roles]}
    columns = connection.execute(COLUMNS).fetchall()
    keys = connection.execute(KEYS).fetchall()
    rights = connection.execute(RIGHTS, named).fetchall()
    policies = connection.execute(POLICIES, named).fetchall()
    return {
        name: Table(
            name=name,
            columns={row[1]: Column(*row[1:]) for row in columns if row[0] == name},
            key=next((tuple(row[4]) for row in keys if row[0] == name and row[2] == "p"), ()),
            foreign_keys=tuple(
                ForeignKey(row[1], tuple(row[4]), row[3], tuple(row[5]))
                for row in keys
                if row[0] == name and row[2] == "f"
            ),
            checks=tuple((tuple(r[4]), r[6]) for r in keys if r[0] == name and r[2] == "c"),
            rights={
                (row[1].removeprefix(PREFIX), row[2]): frozenset(row[3])
                for row in rights
                if row[0] == name
            },
            rows={row[1].removeprefix(PREFIX): row[2] for row in policies if row[0] == name},
        )
        for name in dict.fromkeys(row[0] for row in columns)
    }
