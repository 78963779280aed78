"""The four verbs that make tables, so that no table can be made without its seal.

`brand_table`, `operator_table`, `fleet_table`, `shared_table`: each creates the table with its key
columns, its foreign keys and their indexes, enables and forces row-level security, lays the
restrictive floor, and gives the working roles what they may touch. What a verb does not grant, no
role has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from alembic import op

WORKING = ("site", "link", "customer", "partner", "driver", "staff", "worker")
EXCEPTIONS = ("lookup", "fleet", "relay")
FLOORED = ("owner", "write", "read", *WORKING)

TENANT = "(select nullif(current_setting('app.tenant_id', true), '')::integer)"
BRAND = "(select nullif(current_setting('app.brand_id', true), '')::integer)"
ACTOR = "(select nullif(current_setting('app.actor_id', true), '')::uuid)"
OBJECT = "(select nullif(current_setting('app.object_id', true), '')::uuid)"
OWN_TENANT = f"tenant_id = {TENANT}"
OWN_BRAND = f"{OWN_TENANT} and brand_id = {BRAND}"
OWN_OR_NO_BRAND = f"{OWN_TENANT} and (brand_id is null or brand_id = {BRAND})"

Level = Literal["brand", "operator", "shared"]
KEYS: Mapping[Level, tuple[str, ...]] = {
    "brand": ("tenant_id", "brand_id"),
    "operator": ("tenant_id",),
    "shared": (),
}
_DEFAULT = "integer not null default nullif(current_setting('app.{0}', true), '')::integer"


@dataclass(frozen=True, slots=True)
class May:
    """What one working role may do: verbs (with columns, if limited) and on which rows."""

    verbs: str = "select, insert, update"
    rows: str = "true"


@dataclass(frozen=True, slots=True)
class Ref:
    """A foreign key that carries the tenant, and the brand where the parent has one."""

    column: str
    table: str
    level: Level = "brand"
    also: tuple[str, ...] = ()
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class Index:
    """An index behind the table's key columns; `why` names the statement that needs it."""

    columns: str
    why: str
    unique: bool = False
    where: str = ""
    include: str = ""
    keyed: bool = True


FULL = May()
KEEP = May("select, insert")
OWNED = May("select, insert, update, delete")


def role(name: str) -> str:
    """The cluster-wide name of a role: the prefix setting, then the short name."""
    return f"{op.get_context().config.attributes['role_prefix']}{name}"  # type: ignore[union-attr]


def run(sql: str) -> None:
    """Hand the text to PostgreSQL as it stands: a per cent sign in it is no placeholder."""
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(sql)
        return
    cursor = op.get_bind().connection.cursor()
    cursor.execute(sql)
    cursor.close()


def brand_table(
    name: str,
    columns: str,
    *,
    refs: Iterable[Ref] = (),
    indexes: Iterable[Index] = (),
    may: Mapping[str, May] | None = None,
    staff: May = FULL,
    key: str = "id",
) -> None:
    """A table whose every row belongs to one brand."""
    keys = KEYS["brand"]
    brand = f"tenant_id {_DEFAULT.format('tenant_id')}, brand_id {_DEFAULT.format('brand_id')}"
    brands = "foreign key (tenant_id, brand_id) references brands (tenant_id, id)"
    _table(name, brand, columns, (f"primary key (tenant_id, brand_id, {key})", brands), refs)
    seal(name, OWN_BRAND)
    _indexes(name, keys, refs, indexes)
    _permit(name, {"staff": staff, "worker": staff, **(may or {})})


def operator_table(
    name: str,
    columns: str,
    *,
    refs: Iterable[Ref] = (),
    indexes: Iterable[Index] = (),
    may: Mapping[str, May] | None = None,
    staff: May = FULL,
    key: str = "id",
) -> None:
    """A table whose every row belongs to the operating company, whatever the brand."""
    keys = KEYS["operator"]
    tenant = f"tenant_id {_DEFAULT.format('tenant_id')}"
    tenants = "foreign key (tenant_id) references tenants (tenant_id)"
    _table(name, tenant, columns, (f"primary key (tenant_id, {key})", tenants), refs)
    seal(name, OWN_TENANT)
    _indexes(name, keys, refs, indexes)
    _permit(name, {"staff": staff, "worker": staff, **(may or {})})


def fleet_table(
    name: str,
    columns: str,
    *,
    refs: Iterable[Ref] = (),
    indexes: Iterable[Index] = (),
    may: Mapping[str, May] | None = None,
    staff: May = FULL,
) -> None:
    """A table of shared resources' time: tenant key, a brand or none; own or none is visible."""
    keys = KEYS["operator"]
    tenant = f"tenant_id {_DEFAULT.format('tenant_id')}, brand_id integer"
    own = (
        "primary key (tenant_id, id)",
        "foreign key (tenant_id) references tenants (tenant_id)",
        "foreign key (tenant_id, brand_id) references brands (tenant_id, id)",
    )
    _table(name, tenant, columns, own, refs)
    seal(name, OWN_OR_NO_BRAND)
    _indexes(name, keys, refs, indexes)
    _permit(name, {"staff": staff, "worker": staff, **(may or {})})


def shared_table(
    name: str, columns: str, *, indexes: Iterable[Index] = (), readers: Iterable[str] = WORKING
) -> None:
    """Facts common to all tenants, written by `seed` and `migrate` alone."""
    _table(name, "", columns, (), ())
    run(
        f"alter table {name} enable row level security; alter table {name} force row level security"
    )
    run(f"create policy {name}_owner on {name} to {role('owner')} using (true) with check (true)")
    _indexes(name, (), (), indexes)
    _permit(name, dict.fromkeys(readers, May("select")))


def seal(name: str, own: str) -> None:
    """Row-level security, forced on the owner too, and the floor below every other policy."""
    floored = ", ".join(role(each) for each in FLOORED)
    run(
        f"alter table {name} enable row level security; alter table {name} force row level security"
    )
    run(
        f"create policy {name}_floor on {name} as restrictive to {floored} "
        f"using ({own}) with check ({own})"
    )


def permit(table: str, name: str, verbs: str, rows: str = "true") -> None:
    """Give one role a privilege and the policy that bounds it."""
    run(f"grant {verbs} on {table} to {role(name)}")
    bounds = f"using ({rows}) with check ({rows})"
    run(f"create policy {table}_{name} on {table} to {role(name)} {bounds}")


def drop_tables(names: Iterable[str]) -> None:
    """Undo a revision: its tables, children first, with the policies that look into them."""
    for name in reversed(list(names)):
        run(f"drop table {name} cascade")


def _table(
    name: str, own: str, columns: str, constraints: Iterable[str], refs: Iterable[Ref]
) -> None:
    parts = [part for part in (own, columns.strip().rstrip(",")) if part]
    parts.extend(constraints)
    parts.extend(_foreign_key(name, ref) for ref in refs)
    run(f"create table {name} ({', '.join(parts)})")


def _foreign_key(name: str, ref: Ref) -> str:
    parent = KEYS[ref.level]
    own = ", ".join((*parent, ref.column, *ref.also))
    target = ", ".join((*parent, *([] if ref.table == "tenants" else ["id"]), *ref.also))
    return (
        f"constraint {name}_{ref.column}_fkey foreign key ({own}) "
        f"references {ref.table} ({target}){' on update cascade' if ref.also else ''}"
    )


def _indexes(
    name: str, keys: tuple[str, ...], refs: Iterable[Ref], indexes: Iterable[Index]
) -> None:
    wanted = list(indexes)
    leading = [_words(index.columns) for index in wanted if not index.where]
    for ref in refs:
        columns = ref.column
        if ref.indexed and not any(words[:1] == [ref.column] for words in leading):
            wanted.append(
                Index(columns, f"foreign key to {ref.table}; batch of {name} by {columns}")
            )
    for index in wanted:
        _index(name, keys if index.keyed else (), index)


def _words(columns: str) -> list[str]:
    return [word.split()[0] for word in columns.split(",")]


def _index(name: str, keys: tuple[str, ...], index: Index) -> None:
    label = f"{name}_{'_'.join(_words(index.columns))}_{'key' if index.unique else 'idx'}"
    columns = ", ".join((*keys, index.columns))
    run(
        f"create {'unique ' if index.unique else ''}index {label} on {name} ({columns})"
        + (f" include ({index.include})" if index.include else "")
        + (f" where {index.where}" if index.where else "")
    )
    run(f"comment on index {label} is '{index.why}'")


def _permit(name: str, may: Mapping[str, May]) -> None:
    for who, what in may.items():
        permit(name, who, what.verbs, what.rows)
