"""Caches over a real Valkey, and readers of rows that a test can change under them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry

from domain.caching import CacheKey, key_for
from domain.identity import Brand, Kind, Principal
from integrations.redis_cache import Patience, RedisCache
from tests.builders import new_id

BRAND = Brand(7, 3, "walla", "wwt", "Walla Walla Travel", "America/Los_Angeles", "USD")
SITE = Principal(Kind.SITE, BRAND)
LONG = Patience(local=60, redis=5)
FAR = Patience(local=0, redis=5)


def a_key(question: str = "which", relation: str = "wineries") -> CacheKey:
    return key_for(SITE, relation, question.encode())


@dataclass
class Source:
    """Rows as a database has them: whoever begins a snapshot sees them as they are then."""

    rows: dict[CacheKey, bytes] = field(default_factory=dict)
    loads: list[tuple[CacheKey, ...]] = field(default_factory=list)


@dataclass
class Reader:
    """One operation: its snapshot begins with its first load, or before."""

    source: Source
    gate: asyncio.Event | None = None
    loading: asyncio.Event = field(default_factory=asyncio.Event)
    began: float | None = None
    seen: dict[CacheKey, bytes] = field(default_factory=dict)

    def begin(self) -> "Reader":
        if self.began is None:
            self.began = asyncio.get_running_loop().time()
            self.seen = dict(self.source.rows)
        return self

    async def load(self, keys: Sequence[CacheKey]) -> list[bytes]:
        self.begin()
        self.source.loads.append(tuple(keys))
        self.loading.set()
        if self.gate is not None:
            await self.gate.wait()
        return [self.seen[key] for key in keys]

    async def read(self, cache: RedisCache, *keys: CacheKey) -> list[bytes]:
        return await cache.read(keys, self.load, opened=lambda: self.began)


@dataclass
class Processes:
    """Caches as several processes of one deployment have them, each with its own counters."""

    url: str | None
    namespace: str
    made: list[tuple[RedisCache, CollectorRegistry]] = field(default_factory=list)

    def start(self, patience: Patience = LONG, **given: Any) -> RedisCache:
        registry = CollectorRegistry()
        cache = RedisCache(
            self.url, namespace=self.namespace, registry=registry, patience=patience, **given
        )
        self.made.append((cache, registry))
        return cache

    def counted(self, cache: RedisCache) -> dict[str, float]:
        registry = next(registry for made, registry in self.made if made is cache)
        names = {
            "local": ("tourbase_cache_hits_total", {"layer": "local"}),
            "redis": ("tourbase_cache_hits_total", {"layer": "redis"}),
            "misses": ("tourbase_cache_misses_total", {}),
            "errors": ("tourbase_cache_errors_total", {}),
        }
        return {
            name: registry.get_sample_value(sample, labels) or 0
            for name, (sample, labels) in names.items()
        }


@asynccontextmanager
async def processes(url: str | None) -> AsyncIterator[Processes]:
    started = Processes(url, f"test {new_id()}")
    try:
        yield started
    finally:
        for cache, _ in started.made:
            await cache.close()


async def hears(cache: RedisCache) -> None:
    """Wait until the process would be told of a drop."""
    async with asyncio.timeout(5):
        while cache._listening() is None:  # noqa: ASYNC110, SLF001 - it raises no event
            await asyncio.sleep(0.002)


async def warm(cache: RedisCache, source: Source, *keys: CacheKey) -> None:
    """Read until the process remembers: listening begins with the first reading."""
    await Reader(source).read(cache, *keys)
    await hears(cache)
    await Reader(source).read(cache, *keys)
    assert set(cache._near(keys)) == set(keys)  # noqa: SLF001
