"""A rule of the catalogue: what breaks it is asked for, planted, found, and undone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import pytest

from migrations.leaving import LEAVING
from migrations.tables import EXCEPTIONS, FLOORED, WORKING
from tests.isolation.catalogue import PREFIX, Connection

LOGINS: Final = ("write", "read")
# Tables without a tenant: each is here for a reason, and no role of the application writes one.
SHARED: Final = {
    "public.migrations": "which revision the database is at",
    "public.installation": "one row: was this database seeded as a development or a real one",
    "public.transitions": "which status may follow which, the same for all",
    "public.wineries": "directory common to all tenants",
    "public.restaurants": "directory common to all tenants",
    "public.hotels": "directory common to all tenants",
    "public.departures": "receipts of tenants that are no more: a slug, a time, counts of rows",
    "public.directory_drops": "which tables of the directory were changed, for the cache; no rows",
    "jobs.procrastinate_jobs": "the queue's own; a job carries tenant and brand in its arguments",
    "jobs.procrastinate_events": "the queue's own: a job's states",
    "jobs.procrastinate_periodic_defers": "the queue's own: when a periodic task was deferred",
    "jobs.procrastinate_workers": "the queue's own: heartbeats",
}
ROLES: Final = {
    "working": [PREFIX + name for name in WORKING],
    "logins": [PREFIX + name for name in LOGINS],
    "app": [PREFIX + name for name in (*WORKING, *LOGINS)],
    # Those who leave a tenant see its brands together; only the login that migrates becomes them.
    "exceptions": [PREFIX + name for name in (*EXCEPTIONS, *LEAVING)],
    "floored": sorted(PREFIX + name for name in FLOORED),
    "owner": PREFIX + "owner",
    "shared": sorted(SHARED),
}
TENANT_TABLES: Final = """
  select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity,
    case when c.relname = 'brands' then 'id'
      when exists (select from pg_attribute b where b.attrelid = c.oid and b.attname = 'brand_id'
        and b.attnotnull) then 'brand_id' end as brand_column
  from pg_class c
  where c.relkind in ('r', 'p') and c.relnamespace in ('public'::regnamespace, 'jobs'::regnamespace)
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold; a query whose rows are the issues; a fault, and the issue that it makes."""

    says: str
    issues: LiteralString
    plant: LiteralString
    found: str


def every(*rules: Rule) -> Callable[..., Any]:
    """One test a rule, under the rule's own sentence."""
    return pytest.mark.parametrize(
        "rule", rules, ids=[rule.says.replace(" ", "_") for rule in rules]
    )


def issues(connection: Connection, rule: Rule) -> list[str]:
    statement = rule.issues.replace("{tenant_tables}", TENANT_TABLES)
    return sorted(str(row[0]) for row in connection.execute(statement, ROLES).fetchall())


def assert_shown_to_fail(connection: Connection, rule: Rule) -> None:
    """No issue; the planted one, and no other; no issue once it is undone."""
    assert issues(connection, rule) == []
    with connection.transaction(force_rollback=True):
        connection.execute(rule.plant)
        assert issues(connection, rule) == [rule.found]
    assert issues(connection, rule) == []
