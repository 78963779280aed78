"""The indexes as the catalogue knows them, and `docs/indexes.md` made of what it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.db import hot
from tests.db.plans import KEY_TWINS

INDEXES = """
select
    c.relname, x.relname, i.indisunique, coalesce(k.contype::text, ''),
    array(
        select a.attname from unnest(i.indkey::smallint[]) with ordinality as p (attnum, place)
        inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = p.attnum
        order by p.place
    ),
    coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
    coalesce(obj_description(x.oid, 'pg_class'), '')
from pg_index as i
inner join pg_class as c on c.oid = i.indrelid
inner join pg_class as x on x.oid = i.indexrelid
left join pg_constraint as k on k.conindid = x.oid and k.contype in ('p', 'u', 'x')
where c.relnamespace = 'public'::regnamespace and c.relname <> 'migrations'
order by c.relname, x.relname
"""
FOREIGN_KEYS = """
select
    c.relname, k.conname, array(
        select a.attname from unnest(k.conkey) as p (attnum)
        inner join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = p.attnum
    )
from pg_constraint as k
inner join pg_class as c on c.oid = k.conrelid
where k.contype = 'f' and c.relnamespace = 'public'::regnamespace
    -- A brand that has sold anything keeps its currency: what would refuse the change may scan.
    and right(k.conname, 14) <> '_currency_fkey'
order by c.relname, k.conname
"""
BY_CONSTRAINT = {
    "p": "the key: one row, or a batch of rows, by it",
    "u": "no two of the same",
    "x": "no two live blocks of one resource at the same time",
}
HEAD = """# Indexes

What each index is for, and the statements that are proved to run on it. Made from the comments in
the database and from `tests/db/hot.py`; never edited by hand: `pytest tests/db --renew` writes it
anew."""


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """One index; `constraint` is p, u, x, or nothing."""

    table: str
    name: str
    unique: bool
    constraint: str
    columns: Sequence[str]
    where: str
    comment: str

    @property
    def why(self) -> str:
        return self.comment or BY_CONSTRAINT.get(self.constraint, "")

    def leads(self, columns: Iterable[str]) -> bool:
        """Whether these columns, in any order, are the first of the index."""
        wanted = set(columns)
        return not self.where and set(self.columns[: len(wanted)]) == wanted


def stored_indexes(connection: psycopg.Connection[Any]) -> list[StoredIndex]:
    return [StoredIndex(*row) for row in connection.execute(INDEXES)]


def without_index(connection: psycopg.Connection[Any]) -> list[str]:
    """The foreign keys whose columns lead no index of their table."""
    indexes = stored_indexes(connection)
    return [
        name
        for table, name, columns in connection.execute(FOREIGN_KEYS)
        if not any(index.table == table and index.leads(columns) for index in indexes)
    ]


def leading_a_foreign_key(connection: psycopg.Connection[Any]) -> set[str]:
    keys = connection.execute(FOREIGN_KEYS).fetchall()
    return {
        index.name
        for index in stored_indexes(connection)
        for table, _, columns in keys
        if index.table == table and index.leads(columns)
    }


def statements_by_index() -> Mapping[str, list[str]]:
    """The hot statements that each index carries; `test_indexes` proves it of their plans."""
    found: dict[str, list[str]] = {}
    for each in (*hot.hot_reads(), *hot.hot_writes(), *hot.hot_functions()):
        for index in each.indexes:
            found.setdefault(index, []).append(each.label)
    for twin, index in KEY_TWINS.items():
        found[twin] = found.get(index, [])
    return found


def document(indexes: Iterable[StoredIndex]) -> str:
    statements = statements_by_index()
    lines = [HEAD]
    table = ""
    for index in indexes:
        if index.table != table:
            table = index.table
            lines += [f"\n## {table}\n", "| index | on | why | statements |", "|---|---|---|---|"]
        on = ", ".join(index.columns) + (f" where {index.where}" if index.where else "")
        used = statements.get(index.name, [])
        told = "; ".join(used) or (f"awaited: {a}" if (a := hot.AWAITED.get(index.name)) else "")
        lines.append(f"| `{index.name}` | {on} | {index.why} | {told} |")
    return "\n".join(lines) + "\n"
