"""A part of the service goes away and comes back: clear answers, and nothing lost."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from websockets.asyncio.client import ClientConnection

from auth.tokens import Claims
from bootstrap.environment import child_environment
from bootstrap.wiring import Parts, now, parts
from cli.migrate import migrate
from db import events
from db.database import Transaction
from domain.errors import ServiceUnavailable
from domain.events import Notice
from domain.identity import NOBODY, Kind
from integrations.embedded import Postgres, Valkey, start_postgres, start_valkey
from schema.global_ids import encode
from tests.builders import a_booking, a_brand, a_customer, a_key, a_member, write
from tests.conftest import create_database, settings_for
from tests.web.conftest import a_client, served, shown
from tests.web.test_sockets import codes
from tests.web.test_subscriptions import receive, socket, subscribe

MOVE = (
    'mutation { rescheduleBooking(input: {id: "%s", startsAt: "2035-08-10T10:00:00-07:00",'
    " expectedVersion: 1}) { errors { code } } }"
)
ENVIRONMENT = child_environment({})


@dataclass(slots=True)
class Service:
    """A service with servers of its own, which a test may stop and start."""

    folder: Path
    postgres: Postgres
    valkey: Valkey
    made: Parts
    client: httpx.AsyncClient
    address: str

    def start_postgres(self) -> None:
        self.postgres = start_postgres(
            self.folder / "pg",
            port=self.postgres.port,
            durable=True,
            binaries=None,
            environment=ENVIRONMENT,
        )

    def start_valkey(self) -> None:
        self.valkey = start_valkey(
            self.folder / "kv", port=self.valkey.port, binary=None, environment=ENVIRONMENT
        )

    async def ready(self) -> tuple[int, Any]:
        response = await self.client.get("/health/ready")
        return response.status_code, response.json()

    async def until_ready(self, expected: dict[str, Any]) -> None:
        for _ in range(100):
            if (await self.ready())[1] == expected:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"never became {expected}: {await self.ready()}")


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    folder = tmp_path_factory.mktemp("outage")
    postgres = start_postgres(
        folder / "pg", port=None, durable=True, binaries=None, environment=ENVIRONMENT
    )
    valkey = start_valkey(folder / "kv", port=None, binary=None, environment=ENVIRONMENT)
    create_database(postgres, "outage")
    settings = settings_for(postgres, valkey, "outage")
    migrate(settings, say=lambda _line: None)
    async with (
        parts(settings) as made,
        served(made) as address,
        a_client(address) as client,
    ):
        service = Service(folder, postgres, valkey, made, client, address)
        yield service
    service.postgres.close()
    service.valkey.close()


OK = {"status": "ok", "checks": {"database": "ok", "redis": "ok"}}


async def test_without_the_database_the_answer_is_503_and_it_recovers_by_itself(
    service: Service,
) -> None:
    brand = await a_brand(service.made.settings)
    customer = await write(service.made.database, brand, a_customer)
    key = await write(service.made.database, brand, a_key)
    ask = {"query": "{ viewer { kind } }"}
    headers = {"x-api-key": key, "x-request-id": "request-1"}
    assert (await service.client.post("/graphql", json=ask, headers=headers)).status_code == 200

    service.postgres.close()
    down = await service.client.post("/graphql", json=ask, headers=headers)
    assert down.status_code == 503
    assert down.headers["retry-after"] == "1"
    assert down.json()["errors"][0]["extensions"] == {
        "code": "SERVICE_UNAVAILABLE",
        "requestId": "request-1",
    }
    assert await service.ready() == (
        503,
        {"status": "down", "checks": {"database": "down", "redis": "ok"}},
    )
    assert (await service.client.get("/health/live")).json() == {"status": "ok"}

    service.start_postgres()
    await service.until_ready(OK)
    assert (await service.client.post("/graphql", json=ask, headers=headers)).status_code == 200
    kept = await write(service.made.database, brand, lambda tx: tx.rows("select id from customers"))
    assert kept == [(customer,)]


async def test_without_redis_queries_serve_on_and_health_says_so(service: Service) -> None:
    brand = await a_brand(service.made.settings)
    key = await write(service.made.database, brand, a_key)
    await service.until_ready(OK)

    service.valkey.close()
    answer = await service.client.post(
        "/graphql", json={"query": "{ brand { code } }"}, headers={"x-api-key": key}
    )
    assert (answer.status_code, shown(answer)) == (200, {"data": {"brand": {"code": "wwt"}}})
    assert await service.ready() == (
        200,
        {"status": "degraded", "checks": {"database": "ok", "redis": "down"}},
    )

    service.start_valkey()
    await service.until_ready(OK)


async def test_a_change_made_without_redis_is_stored_and_told_when_redis_is_back(
    service: Service,
) -> None:
    made = service.made
    brand = await a_brand(made.settings)
    await service.until_ready(OK)
    booking = await write(made.database, brand, a_booking)
    member = await a_member(made.database, brand)
    claims = Claims(Kind.STAFF, member, brand.tenant_slug, brand.code)
    token = made.tokens.sign(claims, now=now(), lifetime=timedelta(minutes=5))
    service.valkey.close()

    answer = await service.client.post(
        "/graphql",
        json={"query": MOVE % encode("Booking", booking)},
        headers={"authorization": f"Bearer {token}"},
    )
    assert shown(answer) == {"data": {"rescheduleBooking": {"errors": []}}}
    async with socket(service.address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await subscribe(ws, booking)
        assert codes(await receive(ws)) == ["SERVICE_UNAVAILABLE"]
    waiting = await made.database.session(NOBODY).write(
        lambda tx: events.claim(tx, batch=10, lease=timedelta(0))
    )
    assert [(notice.entity_id, notice.kind) for notice in waiting] == [
        (booking, "BookingRescheduled")
    ]

    service.start_valkey()
    await service.until_ready(OK)
    async with socket(service.address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        told = await told_at_last(made, ws, booking, waiting)
    assert told["bookingChanged"]["booking"]["version"] == 2


async def told_at_last(
    made: Parts, ws: ClientConnection, booking: UUID, waiting: Sequence[Notice]
) -> Any:
    """Subscribe until Redis is heard again, and relay what waited until it has been told."""
    for attempt in range(50):
        if made.events.listeners == 0:
            await subscribe(ws, booking, str(attempt))
        await made.events.publish(waiting)
        with contextlib.suppress(TimeoutError):
            message = json.loads(await asyncio.wait_for(ws.recv(), 0.2))
            if message["type"] == "next" and message["payload"]["data"]:
                return message["payload"]["data"]
    raise AssertionError("the change was never told")


async def test_a_write_whose_connection_is_cut_stores_nothing_and_is_answered_as_unavailable(
    service: Service,
) -> None:
    made = service.made
    brand = await a_brand(made.settings)

    async def cut(tx: Transaction) -> None:
        await a_customer(tx)
        row = await tx.row("select pg_backend_pid()")
        assert row is not None
        with psycopg.connect(service.postgres.url, autocommit=True) as admin:
            admin.execute("select pg_terminate_backend(%s)", row)
        await tx.rows("select 1")

    with pytest.raises(ServiceUnavailable):
        await write(made.database, brand, cut)

    assert await write(made.database, brand, lambda tx: tx.rows("select id from customers")) == []
