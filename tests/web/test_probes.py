"""The probes of the common audit of a GraphQL server, each of which is to find nothing.

A probe is sent as a scanner sends it: with no credential, and with the key that stands in the
source of every page of a brand's website.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bootstrap.wiring import Parts
from db.database import Database
from domain.identity import Brand
from tests.builders import a_key, write
from tests.web.conftest import a_client, in_production, served

Found = Callable[[httpx.Response], bool]
MANY = 101


@dataclass(frozen=True, slots=True)
class Probe:
    """One request, and what would show that the weakness is there."""

    name: str
    found: Found
    method: str = "POST"
    request: dict[str, Any] = field(default_factory=dict)


def answered(response: httpx.Response) -> Any:
    """The `data` of an answer, if it has one."""
    try:
        body = response.json()
    except ValueError:
        return None
    return body.get("data") if isinstance(body, dict) else body


def gives(name: str) -> Found:
    def found(response: httpx.Response) -> bool:
        data = answered(response)
        return bool(data) and name in str(data)

    return found


def says(*words: str) -> Found:
    return lambda response: any(word in response.text.lower() for word in words)


def counts_errors(most: int) -> Found:
    return lambda response: len(response.json().get("errors", ())) >= most


def posted(query: str) -> dict[str, Any]:
    return {"json": {"query": query, "operationName": "probe"}}


CIRCLE = "fields { type { fields { type { fields { type { fields { name } } } } } } }"
PROBES = [
    Probe(
        "a hundred aliases of one field",
        gives("alias100"),
        request=posted(
            "query probe { " + " ".join(f"alias{n}: __typename" for n in range(MANY)) + " }"
        ),
    ),
    Probe(
        "ten operations in one request",
        lambda response: isinstance(answered(response), list),
        request={"json": [{"query": "query probe { __typename }"}] * 10},
    ),
    Probe(
        "a circle through the schema",
        gives("types"),
        request=posted(f"query probe {{ __schema {{ types {{ {CIRCLE} }} }} }}"),
    ),
    Probe(
        "one directive ten times",
        counts_errors(10),
        request=posted("query probe { __typename " + "@aa" * 10 + " }"),
    ),
    Probe(
        "one field five hundred times",
        gives("__typename"),
        request=posted("query probe { " + "__typename \n" * 500 + "}"),
    ),
    Probe(
        "hints at fields that were nearly hit",
        says("did you mean"),
        request=posted("query probe { __schema { directive } viewr { kin } }"),
    ),
    Probe(
        "a mutation by GET",
        gives("__typename"),
        "GET",
        {"params": {"query": "mutation probe { __typename }"}},
    ),
    Probe(
        "a mutation as a form",
        gives("__typename"),
        request={"data": {"query": "mutation probe { __typename }"}},
    ),
    Probe(
        "a query as a form",
        gives("__typename"),
        request={"data": {"query": "query probe { __typename }"}},
    ),
    Probe(
        "the whole schema",
        gives("types"),
        request=posted("query probe { __schema { types { name fields { name } } } }"),
    ),
    Probe(
        "one type of the schema",
        gives("fields"),
        request=posted('query probe { __type(name: "Customer") { fields { name } } }'),
    ),
    Probe(
        "traces in the answer",
        says('"tracing"', '"debug"', '"stacktrace"', "traceback"),
        request=posted("query probe { __typename }"),
    ),
    Probe(
        "faults that are told as they are",
        says("exception", "traceback", 'file "', "psycopg", "graphql.error"),
        request=posted("qwerty probe { abc }"),
    ),
    Probe(
        "a query by GET from a page that can add nothing to it",
        gives("__typename"),
        "GET",
        {"params": {"query": "query probe { __typename }"}, "headers": {"cookie": "session=1"}},
    ),
]
# A site key travels in a header, which no page of another origin adds unless it was allowed to.
BY_NOBODY_ALONE = {"a query by GET from a page that can add nothing to it"}


@pytest.fixture(scope="module")
async def production(made: Parts) -> AsyncIterator[str]:
    async with served(in_production(made)) as address:
        yield address


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
@pytest.mark.parametrize("caller", ["nobody", "site"])
async def test_a_probe_finds_nothing(
    production: str, database: Database, brand: Brand, probe: Probe, caller: str
) -> None:
    headers = dict(probe.request.get("headers", {}))
    if caller == "site" and probe.name not in BY_NOBODY_ALONE:
        headers["x-api-key"] = await write(database, brand, a_key)

    async with a_client(production) as client:
        request = {**probe.request, "headers": headers}
        response = await client.request(probe.method, "/graphql", **request)

    assert response.headers["content-type"].startswith("application/json")
    assert response.status_code < 500
    assert not probe.found(response), response.text[:300]


@pytest.mark.parametrize("path", ["/graphiql", "/playground", "/console", "/v1/graphql", "/altair"])
async def test_no_console_stands_where_a_scanner_looks_for_one(production: str, path: str) -> None:
    async with a_client(production) as client:
        response = await client.get(path, headers={"accept": "text/html"})

    assert response.status_code == 404
    assert "graphi" not in response.text.lower()


async def test_each_probe_would_find_what_it_is_after() -> None:
    """A probe that recognises nothing would pass for ever."""
    weak = {
        "a hundred aliases of one field": {"data": {"alias100": "Query"}},
        "ten operations in one request": [{"data": {"__typename": "Query"}}],
        "a circle through the schema": {"data": {"__schema": {"types": []}}},
        "one directive ten times": {"errors": [{}] * 10},
        "hints at fields that were nearly hit": {"errors": [{"message": "Did you mean x?"}]},
        "the whole schema": {"data": {"__schema": {"types": []}}},
        "one type of the schema": {"data": {"__type": {"fields": []}}},
        "traces in the answer": {"extensions": {"tracing": {}}},
        "faults that are told as they are": {"errors": [{"extensions": {"exception": {}}}]},
    }
    for probe in PROBES:
        told = weak.get(probe.name, {"data": {"__typename": "Query"}})
        assert probe.found(httpx.Response(200, json=told)), probe.name
