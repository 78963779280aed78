"""What the tests of the cache share: processes, a client of their server, and one to switch off."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bootstrap.environment import child_environment
from integrations.embedded import Valkey, start_valkey
from tests.integrations.caches import Processes, processes


@pytest.fixture
async def several(valkey: Valkey) -> AsyncIterator[Processes]:
    async with processes(valkey.url) as started:
        yield started


@pytest.fixture
async def redis(valkey: Valkey) -> AsyncIterator[Any]:
    client: Any = Redis.from_url(valkey.url, protocol=2)
    yield client
    await client.aclose(close_connection_pool=True)


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[Callable[[], Valkey]]:
    """Starts a server, always on the same port; ends the one before."""
    running: list[Valkey] = []

    def start() -> Valkey:
        port = running[-1].port if running else None
        if running:
            running[-1].close()
        folder, environment = tmp_path / "valkey", child_environment({})
        running.append(start_valkey(folder, port=port, binary=None, environment=environment))
        return running[-1]

    yield start
    running[-1].close()
