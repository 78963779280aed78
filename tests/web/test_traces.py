"""Traces as a real collector receives them, and what happens to requests when there is none."""

import asyncio
import re
import socket as sockets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bootstrap.settings import Settings
from db.database import Database
from domain.identity import Brand
from integrations.embedded.loopback import free_port
from integrations.frames import CURRENT
from schema.global_ids import encode
from tests.builders import a_booking, a_customer, a_member, write
from tests.web.conftest import Sign, a_client, bearer
from tests.web.posts import Posts, taking
from tests.web.test_metrics import a_server
from tests.web.test_subscriptions import listening, move, receive, socket, subscribe
from web.prepared import prepared

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GIVEN = f"00-{TRACE}-{PARENT}-01"
VALID = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-0[01]")
NAME = "Zelda Quillfeather"


class Collector(Posts):
    """An OTLP/HTTP receiver on loopback: the bytes as they came, and the spans in them."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def named(self, name: str) -> Span:
        [span] = [each for each in self.spans if each.name == name]
        return span


@contextmanager
def collecting() -> Iterator[Collector]:
    """Outside of any request: a stream of an earlier test may have left one open around us."""
    CURRENT.set(None)
    collector = Collector()
    with taking(collector):
        yield collector


def attributes(span: Span) -> dict[str, str | int]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def parents(spans: Sequence[Span]) -> Mapping[str, set[str]]:
    """The names of spans by the name of the span that they are in."""
    names = {each.span_id: each.name for each in spans}
    found: dict[str, set[str]] = {}
    for each in spans:
        found.setdefault(names.get(each.parent_span_id, "outside"), set()).add(each.name)
    return found


async def test_a_trace_goes_from_the_client_through_http_and_operation_to_each_statement(
    settings: Settings, database: Database, brand: Brand, sign: Sign
) -> None:
    [known] = [each for each in prepared() if each.name == "UpcomingBookings"]
    await write(database, brand, a_booking)
    token = sign(await a_member(database, brand))
    with collecting() as collector:
        async with a_server(settings, otel_exporter_otlp_endpoint=collector.endpoint) as (_, base):
            async with a_client(base, headers=bearer(token)) as client:
                answer = await client.post(
                    "/graphql?page=secret-page",
                    json={"query": known.document},
                    headers={"traceparent": GIVEN, "x-request-id": "request-1"},
                )
            port = httpx.URL(base).port

    assert "errors" not in answer.json()
    assert set(collector.paths) == {"/v1/traces"}
    http, operation = collector.named("POST /graphql"), collector.named("query UpcomingBookings")
    assert {each.trace_id.hex() for each in collector.spans} == {TRACE}
    assert http.parent_span_id.hex() == PARENT
    assert answer.headers["traceparent"] == f"00-{TRACE}-{http.span_id.hex()}-01"
    assert operation.parent_span_id == http.span_id
    within = parents(collector.spans)
    assert within["outside"] == {"POST /graphql"}
    assert within["POST /graphql"] == {"query UpcomingBookings", "caller_by_member"}
    assert "SELECT bookings" in within["query UpcomingBookings"]
    assert attributes(http) == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "network.protocol.version": "1.1",
        "server.address": "127.0.0.1",
        "server.port": port,
        "url.scheme": "http",
    }
    assert attributes(operation) == {
        "graphql.operation.name": "UpcomingBookings",
        "graphql.operation.type": "query",
    }
    statement = attributes(collector.named("caller_by_member"))
    text = str(statement.pop("db.query.text"))
    assert text.lstrip().startswith("--") or "%(" in text
    assert statement == {
        "db.system.name": "postgresql",
        "db.operation.name": "SELECT",
        "db.query.summary": "caller_by_member",
    }
    kinds = {each.name: each.kind for each in collector.spans}
    assert kinds["POST /graphql"] == Span.SPAN_KIND_SERVER
    assert kinds["query UpcomingBookings"] == Span.SPAN_KIND_INTERNAL
    assert kinds["SELECT bookings"] == Span.SPAN_KIND_CLIENT


async def test_a_subscription_s_trace_reaches_redis(
    settings: Settings, database: Database, brand: Brand, sign: Sign
) -> None:
    booking = await write(database, brand, a_booking)
    token = sign(await a_member(database, brand))
    with collecting() as collector:
        async with a_server(settings, otel_exporter_otlp_endpoint=collector.endpoint) as (
            made,
            base,
        ):
            async with socket(base, Authorization=f"Bearer {token}") as ws:
                assert (await receive(ws))["type"] == "connection_ack"
                await subscribe(ws, booking)
                await listening(made, 1)
                await move(made, brand, booking, 1)
                assert (await receive(ws))["type"] == "next"
            while made.events.listeners:  # noqa: ASYNC110 - a socket's end has no event for it
                await asyncio.sleep(0.01)

    within = parents(collector.spans)
    assert within["outside"] == {"GET /graphql"}
    assert "subscription" in within["GET /graphql"]
    assert {"SUBSCRIBE", "SELECT bookings"} <= within["subscription"]
    assert len({each.trace_id for each in collector.spans}) == 1
    redis = collector.named("SUBSCRIBE")
    assert attributes(redis) == {"db.system.name": "redis", "db.operation.name": "SUBSCRIBE"}
    assert attributes(collector.named("GET /graphql"))["http.response.status_code"] == 101


async def test_no_value_of_anybody_is_in_what_a_collector_is_sent(
    settings: Settings, database: Database, brand: Brand, sign: Sign
) -> None:
    customer = await write(database, brand, lambda tx: a_customer(tx, name=NAME))
    member = await a_member(database, brand)
    token, id = sign(member), encode("Customer", customer)
    update = (
        "mutation Quillfeather($name: String!) { updateCustomer(input:"
        f' {{id: "{id}", expectedVersion: 1, name: $name, email: "zelda@example.com"}})'
        " { customer { name } errors { code } } }"
    )
    bodies: list[dict[str, Any]] = [
        {"query": update, "variables": {"name": NAME}},
        {"query": f'{{ node(id: "{id}") {{ ... on Customer {{ name }} }} }}'},
        {"query": f'{{ nothing(name: "{NAME}") }}'},
        {"query": "{ __typename }", "operationName": NAME},
        {"query": "{ brand { code } }"},
    ]
    with collecting() as collector:
        async with (
            a_server(settings, otel_exporter_otlp_endpoint=collector.endpoint) as (_, base),
            a_client(base, headers=bearer(token)) as client,
        ):
            answers = [await client.post("/graphql", json=body) for body in bodies]
            await client.get(f"/links/{token[:40]}?name=Quillfeather")

    assert NAME in answers[0].text
    assert NAME in answers[1].text
    sent = b"".join(collector.bodies)
    assert b"update_customer" in sent
    values = (
        NAME,
        "Quillfeather",
        "zelda@",
        id,
        str(customer),
        customer.hex,
        str(member),
        token[:20],
    )
    assert [value for value in values if value.encode() in sent] == []
    asked = [each for each in collector.spans if attributes(each).get("db.system.name") == "redis"]
    assert {each.name for each in asked} == {"MGET", "PIPELINE"}
    failed = [each for each in collector.spans if each.status.code]
    assert {(each.name, attributes(each)["error.type"]) for each in failed} == {
        ("query", "GRAPHQL_VALIDATION_FAILED"),
        ("unknown", "BAD_REQUEST"),
    }


@contextmanager
def a_deaf_collector() -> Iterator[int]:
    """Takes connections, and answers nothing."""
    with sockets.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def no_collector() -> Iterator[int]:
    yield free_port()


@pytest.mark.parametrize("collector", [no_collector, a_deaf_collector])
async def test_a_dead_collector_fails_no_request_and_delays_neither_it_nor_the_end(
    settings: Settings, collector: Any, site_headers: dict[str, str]
) -> None:
    with collector() as port:
        endpoint = f"http://127.0.0.1:{port}"
        async with a_server(settings, otel_exporter_otlp_endpoint=endpoint) as (_, base):
            took = []
            async with a_client(base, headers=site_headers) as client:
                for _ in range(15):
                    began = time.perf_counter()
                    answer = await client.post("/graphql", json={"query": "{ viewer { kind } }"})
                    took.append(time.perf_counter() - began)
                    assert answer.status_code == 200
                    await asyncio.sleep(0.07)  # Long enough for a batch to be sent in between.
            ending = time.perf_counter()
        ended = time.perf_counter() - ending

    assert sorted(took)[7] < 0.25
    assert ended < 5


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (GIVEN, TRACE),
        (f"00-{TRACE}-{PARENT}-00", TRACE),
        ("", None),
        ("nonsense", None),
        (f"00-{'0' * 32}-{PARENT}-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"ff-{TRACE}-{PARENT}-01", None),
        ("x" * 5000, None),
    ],
)
async def test_without_a_collector_an_answer_names_its_trace_all_the_same(
    client: httpx.AsyncClient, given: str, kept: str | None
) -> None:
    for path in ("/health/live", "/nowhere", "/graphql"):
        answer = await client.get(path, headers={"traceparent": given})

        found = VALID.fullmatch(answer.headers["traceparent"])
        assert found, answer.headers["traceparent"]
        assert (found[1] == TRACE) is (kept is not None)
        assert found[2] != PARENT
    assert not given.endswith("-01") or kept is None or answer.headers["traceparent"][-2:] == "01"


async def test_a_socket_is_told_its_trace_when_it_is_accepted(address: str) -> None:
    async with socket(address) as ws:
        assert ws.response is not None
        assert VALID.fullmatch(ws.response.headers["traceparent"])
