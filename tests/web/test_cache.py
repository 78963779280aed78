"""Two servers and a worker's relay: a website is answered from the cache, and never from before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, LiteralString

import httpx
import psycopg
import pytest

from bench.website import mixed
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, parts, required
from domain.identity import Brand
from jobs.event_relay import relay_drops
from tests.builders import START, a_brand, a_key, a_winery, as_owner, insert, write
from tests.conftest import FreshDatabase, Recorder
from tests.jobs.conftest import QUICK
from tests.web.conftest import a_client, served

WINERIES = 20
VISITS = 200


@dataclass
class Servers:
    """Two processes' worth of servers over one database and one Redis, with their statements."""

    fresh: FreshDatabase
    brand: Brand
    made: list[Parts]
    clients: list[httpx.AsyncClient]
    statements: list[str]

    async def names(self, client: httpx.AsyncClient) -> list[str]:
        answer = await client.post(
            "/graphql", json={"query": "{ hotels { edges { node { name } } } }"}
        )
        edges: list[Any] = answer.json()["data"]["hotels"]["edges"]
        return [edge["node"]["name"] for edge in edges]

    async def told_of_everything(self) -> None:
        waiting = (
            "select exists (select from cache_drops where told_at is null)"
            " or exists (select from directory_drops where told_at is null)"
        )
        async with asyncio.timeout(10):
            while (await as_superuser(self.fresh.settings, waiting))[0]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def counted(self, sample: str, **labels: str) -> float:
        """Of both processes together."""
        return sum(each.registry.get_sample_value(sample, labels) or 0 for each in self.made)


async def as_superuser(settings: Settings, statement: LiteralString) -> Any:
    """The first row of what everybody's rows say."""
    url = required(settings.database_admin_url, "DATABASE_ADMIN_URL")
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return await (await connection.execute(statement)).fetchone()


@pytest.fixture
async def servers(fresh_database: FreshDatabase) -> AsyncIterator[Servers]:
    brand = await a_brand(fresh_database.settings)
    headers = {"x-api-key": await write(fresh_database.database, brand, a_key)}
    recorder, stop = Recorder(), asyncio.Event()
    async with AsyncExitStack() as stack:
        made, clients = [], []
        for _ in range(2):
            each = await stack.enter_async_context(parts(fresh_database.settings, observe=recorder))
            address = await stack.enter_async_context(served(each))
            client = a_client(address, headers=headers)
            clients.append(await stack.enter_async_context(client))
            made.append(each)
        relaying = asyncio.create_task(
            relay_drops(
                fresh_database.database,
                made[0].cache,
                stop=stop,
                pace=replace(QUICK, drop_settle_seconds=3600),
            )
        )
        yield Servers(fresh_database, brand, made, clients, recorder.statements)
        stop.set()
        await relaying


async def a_website(servers: Servers) -> list[str]:
    """Wineries, a hotel and packages to show; gives the wineries' slugs."""
    slugs = [f"winery-{number}" for number in range(WINERIES)]
    for number, slug in enumerate(slugs):
        await a_winery(servers.fresh.settings, slug=slug, name=f"Winery {number}")
    for number in range(3):
        await write(
            servers.fresh.database,
            servers.brand,
            lambda tx, n=number: insert(
                tx,
                "tour_packages",
                code=f"day-{n}",
                name=f"Day {n}",
                pricing="flat",
                price_cents=95000,
                guests_min=1,
                guests_max=14,
                effective_from=START.date(),
            ),
        )
    return slugs


async def test_more_than_four_fifths_of_a_websites_reads_are_hits_from_a_cold_cache(
    servers: Servers,
) -> None:
    visits = mixed(await a_website(servers))[:VISITS]
    await servers.told_of_everything()

    answers = [
        await servers.clients[number % 2].post(
            "/graphql", content=body, headers={"content-type": "application/json"}
        )
        for number, body in enumerate(visits)
    ]

    assert [answer.json() for answer in answers if "errors" in answer.json()] == []
    hits = sum(
        servers.counted("tourbase_cache_hits_total", layer=layer) for layer in ("local", "redis")
    )
    misses = servers.counted("tourbase_cache_misses_total")
    assert servers.counted("tourbase_cache_errors_total") == 0
    assert hits / (hits + misses) > 0.8, (hits, misses)


async def test_a_change_is_seen_at_every_server_as_soon_as_it_is_relayed(servers: Servers) -> None:
    insert_hotel = (
        "insert into hotels (id, slug, name) values (gen_random_uuid(), %(name)s, %(name)s)"
    )
    await as_owner(servers.fresh.settings, insert_hotel, {"name": "first"})
    async with asyncio.timeout(5):
        for client in servers.clients:
            while await servers.names(client) != ["first"]:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    for client in servers.clients:
        await servers.names(client)

    clock = asyncio.get_running_loop().time
    began = clock()
    await as_owner(servers.fresh.settings, insert_hotel, {"name": "second"})
    async with asyncio.timeout(5):
        for client in servers.clients:
            while await servers.names(client) != ["first", "second"]:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    assert clock() - began < servers.made[0].settings.cache_local_seconds / 2


async def test_a_warm_server_asks_the_database_nothing(servers: Servers) -> None:
    for _ in range(3):
        await servers.names(servers.clients[0])
    servers.statements.clear()

    await servers.names(servers.clients[0])

    assert servers.statements == []
