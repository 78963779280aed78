"""The table of use cases: each row is true of the schema, and no change is left out of it."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from graphql import GraphQLField, GraphQLSchema
from graphql import build_schema as parsed

from auth.roles import OF_ROLE, scopes_of
from domain.identity import Kind, Scope
from resolvers.root import build_schema
from tests.isolation.documents import roots, scope_of

TABLE = Path(__file__).parents[2] / "docs" / "use-cases.md"
ROW = re.compile(r"^\| `(?P<field>\w+)` \| (?P<callers>[^|]+) \| (?P<key>[^| ]+) \|", re.MULTILINE)
KEYED = "Needs an idempotency key."
OF_CALLER: Mapping[str, Kind] = {
    "site": Kind.SITE,
    "link": Kind.LINK,
    "customer": Kind.CUSTOMER,
    "partner": Kind.PARTNER,
    "driver": Kind.DRIVER,
}
SDL: GraphQLSchema = parsed(build_schema().as_str())
ROOTS: Mapping[str, tuple[str, GraphQLField]] = {
    name: (operation, asked) for operation, name, asked in roots(SDL)
}
ROWS = {
    row["field"]: (row["callers"].split(", "), row["key"])
    for row in ROW.finditer(TABLE.read_text())
}


def callers_of(scope: Scope) -> list[str]:
    """Who carries the scope, in the order and by the words of the table."""
    kinds = [name for name, kind in OF_CALLER.items() if scope in scopes_of(kind)]
    staff = any(scope in scopes for role, scopes in OF_ROLE.items() if role != "owner")
    return [
        *kinds,
        *(["staff"] if staff else []),
        *(["owner"] if scope in OF_ROLE["owner"] else []),
    ]


def test_every_change_is_in_the_table() -> None:
    assert {name for name, (operation, _) in ROOTS.items() if operation == "mutation"} <= set(ROWS)


def test_a_row_stands_once() -> None:
    named = [row["field"] for row in ROW.finditer(TABLE.read_text())]

    assert sorted(named) == sorted(set(named))


@pytest.mark.parametrize("field", ROWS)
def test_a_row_names_exactly_those_whom_the_field_lets_in(field: str) -> None:
    assert field in ROOTS, f"{field} is in the table and not in the schema"
    callers, _ = ROWS[field]

    assert callers == callers_of(Scope(scope_of(ROOTS[field][1])))


@pytest.mark.parametrize("field", ROWS)
def test_a_row_says_whether_the_field_needs_a_key(field: str) -> None:
    _, asked = ROOTS[field]

    assert (ROWS[field][1] == "key") == (KEYED in (asked.description or ""))
