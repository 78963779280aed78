"""The floor itself: what it holds when everything above it fails, and what its plans cost."""

import pytest
from psycopg import errors, sql

from tests.isolation.callers import (
    OF_CALLER,
    REFUSED,
    Context,
    actor_of,
    enter,
    key_params,
    keys_seen,
    undone,
    where_key,
)
from tests.isolation.catalogue import PREFIX, Connection
from tests.isolation.conftest import Planted
from tests.isolation.planting import insert_statement, key_of
from tests.isolation.test_matrix import PLANTABLE, TABLES, changing, within

every_table = pytest.mark.parametrize("table_name", TABLES)


@every_table
def test_the_owner_without_a_tenant_sees_no_row(
    table_name: str, superuser: Connection, planted: Planted
) -> None:
    table = sql.Identifier(table_name)
    count = sql.SQL("select count(*) from {}").format(table)
    assert planted.tables[table_name].level != "shared"
    with superuser.transaction(force_rollback=True):
        superuser.execute("set local role tourbase_owner")
        bound = superuser.execute(count).fetchone()
        superuser.execute(sql.SQL("alter table {} no force row level security").format(table))
        unbound = superuser.execute(count).fetchone()

    assert bound == (0,)
    assert unbound > (0,)  # type: ignore[operator]


@every_table
def test_a_policy_that_opens_a_table_opens_it_to_its_own_brand_alone(
    table_name: str, superuser: Connection, planted: Planted
) -> None:
    """The floor holds under a careless policy; without the floor the same rows are everybody's."""
    table, own = planted.tables[table_name], Context.of("own", planted.own)
    name, role = sql.Identifier(table_name), sql.Identifier(f"{PREFIX}site")
    with superuser.transaction(force_rollback=True):
        superuser.execute(sql.SQL("grant select on {} to {}").format(name, role))
        superuser.execute(
            sql.SQL("create policy loose on {} to {} using (true)").format(name, role)
        )
        with undone(superuser):
            enter(superuser, "site", own)
            held = keys_seen(superuser, table)
        superuser.execute(
            sql.SQL("drop policy {} on {}").format(sql.Identifier(f"{table_name}_floor"), name)
        )
        enter(superuser, "site", own)
        open_to_all = keys_seen(superuser, table)

    # The owner makes a brand before it has a number, so the floor of `brands` is the tenant.
    brands = {(b.tenant_id, b.id) for b in (planted.own, planted.sibling)}
    assert held == (brands if table_name == "brands" else within(superuser, table, own))
    assert held < open_to_all  # type: ignore[operator]


@every_table
def test_the_settings_are_read_once_a_statement(
    table_name: str, planted: Planted, login: Connection
) -> None:
    assert table_name in planted.tables
    readers = [r for r in ("staff", "worker") if planted.tables[table_name].may(r, "select")]
    for role in readers or ["staff"]:
        enter(login, role, Context.of("own", planted.own))
        explain = sql.SQL("explain select 1 from {}").format(sql.Identifier(table_name))
        try:
            with undone(login):
                plan = "\n".join(row[0] for row in login.execute(explain).fetchall())
        except errors.InsufficientPrivilege:
            assert not readers
            continue
        assert "InitPlan" in plan
        assert "current_setting" not in "".join(
            line for line in plan.splitlines() if "Cond:" in line or "Filter:" in line
        )


@pytest.mark.parametrize("role", ["staff", "worker", "driver"])
@pytest.mark.parametrize("table_name", PLANTABLE)
def test_a_role_reads_back_what_it_inserts_and_changes(
    table_name: str, role: str, planted: Planted, login: Connection
) -> None:
    """INSERT … RETURNING needs the right to select, UPDATE the right to see: each has both."""
    table = planted.tables[table_name]
    values = planted.planting.another(table, planted.own)
    whole = table.may(role, "insert") >= values.keys() and table.may(role, "select")
    own = values.get(OF_CALLER[table_name][1]) if table_name in OF_CALLER else None
    actor = own or actor_of(planted, role, planted.own)
    enter(login, role, Context.of("own", planted.own), actor=actor)
    column = sql.Identifier(changing(table, role))
    returning = sql.SQL(" returning ") + sql.SQL(", ").join(map(sql.Identifier, table.key))
    change = sql.SQL("update {} set {} = {} where {}").format(
        sql.Identifier(table_name), column, column, where_key(table)
    )
    if not whole:
        return
    with undone(login):
        stored = login.execute(insert_statement(table_name, values) + returning, values)
        assert stored.fetchall() == [key_of(table, values)]
        seen = keys_seen(login, table)
        assert seen != REFUSED
        assert key_of(table, values) in seen
        if table.may(role, "update"):
            changed = login.execute(change + returning, key_params(table, values))
            assert changed.fetchall() == [key_of(table, values)]


def test_two_tenants_may_block_a_resource_of_the_same_id_at_the_same_time(
    planted: Planted, superuser: Connection
) -> None:
    """The exclusion constraint is no oracle: what a stranger has booked is nobody's conflict."""
    vehicle = planted.planting.row(planted.own, "vehicles")
    with superuser.transaction(force_rollback=True):
        for brand in (planted.own, planted.stranger):
            if brand is planted.stranger:
                theirs = {**vehicle, "tenant_id": brand.tenant_id}
                superuser.execute(insert_statement("vehicles", theirs), theirs)
            block = {
                **planted.planting.another(planted.tables["blocks"], brand),
                "driver_id": None,
                "vehicle_id": vehicle["id"],
                "released_at": None,
                "starts_at": "2040-01-01T10:00Z",
                "ends_at": "2040-01-01T12:00Z",
            }
            superuser.execute(insert_statement("blocks", block), block)
        again = {**block, "id": planted.planting.another(planted.tables["blocks"], brand)["id"]}
        with pytest.raises(errors.ExclusionViolation):
            superuser.execute(insert_statement("blocks", again), again)


def test_the_same_text_on_one_connection_gives_each_role_and_tenant_its_own_rows(
    planted: Planted, login: Connection
) -> None:
    """A prepared statement is planned anew for another role, and asks the settings again."""
    table = planted.tables["customers"]
    counted = {}
    for round_of in range(2):
        for brand in planted.brands:
            for role in ("staff", "customer"):
                enter(
                    login,
                    role,
                    Context.of("own", brand),
                    actor=actor_of(planted, "customer", brand),
                )
                rows = login.execute("select id from customers", prepare=True).fetchall()
                counted[round_of, role, brand.id, brand.tenant_id] = {row[0] for row in rows}
    own = {
        brand: [planted.planting.row(brand, table.name, n)["id"] for n in (1, 2)]
        for brand in planted.brands
    }

    assert counted == {
        (round_of, role, brand.id, brand.tenant_id): set(ids if role == "staff" else ids[:1])
        for round_of in range(2)
        for brand, ids in own.items()
        for role in ("staff", "customer")
    }


def test_rows_cannot_be_copied_into_a_table_under_policies(
    planted: Planted, login: Connection
) -> None:
    enter(login, "worker", Context.of("own", planted.own))

    with (
        pytest.raises(errors.FeatureNotSupported, match="COPY FROM not supported with row-level"),
        undone(login),
        login.cursor().copy("copy counters (kind, year, last) from stdin"),
    ):
        pass


def test_a_copy_out_carries_the_callers_rows_alone(planted: Planted, login: Connection) -> None:
    enter(login, "worker", Context.of("own", planted.own))
    with login.cursor().copy("copy customers (tenant_id, brand_id, id) to stdout") as lines:
        lines.set_types(["int4", "int4", "uuid"])
        copied = set(lines.rows())

    table = planted.tables["customers"]
    assert copied == {
        key_of(table, planted.planting.row(planted.own, "customers", n)) for n in (1, 2)
    }


def test_row_security_switched_off_is_an_error_and_not_a_leak(
    planted: Planted, login: Connection
) -> None:
    enter(login, "worker", Context.of("own", planted.own))
    login.execute("select set_config('row_security', 'off', true)")

    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"), undone(login):
        login.execute("select count(*) from customers")


def test_anothers_running_statement_is_not_shown_to_a_working_role(
    planted: Planted, login: Connection, superuser: Connection
) -> None:
    superuser.execute("select 'a secret of the other session'")
    enter(login, "staff", Context.of("own", planted.own))
    shown = login.execute(
        "select distinct query from pg_stat_activity where pid = %(pid)s",
        {"pid": superuser.info.backend_pid},
    ).fetchall()

    assert shown == [("<insufficient privilege>",)]


def test_statistics_of_a_table_under_policies_are_shown_to_nobody(
    planted: Planted, login: Connection, superuser: Connection
) -> None:
    superuser.execute("analyze customers")
    enter(login, "staff", Context.of("own", planted.own))

    assert login.execute("select * from pg_stats where tablename = 'customers'").fetchall() == []
