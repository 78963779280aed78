"""How PostgreSQL would run a statement: its generic plan, as a working role, by a real login."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg
from psycopg import sql

from db.database import ENTER

FILLING = Path(__file__).with_name("filling.sql")
AUTO_EXPLAIN = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "client_min_messages": "log",
}
GENERIC = "select set_config('plan_cache_mode', 'force_generic_plan', true)"
SOLD = ("bookings", "proposals", "reservations", "tickets")
NAMED = "select name from pg_prepared_statements order by prepare_time desc, name desc limit 1"
# Both begin with tenant, brand and id: which of the two serves a key is the planner's toss.
KEY_TWINS = {f"{table}_id_customer_id_key": f"{table}_pkey" for table in SOLD}
KEY_TWINS["own_places_id_kind_key"] = "own_places_pkey"


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a plan."""

    kind: str
    table: str
    index: str
    condition: str
    filter: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The nodes of a plan, without those that read the settings of the transaction."""

    steps: tuple[Step, ...]

    @property
    def indexes(self) -> frozenset[str]:
        return frozenset(step.index for step in self.steps if step.index)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(step.kind for step in self.steps)

    @property
    def scanned(self) -> frozenset[str]:
        """The tables that are read from end to end."""
        return frozenset(step.table for step in self.steps if step.kind == "Seq Scan")

    def conditions(self, index: str) -> str:
        """What the index is searched by, of all the nodes that use it."""
        return " ".join(step.condition for step in self.steps if step.index == index)

    def filters(self, table: str) -> str:
        return " ".join(step.filter for step in self.steps if step.table == table)

    def __str__(self) -> str:
        return "\n".join(
            f"{s.kind} {s.table} {s.index} | {s.condition} | filter {s.filter}" for s in self.steps
        )


def fill(url: str) -> None:
    """Rows enough for honest plans; keys and checks hold, triggers are left out."""
    with psycopg.connect(url) as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute(FILLING.read_text(encoding="utf-8"))


def enter(
    connection: psycopg.Connection[Any],
    role: str,
    *,
    tenant: int = 1,
    brand: int | None = 1,
    actor: str = "",
) -> None:
    """The door's own entering statement, and the plans that the read login always makes."""
    given = {"role": role, "tenant": str(tenant), "brand": str(brand or ""), "actor": actor}
    connection.execute(ENTER, {**given, "object": "", "timeout": "10000"})
    connection.execute(GENERIC)


def plan_of(
    connection: psycopg.Connection[Any], statement: str, params: Mapping[str, Any] | None = None
) -> Plan:
    """The plan of the statement as psycopg prepares it, with the types of these parameters."""
    given = params or {}
    connection.execute(statement, given, prepare=True)
    row = connection.execute(NAMED).fetchone()
    assert row is not None
    order = dict.fromkeys(re.findall(r"%\((\w+)\)s", statement))
    values = sql.SQL(", ").join(sql.Literal(given[name]) for name in order)
    arguments = sql.SQL("({})").format(values) if order else sql.SQL("")
    explain = sql.SQL("explain (format json, verbose off) execute {}{}")
    told = connection.execute(explain.format(sql.Identifier(row[0]), arguments)).fetchone()
    assert told is not None
    connection.execute("deallocate all")
    return Plan(tuple(_steps(told[0][0]["Plan"])))


def _steps(node: Mapping[str, Any], table: str = "") -> Iterator[Step]:
    table = node.get("Relation Name", table)
    if node.get("Parent Relationship") == "InitPlan" and node["Node Type"] == "Result":
        return  # a setting of the transaction
    yield Step(
        node["Node Type"],
        table,
        KEY_TWINS.get(node.get("Index Name", ""), node.get("Index Name", "")),
        node.get("Index Cond", ""),
        node.get("Filter", ""),
    )
    for child in node.get("Plans", ()):
        yield from _steps(child, table)


def nested_plans(
    connection: psycopg.Connection[Any], role: str, statement: str, params: Mapping[str, Any]
) -> Plan:
    """The plans of what a function runs inside, which EXPLAIN does not show; needs a superuser."""
    told: list[str] = []
    connection.execute("load 'auto_explain'")
    for setting, value in AUTO_EXPLAIN.items():
        connection.execute("select set_config(%s, %s, true)", (setting, value))
    enter(connection, role)

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        told.append(diagnostic.message_primary or "")

    connection.add_notice_handler(hear)
    connection.execute(statement, params)
    connection.remove_notice_handler(hear)
    documents = [orjson.loads(line[line.index("{") :]) for line in told if "{" in line]
    return Plan(tuple(step for each in documents for step in _steps(each["Plan"])))
