"""Every hot statement runs on the index that was made for it, under row-level security."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest

from bootstrap.settings import Settings
from db.relations import Relation
from integrations.embedded import Postgres, Valkey
from resolvers.root import RELATIONS
from tests.conftest import create_database, settings_for
from tests.db import hot
from tests.db.hot import Hot
from tests.db.plans import Plan, enter, fill, nested_plans, plan_of

READS = {each.label: each for each in hot.hot_reads()}
PICKED = {each.label: each for each in hot.hot_pages_of_picked_rows()}
WRITES = {each.label: each for each in hot.hot_writes()}
FUNCTIONS = {each.label: each for each in hot.hot_functions()}
SHARED = {"wineries", "restaurants", "hotels"}
OPERATOR = {
    *("vehicles", "drivers", "documents", "blocks", "duty_entries", "inspections"),
    *("driver_availability", "own_places", "directory_terms", "staff_users", "driver_sessions"),
    *("identity_providers", "staff_identities"),
}
# What the floor of a fleet table lets through: it is read along the tenant's index.
# PostgreSQL 15 writes the setting that is compared as `$1`, 18 as `(InitPlan 2).col1`.
OWN_OR_NONE = re.compile(r"\(\(brand_id IS NULL\) OR \(brand_id = (\$1|\(InitPlan 2\)\.col1)\)\)")
BY_ANYBODY = (
    *("callers.", "events.", "schedules.due_schedules", "sign_in.member_"),
    "sealed_secrets.sealed_by",
    *("guest_sessions.customer_by_", "guest_sessions.driver_by_", "guest_sessions.guest_by_"),
)
BY_DRIVERS = ("blocks.give_back_time_off", "manifests.phones_on_the_day")


@pytest.fixture(scope="session")
def filled(postgres: Postgres, valkey: Valkey, template: str) -> Settings:
    """A database with a few thousand rows in each hot table, and fresh statistics."""
    create_database(postgres, "tourbase_filled", template)
    settings = settings_for(postgres, valkey, "tourbase_filled")
    fill(_url(settings.database_admin_url))
    return settings


def _url(secret: Any) -> str:
    return str(secret.get_secret_value())


@pytest.fixture(scope="session")
def reader(filled: Settings) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(_url(filled.database_read_url)) as connection:
        enter(connection, "tourbase_staff")
        yield connection


@pytest.fixture(scope="session")
def plans(filled: Settings, reader: psycopg.Connection[Any]) -> Mapping[str, Plan]:
    """The plan of every hot statement, by its label."""
    reads = {**READS, **PICKED}
    made = {label: plan_of(reader, each.sql, each.params) for label, each in reads.items()}
    with psycopg.connect(_url(filled.database_url)) as writer:
        enter(writer, "tourbase_staff")
        for label, each in WRITES.items():
            made[label] = plan_of(writer, each.sql, each.params)
        writer.rollback()
    for label, each in FUNCTIONS.items():
        with psycopg.connect(_url(filled.database_admin_url)) as admin:
            made[label] = nested_plans(admin, _caller(label), each.sql, each.params)
            admin.rollback()
    return made


def _caller(label: str) -> str:
    if label.startswith(BY_DRIVERS):
        return "tourbase_driver"
    return "tourbase_write" if label.startswith(BY_ANYBODY) else "tourbase_staff"


def _assert_uses(plan: Plan, statement: Hot) -> None:
    assert set(statement.indexes) <= plan.indexes, f"{statement.label}\n{plan}"
    assert plan.scanned == frozenset(), f"{statement.label}\n{plan}"


def _keys_of(label: str) -> tuple[str, ...]:
    """What the floor of the label's table compares."""
    table = re.split(r"\W", label, maxsplit=1)[0]
    if table in SHARED:
        return ()
    return ("tenant_id =",) if table in OPERATOR else ("tenant_id =", "brand_id =")


def _allowed_behind(label: str) -> re.Pattern[str]:
    """What may be looked at behind the index: nothing, but of the few notes that a brand has."""
    if label == "directory_notes by id":  # PostgreSQL 15 reads them all rather than one by one.
        return re.compile(r"(\(id = ANY \(\$1\)\))?")
    return OWN_OR_NONE if label.startswith("blocks") else re.compile("")


@pytest.mark.parametrize("label", READS)
def test_a_read_is_searched_by_its_index_and_by_nothing_behind_it(
    plans: Mapping[str, Plan], label: str
) -> None:
    plan, statement = plans[label], READS[label]
    _assert_uses(plan, statement)
    conditions = plan.conditions(statement.indexes[0])
    for searched in (*_keys_of(label), *statement.searched_by):
        assert searched in conditions, f"{searched}\n{plan}"
    behind = " ".join(step.filter for step in plan.steps if step.filter)
    assert _allowed_behind(label).fullmatch(behind), str(plan)
    if not statement.may_sort:
        assert plan.kinds == {"Limit", "Index Scan"}, str(plan)


@pytest.mark.parametrize("label", PICKED)
def test_a_page_of_picked_rows_walks_its_order_and_sorts_nothing(
    plans: Mapping[str, Plan], label: str
) -> None:
    _assert_uses(plans[label], PICKED[label])
    assert plans[label].kinds == {"Limit", "Index Scan"}, str(plans[label])


@pytest.mark.parametrize("label", [*WRITES, *FUNCTIONS])
def test_a_statement_that_finds_rows_by_key_uses_the_key(
    plans: Mapping[str, Plan], label: str
) -> None:
    _assert_uses(plans[label], {**WRITES, **FUNCTIONS}[label])


def test_busy_times_are_bounded_by_the_index_and_not_by_what_is_read(
    plans: Mapping[str, Plan],
) -> None:
    plan = plans["busy_periods"]
    for index in hot.FUNCTIONS["busy_periods"]:
        conditions = plan.conditions(index)
        for wanted in ("tenant_id =", "_id = ANY", "starts_at <", "ends_at >"):
            assert wanted in conditions, str(plan)


def test_a_batch_of_the_outbox_touches_the_rows_it_claims_and_no_others(
    plans: Mapping[str, Plan],
) -> None:
    assert "Tid Scan" in plans["events.claim_outbox"].kinds


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=lambda each: each.name)
def test_every_filter_is_indexed_or_named_as_one_that_cannot_be(relation: Relation) -> None:
    unnamed = {
        name
        for name in relation.filters
        if (relation.name, name) not in hot.FILTERS and name not in hot.PICKED
    }
    assert unnamed == set()


def test_every_statement_of_a_file_is_hot_or_named_as_one_that_is_not() -> None:
    named = {*hot.STATEMENTS, *hot.FUNCTIONS, *hot.COLD} - {"busy_periods"}
    assert sorted(named) == sorted(hot.names())
    assert set(hot.EDGES) == {(r.name, name) for r in RELATIONS.values() for name in r.many}


@pytest.mark.parametrize(
    ("kind", "actor", "index"),
    [
        ("customer", "customer1-7", "bookings_customer_id_starts_at_idx"),
        ("partner", "app1-7", "bookings_starts_at_id_idx"),
    ],
)
def test_a_guests_and_a_partners_page_use_an_index_too(
    filled: Settings, kind: str, actor: str, index: str
) -> None:
    statement = READS["bookings STARTS_AT_ASC"]
    with psycopg.connect(_url(filled.database_read_url)) as connection:
        enter(connection, f"tourbase_{kind}", actor=str(hot.id_of(actor)))
        plan = plan_of(connection, hot.page_for(kind), statement.params)
    assert index in plan.indexes, str(plan)
    assert "bookings" not in plan.scanned, str(plan)


def test_a_condition_that_leaks_would_be_caught(reader: psycopg.Connection[Any]) -> None:
    """The planted fault: a pattern cannot be an index condition under row-level security."""
    plan = plan_of(reader, "select id from customers where email like %(email)s", {"email": "a%"})
    assert "email" not in " ".join(step.condition for step in plan.steps)
    assert "email" in plan.filters("customers")
