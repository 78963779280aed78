"""`/metrics` on a real server: who may read it, what it counts, and that no label grows."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bootstrap.settings import Settings
from bootstrap.wiring import Parts, TimeOrderedIds, now, outside, parts
from db.database import Database
from domain.bookings import NewTimes
from domain.identity import Brand
from services.bookings import reschedule_booking
from tests.builders import a_booking, a_brand, a_key, a_member, write
from tests.conftest import FreshDatabase
from tests.web.conftest import Sign, a_client, served
from tests.web.test_subscriptions import listening, receive, socket, subscribe
from web.metrics import MetricsPage, Queue
from web.prepared import prepared

Labels = frozenset[tuple[str, str]]
VIEWER = "{ viewer { kind } }"
ODD = ("PROPFIND", "FOO", "BREW", "TRACE", "get")


@asynccontextmanager
async def a_server(settings: Settings, **changes: Any) -> AsyncIterator[tuple[Parts, str]]:
    """A server with a registry of its own, over the shared database."""
    async with parts(settings.model_copy(update=changes)) as made, served(made) as address:
        yield made, address


async def scraped(address: str, **headers: str) -> dict[str, dict[Labels, float]]:
    """Every sample: its value by its labels, by its name."""
    async with a_client(address) as client:
        answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found


def value(samples: Mapping[str, Mapping[Labels, float]], name: str, **labels: str) -> float | None:
    return samples.get(name, {}).get(frozenset(labels.items()))


async def query(address: str, document: str, key: str | None, **more: Any) -> httpx.Response:
    headers = {"x-api-key": key} if key else {}
    async with a_client(address) as client:
        return await client.post("/graphql", json={"query": document, **more}, headers=headers)


@pytest.fixture
async def key(database: Database, brand: Brand) -> str:
    key: str = await write(database, brand, a_key)
    return key


@pytest.mark.parametrize(
    ("token", "sent"),
    [
        (None, {"": 404, "Bearer None": 404, "Bearer": 404}),
        ("m" * 32, {"": 404, "Bearer wrong": 404, "m" * 32: 404, "Bearer " + "m" * 32: 200}),
    ],
    ids=["unset", "set"],
)
async def test_in_production_the_page_is_there_for_the_holder_of_the_token_alone(
    settings: Settings, token: str | None, sent: dict[str, int]
) -> None:
    production = {
        "tourbase_env": "production",
        "events_secret": SecretStr("e" * 32),
        "mail_url": SecretStr("smtp://127.0.0.1:1"),
        "metrics_token": SecretStr(token) if token else None,
    }
    async with (
        a_server(settings, **production) as (_, address),
        a_client(address, headers={"x-request-id": "r"}) as client,
    ):
        answers = {
            each: await client.get("/metrics", headers={"authorization": each}) for each in sent
        }
        nowhere = await client.get("/nowhere")

    assert {each: answer.status_code for each, answer in answers.items()} == sent
    hidden = {answer.text for answer in answers.values() if answer.status_code == 404}
    assert hidden == {nowhere.text}


async def test_requests_are_timed_by_method_route_and_status(settings: Settings, key: str) -> None:
    async with a_server(settings) as (_, address):
        for _ in range(3):
            await query(address, VIEWER, key)
        await query(address, VIEWER, None)
        samples = await scraped(address)

    name = "http_request_duration_seconds"
    seen = {"method": "POST", "route": "/graphql"}
    assert value(samples, f"{name}_count", **seen, status_code="200") == 3
    assert value(samples, f"{name}_count", **seen, status_code="401") == 1
    bounds = {dict(labels)["le"] for labels in samples[f"{name}_bucket"]}
    assert bounds == {
        "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.0", "5.0", "+Inf",
    }  # fmt: skip


async def test_an_operation_is_named_only_if_the_server_knows_its_document(
    settings: Settings, key: str
) -> None:
    [known] = [each for each in prepared() if each.name == "WhoAmI"]
    relaid = "\n\n".join(known.document.splitlines()[1:])
    async with a_server(settings) as (_, address):
        await query(address, known.document, key)
        await query(address, relaid, key)
        await query(address, "query WhoAmI { viewer { kind } __typename }", key)
        await query(address, "query ZeldaHidden { viewer { kind } }", key)
        await query(address, "query WhoAmI { nothing }", key)
        await query(address, "query {", key)
        samples = await scraped(address)

    counts = {
        tuple(dict(labels)[name] for name in ("operation_name", "operation_type", "outcome")): count
        for labels, count in samples["graphql_operation_duration_seconds_count"].items()
    }
    assert counts == {
        ("WhoAmI", "query", "ok"): 2,
        ("other", "query", "ok"): 2,
        ("other", "query", "refused"): 2,
    }


async def test_three_hundred_odd_requests_add_no_label_that_is_not_on_the_list(
    settings: Settings, key: str
) -> None:
    async with a_server(settings) as (_, address), a_client(address) as client:
        headers = {"x-api-key": key}
        for number in range(100):
            await client.request(ODD[number % len(ODD)], f"/odd/{number}", headers=headers)
            await client.get(f"/graphql/{number}?q={number}")
            body = {"query": f"query Odd{number} {{ viewer {{ kind }} f{number}: __typename }}"}
            await client.post("/graphql", json=body, headers=headers)
        samples = await scraped(address)

    labels = [dict(each) for each in samples["http_request_duration_seconds_count"]]
    assert {each["method"] for each in labels} == {"GET", "POST", "OTHER"}
    assert {each["route"] for each in labels} == {"/graphql", "other"}
    assert {each["status_code"] for each in labels} == {"200", "404"}
    operations = [dict(each) for each in samples["graphql_operation_duration_seconds_count"]]
    assert [each["operation_name"] for each in operations] == ["other"]


async def test_every_label_of_every_metric_is_on_the_list(settings: Settings, key: str) -> None:
    """What is new here has been asked: can a client make it grow?"""
    async with a_server(settings) as (_, address):
        await query(address, VIEWER, key)
        samples = await scraped(address)

    labels = {name for found in samples.values() for each in found for name, _ in each}
    assert labels <= {
        "method", "route", "status_code", "le",
        "operation_name", "operation_type", "outcome",
        "access", "pool", "state", "kind", "task", "layer",
        "generation", "version", "implementation", "major", "minor", "patchlevel",
    }  # fmt: skip


async def test_statements_pools_and_retries_have_figures(settings: Settings, key: str) -> None:
    async with a_server(settings) as (made, address):
        await query(address, VIEWER, key)
        made.database.violations = 2
        made.database.retries = 3
        samples = await scraped(address)

    timed = "tourbase_sql_statement_duration_seconds_count"
    assert value(samples, timed, access="read") == 2
    assert value(samples, timed, access="write") == 2
    assert value(samples, "tourbase_pool_connections", pool="read") == 1
    assert value(samples, "tourbase_pool_available", pool="read") == 1
    assert value(samples, "tourbase_pool_connections_max", pool="write") == 20
    assert value(samples, "tourbase_pool_requests_waiting", pool="read") == 0
    assert (value(samples, "tourbase_pool_requests_total", pool="read") or 0) >= 1
    assert value(samples, "tourbase_isolation_violations_total") == 2
    assert value(samples, "tourbase_transaction_retries_total") == 3
    assert value(samples, "process_open_fds") is not None


async def test_open_sockets_and_subscriptions_are_counted_until_they_close(
    settings: Settings, database: Database, brand: Brand, sign: Sign
) -> None:
    booking = await write(database, brand, a_booking)
    token = sign(await a_member(database, brand))
    async with a_server(settings) as (made, address):
        async with socket(address, Authorization=f"Bearer {token}") as ws:
            assert (await receive(ws))["type"] == "connection_ack"
            await subscribe(ws, booking)
            await listening(made, 1)
            opened = await scraped(address)
        while made.events.listeners:  # noqa: ASYNC110 - a socket's end has no event for it
            await asyncio.sleep(0.01)
        closed = await scraped(address)

    figures = ("tourbase_websockets_open", "tourbase_subscriptions_active")
    assert [value(opened, name) for name in figures] == [1, 1]
    assert [value(closed, name) for name in figures] == [0, 0]
    ended = {"operation_name": "other", "operation_type": "subscription", "outcome": "cancelled"}
    assert value(closed, "graphql_operation_duration_seconds_count", **ended) == 1


async def test_the_queue_and_the_outbox_are_as_deep_as_the_database_says(
    fresh_database: FreshDatabase,
) -> None:
    """Of every brand, though nobody who reads the page could see a row of them."""
    settings, database = fresh_database.settings, fresh_database.database
    for brand in (await a_brand(settings), await a_brand(settings)):
        booking = await write(database, brand, a_booking)
        await moved(database, brand, booking)
    await store_jobs(settings, todo=1, doing=2, failed=3, succeeded=4)
    async with a_server(settings) as (_, address):
        samples = await scraped(address)
        await store_jobs(settings, failed=7)
        again = await scraped(address)

    jobs = {dict(labels)["state"]: depth for labels, depth in samples["tourbase_jobs"].items()}
    assert jobs == {"todo": 1 + 2, "doing": 2, "failed": 3}  # Each move has a mail to send.
    assert value(samples, "tourbase_outbox_waiting") == 2
    assert 0 < (value(samples, "tourbase_outbox_oldest_seconds") or 0) < 60
    assert again["tourbase_jobs"] == samples["tourbase_jobs"], "asked again within seconds"


async def moved(database: Database, brand: Brand, booking: UUID) -> None:
    starts_at = (datetime.now(UTC) + timedelta(days=300)).replace(hour=18, minute=0)
    wish = NewTimes(booking, starts_at, None, 1)
    ids = TimeOrderedIds()
    await write(database, brand, lambda tx: reschedule_booking(tx, wish, now=now(), ids=ids))


async def store_jobs(settings: Settings, **depths: int) -> None:
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url, options="-c search_path=jobs") as admin:
        for state, number in depths.items():
            await admin.execute(
                "insert into procrastinate_jobs (queue_name, task_name, status)"
                " select 'default', 'tell', %s::procrastinate_job_status from generate_series(1, %s)",
                (state, number),
            )


async def test_while_the_database_is_away_there_is_a_page_without_a_queue(
    settings: Settings,
) -> None:
    away = SecretStr("postgresql://tourbase_write@127.0.0.1:1/nowhere")
    async with a_server(settings, database_url=away, database_acquire_seconds=0.1) as (_, address):
        samples = await scraped(address)

    assert "tourbase_jobs" not in samples
    assert value(samples, "tourbase_pool_request_errors_total", pool="write") == 1


async def test_an_alert_can_be_read_where_it_was_raised(settings: Settings) -> None:
    async with outside(settings) as made:
        await made.alerts.alert("dead_letter", {"job": 7})
        page = MetricsPage(made.registry, Queue(made.database, now), token=None, is_open=True)
        text = generate_latest(page).decode()

    assert 'tourbase_alerts_total{kind="dead_letter"} 1.0' in text.splitlines()
