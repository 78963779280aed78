"""The cache without its server: everything is loaded, and nothing fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.errors import ServiceUnavailable
from integrations.redis_cache import Patience
from tests.integrations.caches import Reader, Source, a_key, processes, warm


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """Takes connections and never says a word."""
    ending = asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ending.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        ending.set()
        server.close()
        await server.wait_closed()


async def test_a_silent_server_costs_one_time_out_and_no_fault() -> None:
    key = a_key()
    source = Source({key: b"1"})
    async with silent_server() as url, processes(url) as several:
        cache = several.start(Patience(redis=0.1, rest=30))
        clock = asyncio.get_running_loop().time
        began = clock()
        assert await Reader(source).read(cache, key) == [b"1"]
        first = clock() - began
        for _ in range(100):
            await Reader(source).read(cache, key)
        rest = clock() - began - first

        assert 0.1 <= first < 0.3
        assert rest < 0.1
        assert several.counted(cache) == {"local": 0, "redis": 0, "misses": 101, "errors": 101}
        with pytest.raises(ServiceUnavailable, match="not available now"):
            await cache.drop([key.scope])


async def test_after_an_outage_the_cache_serves_again(own_valkey: Any) -> None:
    server, key = own_valkey(), a_key()
    source = Source({key: b"old"})
    async with processes(server.url) as several:
        cache = several.start(Patience(local=60, redis=5, rest=0.05))
        await warm(cache, source, key)
        server.close()
        source.rows[key] = b"new"
        async with asyncio.timeout(2):
            while await Reader(source).read(cache, key) != [b"new"]:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert several.counted(cache)["errors"] > 0

        own_valkey()
        async with asyncio.timeout(10):
            while not cache._near([key]):  # noqa: SLF001 - until it is remembered again
                assert await Reader(source).read(cache, key) == [b"new"]
                await asyncio.sleep(0.02)
        loads = len(source.loads)
        assert await Reader(source).read(cache, key) == [b"new"]
        assert len(source.loads) == loads


async def test_without_a_url_everything_is_loaded_and_a_drop_says_what_is_missing() -> None:
    key = a_key()
    source = Source({key: b"1"})
    async with processes(None) as several:
        cache = several.start()
        assert await Reader(source).read(cache, key) == [b"1"]
        assert await Reader(source).read(cache, key) == [b"1"]
        with pytest.raises(ServiceUnavailable, match="REDIS_URL is not set"):
            await cache.drop([key.scope])

        assert len(source.loads) == 2
        assert several.counted(cache) == {"local": 0, "redis": 0, "misses": 2, "errors": 0}
