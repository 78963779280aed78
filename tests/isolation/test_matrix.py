"""Every table, by every working role, in every context: what is seen, changed, made and moved.

The tables are those of the revisions, the rights those of the catalogue. What a role may do with
its own is taken from the grants; that it can do nothing with another's is what is shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg import sql

from migrations.tables import WORKING
from tests.isolation.callers import (
    OF_CALLER,
    REFUSED,
    Context,
    actor_of,
    contexts,
    enter,
    key_params,
    keys_seen,
    object_of,
    outcome,
    where_key,
)
from tests.isolation.catalogue import TENANCY, Connection, ForeignKey, Table, table_names
from tests.isolation.conftest import Planted
from tests.isolation.failures import Failures
from tests.isolation.planting import BY_BUILDER, INSTEAD, insert_statement, key_of
from tests.isolation.rules import SHARED

# No line of the application is run here, so that none need be watched.
pytestmark = pytest.mark.no_cover
ALL_TABLES = table_names()
TABLES = [name for name in ALL_TABLES if f"public.{name}" not in SHARED]
COMMON = [name.removeprefix("public.") for name in SHARED if name.startswith("public.")]
PLANTABLE = [name for name in TABLES if name not in BY_BUILDER]


# What a guest begins is held or unpaid; the planted rows are further, so a trigger refuses them.
# Customers tell of their sessions alone; the planted rows tell of something else.
BEGUN_OTHERWISE = {
    *(("link", "bookings"), ("link", "tickets")),
    *(("customer", "events"), ("customer", "outbox")),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One table, one role, and the row of the first brand that everybody is after."""

    table: Table
    role: str
    planted: Planted

    @property
    def target(self) -> dict[str, Any]:
        own = self.planted.own
        if self.table.name == "brands":
            return {"tenant_id": own.tenant_id, "id": own.id}
        if self.table.name == "tenants":
            return {"tenant_id": own.tenant_id}
        return self.planted.planting.row(own, self.table.name)

    def enter(
        self, login: Connection, context: Context, made: Mapping[str, Any] | None = None
    ) -> None:
        """The caller keeps its identity of the first brand, whatever brand it claims.

        Shape:  a row that is to be `made` is the caller's own where rows carry their maker.
        """
        row, name = made or self.target, self.table.name
        who = {
            "actor": actor_of(self.planted, self.role, self.planted.own),
            "object_id": object_of(self.planted, name, self.planted.own),
        }
        if name in OF_CALLER:
            setting, column = OF_CALLER[name]
            who[setting] = row[column]
        elif made and self.role == "link" and name == "bookings":
            who["object_id"] = row["id"]
        if (self.role, name) == ("driver", "events"):
            who["actor"] = row["actor_id"]
        enter(login, self.role, context, **who)

    def expected(self, superuser: Connection, context: Context) -> set[Any] | str:
        """The keys that the role must see in a context: no more, and no fewer."""
        if not self.table.may(self.role, "select"):
            return REFUSED
        rows = within(superuser, self.table, context)
        if sees_all(self.table, self.role):
            return rows
        return rows & {key_of(self.table, self.target)} if self._carries(context) else set()

    def _carries(self, context: Context) -> bool:
        """Does the caller's identity mean anything in that context?"""
        if "EXISTS" in self.table.rows[self.role]:  # by way of a row of the brand
            return (context.tenant_id, context.brand_id) == (
                self.planted.own.tenant_id,
                self.planted.own.id,
            )
        return context.tenant_id == self.planted.own.tenant_id


def sees_all(table: Table, role: str) -> bool:
    """May the role see all rows of its brand? Then its policy asks for nothing more."""
    return not any(word in table.rows[role] for word in ("actor_id", "object_id", "EXISTS"))


def within(superuser: Connection, table: Table, context: Context) -> set[Any]:
    """The keys of all rows that the floor lets through, as the superuser finds them."""
    tenant, brand = sql.SQL("tenant_id = %(tenant)s"), sql.Identifier(table.brand_column)
    floors = {
        "shared": sql.SQL("true"),
        "operator": tenant,
        "brand": sql.SQL("{} and {} = %(brand)s").format(tenant, brand),
        "fleet": sql.SQL("{0} and ({1} = %(brand)s or {1} is null)").format(tenant, brand),
    }
    statement = sql.SQL("select {} from {} where {}").format(
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
        sql.Identifier(table.name),
        floors[table.level],
    )
    settings = {"tenant": context.tenant_id, "brand": context.brand_id}
    return set(superuser.execute(statement, settings).fetchall())


def changing(table: Table, role: str) -> str:
    """A column that the role may set to itself; the key's first where it may set none."""
    writable = table.may(role, "update") & table.may(role, "select")
    plain = [
        name
        for name, column in table.columns.items()
        if name in writable and name not in table.key and not column.generated
    ]
    return (plain or [table.key[-1]])[0]


@pytest.fixture
def cases(planted: Planted, table_name: str) -> list[Case]:
    """The table, by every working role."""
    assert table_name in planted.tables, f"{table_name} is listed by a revision and does not exist"
    return [Case(planted.tables[table_name], role, planted) for role in WORKING]


def by_each_role(cases: list[Case], login: Connection, hold: Callable[[Case], None]) -> None:
    """What must hold, in a transaction of each role's own; those that fail are told together."""
    with Failures() as failures:
        for case in cases:
            with failures.of(case.role):
                hold(case)
            login.rollback()


every_table = pytest.mark.parametrize("table_name", TABLES)


def test_every_table_is_listed_by_its_revision_and_so_takes_part_in_the_matrix(
    planted: Planted,
) -> None:
    assert set(planted.tables) - {"migrations"} == set(ALL_TABLES), (
        "a revision makes a table that its TABLES does not name: name it there"
    )
    assert {n for n, table in planted.tables.items() if table.level == "shared"} == set(COMMON), (
        "a table without a tenant is not on the reviewed list in tests/isolation/rules.py"
    )


def test_every_table_that_belongs_to_somebody_has_rows_of_every_brand(planted: Planted) -> None:
    missing = [
        (table.name, brand.code)
        for table in planted.tables.values()
        if table.level != "shared" and table.name not in BY_BUILDER
        for brand in planted.brands
        if (brand.id, table.name, 1) not in planted.planting.rows
    ]

    assert missing == []


@every_table
def test_a_role_sees_its_own_rows_and_nobody_elses(
    cases: list[Case], login: Connection, superuser: Connection
) -> None:
    def sees_its_own(case: Case) -> None:
        seen, expected = {}, {}
        for context in contexts(case.planted):
            case.enter(login, context)
            seen[context.name] = keys_seen(login, case.table)
            expected[context.name] = case.expected(superuser, context)

        assert seen == expected

    by_each_role(cases, login, sees_its_own)


@every_table
def test_a_role_changes_and_deletes_what_it_sees_and_may_and_nothing_else(
    cases: list[Case], login: Connection, superuser: Connection
) -> None:
    by_each_role(cases, login, lambda case: changes_what_it_may(case, login, superuser))


def changes_what_it_may(case: Case, login: Connection, superuser: Connection) -> None:
    table, column = case.table, sql.Identifier(changing(case.table, case.role))
    name, where = sql.Identifier(table.name), where_key(table)
    verbs = {
        "update": sql.SQL("update {} set {} = {} where {}").format(name, column, column, where),
        "delete": sql.SQL("delete from {} where {}").format(name, where),
    }
    done, expected = {}, {}
    for context in contexts(case.planted):
        case.enter(login, context)
        seen = case.expected(superuser, context)
        for verb, statement in verbs.items():
            at = (context.name, verb)
            done[at] = outcome(login, statement, key_params(table, case.target))
            found = seen != REFUSED and key_of(table, case.target) in seen
            expected[at] = REFUSED if not table.may(case.role, verb) else int(found)
            if expected[at] == 1 and isinstance(done[at], str) and verb == "delete":
                assert done[at] in children_of(case), "the row is held by no child"
                expected[at] = done[at]

    assert done == expected


def children_of(case: Case) -> set[str]:
    """The foreign keys that hold the row: they alone may keep it from being deleted."""
    return {
        key.name
        for child in case.planted.tables.values()
        for key in child.foreign_keys
        if key.parent == case.table.name
    }


@pytest.mark.parametrize("table_name", COMMON)
def test_no_working_role_writes_what_is_common_to_all(cases: list[Case]) -> None:
    writing = {
        (case.role, verb): columns
        for case in cases
        for verb in ("insert", "update", "delete")
        if (columns := case.table.may(case.role, verb))
    }

    assert writing == {}


@pytest.mark.parametrize("table_name", PLANTABLE)
def test_a_row_with_anothers_keys_is_refused_in_every_context_but_its_own(
    cases: list[Case], login: Connection
) -> None:
    by_each_role(cases, login, lambda case: is_made_in_its_own_context_alone(case, login))


def is_made_in_its_own_context_alone(case: Case, login: Connection) -> None:
    values = case.planted.planting.another(case.table, case.planted.own)
    statement = insert_statement(case.table.name, values)
    made, expected = {}, {}
    for context in contexts(case.planted):
        case.enter(login, context, values)
        said = outcome(login, statement, values)
        made[context.name] = REFUSED if said == f"{case.table.name}_guests_word" else said
        fits = context.tenant_id == case.planted.own.tenant_id and (
            case.table.level == "operator" or context.brand_id == case.planted.own.id
        )
        may = case.table.may(case.role, "insert") >= values.keys()
        may = may and (case.role, case.table.name) not in BEGUN_OTHERWISE
        expected[context.name] = 1 if fits and may else REFUSED

    assert made == expected


@every_table
def test_a_row_cannot_be_moved_to_another_brand_or_tenant(
    cases: list[Case], login: Connection
) -> None:
    by_each_role(cases, login, lambda case: stays_where_it_is(case, login))


def stays_where_it_is(case: Case, login: Connection) -> None:
    table, planted = case.table, case.planted
    homes = {"tenant_id": planted.stranger.tenant_id, table.brand_column: planted.sibling.id}
    moves = homes if table.name != "tenants" else ("tenant_id",)
    case.enter(login, Context.of("own", planted.own))

    moved = {
        name: outcome(
            login,
            sql.SQL("update {} set {} = %(home)s where {}").format(
                sql.Identifier(table.name), sql.Identifier(name), where_key(table)
            ),
            {"home": homes[name], **key_params(table, case.target)},
        )
        for name in moves
        if name in table.columns
    }

    assert set(moved.values()) == {REFUSED}


@pytest.mark.parametrize("table_name", PLANTABLE)
def test_no_row_can_name_a_parent_of_another_brand_or_tenant(
    table_name: str, planted: Planted, login: Connection
) -> None:
    table = planted.tables[table_name]
    answers = {
        (key.name, brand.code, brand.tenant_slug): name_foreign_parent(
            login, planted, table, key, brand
        )
        for key in table.foreign_keys
        if key.own and planted.tables[key.parent].level != "shared"
        for brand in (planted.sibling, planted.stranger)
        if not (planted.tables[key.parent].level == "operator" and brand is planted.sibling)
    }

    allowed = set() if table.may("staff", "insert") else {REFUSED}
    assert {
        at: said for at, said in answers.items() if said not in holding(table, at[0]) | allowed
    } == {}


def holding(table: Table, name: str) -> set[str]:
    """The foreign keys that share the column: any of them may be the first to refuse."""
    column = next(key.own for key in table.foreign_keys if key.name == name)
    return {key.name for key in table.foreign_keys if column in key.columns}


def name_foreign_parent(
    login: Connection, planted: Planted, table: Table, key: ForeignKey, brand: Any
) -> int | str:
    """Insert a row of our own that names a row of another brand; what the database says."""
    assert key.own is not None
    assert set(TENANCY[:1]) <= set(key.columns)
    values = planted.planting.another(table, planted.own)
    values |= INSTEAD.get((table.name, key.own), {})
    values[key.own] = planted.planting.row(brand, key.parent)["id"]
    # The caller is whoever the row names, so that no policy answers before the key does.
    who = {"actor": actor_of(planted, "staff", planted.own)}
    if table.name in OF_CALLER:
        setting, column = OF_CALLER[table.name]
        who[setting] = values[column]
    enter(login, "staff", Context.of("own", planted.own), **who)
    return outcome(login, insert_statement(table.name, values), values)
