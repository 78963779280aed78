"""The cache over a real Valkey: one load for all, as long as the table says, in bounded memory."""

import asyncio
from typing import Any

from redis.asyncio import Redis

from integrations.embedded import Valkey
from integrations.redis_cache import Patience
from tests.integrations.caches import (
    FAR,
    LONG,
    Processes,
    Reader,
    Source,
    a_key,
    hears,
    processes,
    warm,
)


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
