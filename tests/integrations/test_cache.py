"""The cache over a real Valkey: one load, no stale value however the steps fall, and no fault."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from bootstrap.environment import child_environment
from domain.caching import CacheKey, key_for
from domain.errors import ServiceUnavailable
from domain.identity import Brand, Kind, Principal
from integrations.embedded import Valkey, start_valkey
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


async def test_what_one_process_has_read_another_is_served(several: Processes) -> None:
    one, two, key = several.start(FAR), several.start(FAR), a_key()
    source = Source({key: b"L'Ecole"})

    assert await Reader(source).read(one, key) == [b"L'Ecole"]
    second = Reader(source)
    assert await second.read(two, key) == [b"L'Ecole"]

    assert (source.loads, second.began) == ([(key,)], None)
    assert several.counted(one) == {"local": 0, "redis": 0, "misses": 1, "errors": 0}
    assert several.counted(two) == {"local": 0, "redis": 1, "misses": 0, "errors": 0}


async def test_a_value_lives_as_long_as_its_table_says(several: Processes, redis: Any) -> None:
    cache, key = several.start(), a_key()
    await Reader(Source({key: b"1"})).read(cache, key)

    space = cache._space  # noqa: SLF001
    stored = sorted([name async for name in redis.scan_iter(match=f"{space}*")])

    assert stored == [f"{space}{key.name}".encode(), f"{space}generation:wineries".encode()]
    assert 3590 <= await redis.ttl(stored[0]) <= 3600


async def test_a_batch_loads_what_is_missing_in_one_statement_and_keeps_the_order(
    several: Processes,
) -> None:
    cache = several.start(FAR)
    keys = [a_key(str(number)) for number in range(4)]
    source = Source({key: key.name.encode() for key in keys})
    await Reader(source).read(cache, keys[2])

    answer = await Reader(source).read(cache, keys[3], keys[2], keys[0], keys[3], keys[1])

    assert answer == [key.name.encode() for key in (keys[3], keys[2], keys[0], keys[3], keys[1])]
    assert source.loads == [(keys[2],), (keys[3], keys[0], keys[1])]


async def test_what_several_fields_ask_in_one_turn_is_one_round_trip(own_valkey: Any) -> None:
    server = own_valkey()
    keys = [a_key(relation=relation) for relation in ("wineries", "hotels", "tour_packages")]
    source = Source(dict.fromkeys(keys, b"1"))

    async with processes(server.url) as several:
        cache = several.start(FAR)
        await Reader(source).read(cache, *keys)
        client: Any = Redis.from_url(server.url, protocol=2)
        before = (await client.info("commandstats"))["cmdstat_mget"]["calls"]
        await asyncio.gather(*(Reader(source).read(cache, key) for key in keys))
        after = (await client.info("commandstats"))["cmdstat_mget"]["calls"]
        await client.aclose(close_connection_pool=True)

    assert after - before == 1


async def test_a_drop_reaches_every_process_at_once(several: Processes) -> None:
    caches, key = [several.start(LONG) for _ in range(3)], a_key()
    source = Source({key: b"old"})
    for cache in caches:
        await warm(cache, source, key)
    source.rows[key] = b"new"
    await several.start().drop([key.scope])

    async with asyncio.timeout(1):
        for cache in caches:
            while await Reader(source).read(cache, key) != [b"new"]:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
    assert len(source.loads) == 2


async def test_a_drop_of_one_brand_leaves_the_others(several: Processes) -> None:
    cache = several.start(LONG)
    other = Principal(Kind.SITE, Brand(7, 4, "walla", "nwtc", "Other", "UTC", "USD"))
    mine = key_for(SITE, "tour_packages", b"")
    theirs = key_for(other, "tour_packages", b"")
    source = Source({mine: b"mine", theirs: b"theirs"})
    await warm(cache, source, mine, theirs)

    await cache.drop([mine.scope])
    await Reader(source).read(cache, mine, theirs)

    assert source.loads == [(mine, theirs), (mine,)]


async def test_a_drop_forgets_every_value_of_the_table_whoever_asks_next(
    several: Processes,
) -> None:
    cache, one, two = several.start(LONG), a_key("one"), a_key("two")
    source = Source({one: b"old", two: b"old"})
    await warm(cache, source, one, two)

    source.rows = {one: b"new", two: b"new"}
    await cache.drop([one.scope])

    assert await Reader(source).read(cache, one) == [b"new"]
    assert await Reader(source).read(cache, two) == [b"new"]


async def test_who_loaded_before_a_change_does_not_bring_the_old_rows_back(
    several: Processes,
) -> None:
    slow, other, key = several.start(LONG), several.start(LONG), a_key()
    source, gate = Source({key: b"old"}), asyncio.Event()
    await warm(slow, Source({a_key("else"): b"1"}), a_key("else"))
    reader = Reader(source, gate)
    reading = asyncio.create_task(reader.read(slow, key))
    await reader.loading.wait()

    source.rows[key] = b"new"
    await other.drop([key.scope])
    gate.set()

    assert await reading == [b"old"]
    assert await Reader(source).read(other, key) == [b"new"]
    assert await Reader(source).read(slow, key) == [b"new"]


async def test_who_comes_after_a_drop_does_not_follow_who_came_before(several: Processes) -> None:
    cache, key = several.start(Patience(local=60, redis=5, others=60)), a_key()
    source, gate = Source({key: b"old"}), asyncio.Event()
    before = Reader(source, gate)
    reading = asyncio.create_task(before.read(cache, key))
    await before.loading.wait()

    source.rows[key] = b"new"
    await cache.drop([key.scope])
    async with asyncio.timeout(10):
        after = await Reader(source).read(cache, key)
    gate.set()

    assert (after, await reading) == ([b"new"], [b"old"])
    assert await Reader(source).read(cache, key) == [b"new"]


async def test_a_snapshot_older_than_the_generation_is_not_stored_under_it(
    several: Processes,
) -> None:
    """The operation read something else first; only then was the catalogue changed, and asked."""
    cache, key = several.start(LONG), a_key()
    source = Source({key: b"old"})
    early = Reader(source).begin()

    source.rows[key] = b"new"
    await several.start().drop([key.scope])

    assert await early.read(cache, key) == [b"old"]
    assert await Reader(source).read(cache, key) == [b"new"]
    assert await early.read(several.start(FAR), key) == [b"new"]


async def test_a_snapshot_younger_than_the_known_generation_is_stored(several: Processes) -> None:
    cache, key, other = several.start(LONG), a_key(), a_key("other")
    source = Source({key: b"1", other: b"2"})
    await warm(cache, source, other)

    reader = Reader(source).begin()
    await reader.read(cache, key)
    await Reader(source).read(several.start(FAR), key)

    assert source.loads == [(other,), (key,)]


async def test_nobody_follows_a_reader_whose_snapshot_is_older_than_the_reading(
    several: Processes,
) -> None:
    cache, key = several.start(LONG), a_key()
    source, gate = Source({key: b"old"}), asyncio.Event()
    early = Reader(source, gate).begin()
    source.rows[key] = b"new"
    reading = asyncio.create_task(early.read(cache, key))
    await early.loading.wait()

    following = asyncio.create_task(Reader(source).read(cache, key))
    await asyncio.sleep(0.02)
    gate.set()

    assert (await reading, await following) == ([b"old"], [b"new"])
    assert await Reader(source).read(several.start(FAR), key) == [b"new"]


async def test_a_lost_generation_brings_nothing_back(several: Processes, redis: Any) -> None:
    cache, key = several.start(FAR), a_key()
    source = Source({key: b"old"})
    await Reader(source).read(cache, key)

    source.rows[key] = b"new"
    generations = [name async for name in redis.scan_iter(match="*generation:wineries")]
    await redis.delete(*generations)

    assert await Reader(source).read(cache, key) == [b"new"]
    assert await Reader(source).read(several.start(FAR), key) == [b"new"]
    assert len(source.loads) == 2


async def test_fifty_readers_in_two_processes_cost_one_statement(several: Processes) -> None:
    caches, key = [several.start(LONG), several.start(LONG)], a_key()
    source, gate = Source({key: b"1"}), asyncio.Event()
    readers = [Reader(source, gate) for _ in range(50)]

    reading = [
        asyncio.create_task(reader.read(caches[number % 2], key))
        for number, reader in enumerate(readers)
    ]
    await asyncio.sleep(0.1)
    gate.set()

    assert await asyncio.gather(*reading) == [[b"1"]] * 50
    assert source.loads == [(key,)]
    counted = [several.counted(cache) for cache in caches]
    assert sum(each["misses"] for each in counted) == 1
    assert sum(each["local"] + each["redis"] for each in counted) == 49


async def test_who_waits_too_long_for_another_process_reads_for_itself(several: Processes) -> None:
    one, two, key = several.start(), several.start(Patience(others=0.1, redis=5)), a_key()
    source, gate = Source({key: b"1"}), asyncio.Event()
    stuck = Reader(source, gate)
    reading = asyncio.create_task(stuck.read(one, key))
    await stuck.loading.wait()

    async with asyncio.timeout(1):
        assert await Reader(source).read(two, key) == [b"1"]
    gate.set()
    await reading

    assert len(source.loads) == 2


async def test_who_holds_a_connection_waits_for_nobody(several: Processes) -> None:
    cache, key = several.start(), a_key()
    source, gate = Source({key: b"1"}), asyncio.Event()
    leader = Reader(source, gate)
    reading = asyncio.create_task(leader.read(cache, key))
    await leader.loading.wait()

    async with asyncio.timeout(0.3):
        for each in (cache, several.start()):
            assert await Reader(source).begin().read(each, key) == [b"1"]
    gate.set()

    assert await reading == [b"1"]


async def test_who_gets_a_connection_while_waiting_waits_no_longer(several: Processes) -> None:
    patient = Patience(local=60, redis=5, others=60)
    one, two, key, other = several.start(patient), several.start(patient), a_key(), a_key("other")
    source, gate = Source({key: b"1", other: b"2"}), asyncio.Event()
    stuck = Reader(source, gate)
    reading = asyncio.create_task(stuck.read(one, key))
    await stuck.loading.wait()

    async with asyncio.timeout(10):
        late = Reader(source)
        polling = asyncio.create_task(late.read(two, key))
        await asyncio.sleep(0.05)
        assert not polling.done()
        late.begin()
        assert await polling == [b"1"]
        assert await Reader(source).read(one, other, key) == [b"2", b"1"]
    gate.set()
    await reading


async def test_a_drop_that_is_heard_while_redis_answers_is_not_forgotten(
    several: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis had answered before the drop, and the drop arrives before the answer."""
    cache, other, key = several.start(LONG), several.start(), a_key()
    source = Source({key: b"old"})
    await Reader(source).read(cache, key)
    await hears(cache)
    assert cache._asking is not None  # noqa: SLF001
    get = cache._asking.get  # noqa: SLF001

    async def slowly(*names: Any) -> dict[str, bytes | None]:
        monkeypatch.undo()
        answer = await get(*names)
        source.rows[key], heard = b"new", cache._listening()  # noqa: SLF001
        await other.drop([key.scope])
        while cache._listening() == heard:  # noqa: ASYNC110, SLF001
            await asyncio.sleep(0.002)
        return answer

    monkeypatch.setattr(cache._asking, "get", slowly)  # noqa: SLF001
    assert await Reader(source).read(cache, key) == [b"old"]

    assert await Reader(source).read(cache, key) == [b"new"]


@pytest.mark.parametrize("end", ["fails", "leaves"])
async def test_who_followed_a_reader_that_did_not_arrive_reads_for_itself(
    several: Processes, end: str
) -> None:
    cache, key = several.start(), a_key()
    source, gate = Source({key: b"1"}), asyncio.Event()
    leader = Reader(source if end == "leaves" else Source(), gate)
    reading = asyncio.create_task(leader.read(cache, key))
    await leader.loading.wait()
    following = [asyncio.create_task(Reader(source).read(cache, key)) for _ in range(3)]
    await asyncio.sleep(0.01)

    if end == "leaves":
        reading.cancel()
    gate.set()

    assert await asyncio.gather(*following) == [[b"1"]] * 3
    with pytest.raises(KeyError if end == "fails" else asyncio.CancelledError):
        await reading
    assert cache._flights == {}  # noqa: SLF001 - nothing is left behind


async def test_a_process_that_does_not_hear_of_drops_trusts_nothing_that_it_remembers(
    several: Processes, redis: Any
) -> None:
    deaf, other, key = several.start(LONG), several.start(LONG), a_key()
    source = Source({key: b"old"})
    await warm(deaf, source, key)

    source.rows[key] = b"new"
    while deaf._listening() is not None:  # noqa: SLF001 - the one whose line is cut
        await redis.client_kill_filter(_type="pubsub")
        await asyncio.sleep(0)
    await other.drop([key.scope])

    assert await Reader(source).read(deaf, key) == [b"new"]
    await hears(deaf)
    assert await Reader(source).read(deaf, key) == [b"new"]
    assert source.loads == [(key,), (key,)]


async def test_a_process_keeps_a_value_for_its_seconds_and_not_at_all_for_none(
    several: Processes,
) -> None:
    short, none = several.start(Patience(local=0.15, redis=5)), several.start(FAR)
    key = a_key()
    source = Source({key: b"1"})
    await warm(short, source, key)
    for cache in (short, none, none, none):
        await Reader(source).read(cache, key)
    await hears(none)
    await Reader(source).read(none, key)
    assert (several.counted(short)["local"], several.counted(none)["local"]) == (2, 0)

    await asyncio.sleep(0.16)
    await Reader(source).read(short, key)

    assert several.counted(short) == {"local": 2, "redis": 2, "misses": 1, "errors": 0}


async def test_a_process_remembers_no_more_bytes_than_it_may(several: Processes) -> None:
    cache = several.start(LONG, local_bytes=10_000)
    keys = [a_key(str(number)) for number in range(20)]
    source = Source(dict.fromkeys(keys, b"x" * 1500))
    await warm(cache, source, keys[0])

    for key in keys:
        await Reader(source).read(cache, key)

    assert cache._nearby.bytes == 5 * 2_000  # noqa: SLF001
    before = several.counted(cache)["local"]
    await Reader(source).read(cache, keys[-1], keys[0])
    assert several.counted(cache)["local"] - before == 1


async def test_deployments_that_share_a_server_share_nothing(valkey: Valkey) -> None:
    key = a_key()
    source, other = Source({key: b"one"}), Source({key: b"two"})
    async with processes(valkey.url) as one, processes(valkey.url) as two:
        first, second = one.start(), two.start()
        await warm(first, source, key)
        await warm(second, other, key)
        await second.drop([key.scope])

        assert await Reader(source).read(first, key) == [b"one"]
        assert await Reader(other).read(second, key) == [b"two"]
        assert (len(source.loads), len(other.loads)) == (1, 2)


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
