"""A part of the service goes away and comes back: clear answers, and nothing lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bootstrap.environment import child_environment
from bootstrap.wiring import Parts, parts
from cli.migrate import migrate
from integrations.embedded import Postgres, Valkey, start_postgres, start_valkey
from tests.builders import a_brand, a_customer, a_key, write
from tests.conftest import create_database, settings_for
from tests.web.conftest import served

ENVIRONMENT = child_environment({})


@dataclass(slots=True)
class Service:
    """A service with servers of its own, which a test may stop and start."""

    folder: Path
    postgres: Postgres
    valkey: Valkey
    made: Parts
    client: httpx.AsyncClient

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
        httpx.AsyncClient(base_url=address) as client,
    ):
        service = Service(folder, postgres, valkey, made, client)
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
    assert (answer.status_code, answer.json()) == (200, {"data": {"brand": {"code": "wwt"}}})
    assert await service.ready() == (
        200,
        {"status": "degraded", "checks": {"database": "ok", "redis": "down"}},
    )

    service.start_valkey()
    await service.until_ready(OK)
