"""One reading at a time: who follows whom, and for how long, whatever becomes of the first."""

import asyncio
from typing import Any

import pytest

from integrations.redis_cache import Patience, RedisCache
from tests.integrations.caches import FAR, LONG, Processes, Reader, Source, a_key, processes


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


async def thirty(
    cache: RedisCache, leader: Reader, source: Source, *, second: Reader | None = None
) -> list[asyncio.Task[Any]]:
    """The one who reads, and 29 who follow."""
    key = a_key()
    leading = asyncio.create_task(leader.read(cache, key))
    await leader.loading.wait()
    readers = [second or Reader(source), *(Reader(source) for _ in range(28))]
    following = [asyncio.create_task(reader.read(cache, key)) for reader in readers]
    await asyncio.sleep(0.02)
    return [leading, *following]


async def test_when_a_reading_fails_one_of_those_who_followed_reads_for_all(
    several: Processes,
) -> None:
    cache, key = several.start(Patience(local=60, redis=5, others=0.03)), a_key()
    source, gates = Source({key: b"1"}), [asyncio.Event(), asyncio.Event()]
    failing, second = Reader(Source({}, source.loads), gates[0]), Reader(source, gates[1])
    reading = await thirty(cache, failing, source, second=second)

    gates[0].set()
    await asyncio.sleep(0.2)
    gates[1].set()
    outcomes = await asyncio.gather(*reading, return_exceptions=True)

    assert (type(outcomes[0]), outcomes[1:]) == (KeyError, [[b"1"]] * 29)
    assert source.loads == [(key,)] * 2
    assert cache._flights.flying == {}  # noqa: SLF001 - nothing is left behind


async def test_when_it_fails_again_those_who_followed_both_get_the_second_error(
    several: Processes,
) -> None:
    cache, key, gate = several.start(), a_key(), asyncio.Event()
    source = Source()
    reading = await thirty(cache, Reader(source, gate), source)

    gate.set()
    outcomes = await asyncio.gather(*reading, return_exceptions=True)

    assert [type(each) for each in outcomes] == [KeyError] * 30
    assert [len({id(each) for each in some}) for some in (outcomes, outcomes[1:])] == [2, 1]
    assert source.loads == [(key,)] * 2
    assert cache._flights.flying == {}  # noqa: SLF001
    source.rows[key] = b"1"
    assert await Reader(source).read(cache, key) == [b"1"]


async def test_when_readers_leave_one_of_those_who_followed_reads_for_all(
    several: Processes,
) -> None:
    """The first leaves, and so does the one who leads after it."""
    cache, key = several.start(), a_key()
    source, gate = Source({key: b"1"}), asyncio.Event()
    second = Reader(source, gate)
    reading = await thirty(cache, Reader(source, gate), source, second=second)

    reading[0].cancel()
    await second.loading.wait()
    reading[1].cancel()
    outcomes = await asyncio.gather(*reading, return_exceptions=True)

    assert [type(each) for each in outcomes[:2]] == [asyncio.CancelledError] * 2
    assert outcomes[2:] == [[b"1"]] * 28
    assert source.loads == [(key,)] * 3
    assert cache._flights.flying == {}  # noqa: SLF001


async def test_a_slow_reading_is_waited_for_and_not_overtaken(several: Processes) -> None:
    cache, key = several.start(Patience(local=60, redis=5, others=0.03)), a_key()
    source, gate = Source({key: b"1"}), asyncio.Event()
    reading = await thirty(cache, Reader(source, gate), source)

    await asyncio.sleep(0.2)
    gate.set()

    assert await asyncio.gather(*reading) == [[b"1"]] * 30
    assert source.loads == [(key,)]


async def test_without_redis_readers_follow_one_another_all_the_same() -> None:
    key, gate = a_key(), asyncio.Event()
    source = Source({key: b"1"})
    async with processes(None) as several:
        reading = await thirty(several.start(), Reader(source, gate), source)
        gate.set()

        assert await asyncio.gather(*reading) == [[b"1"]] * 30
        assert source.loads == [(key,)]


async def test_what_ends_the_wait_for_a_slow_reading_is_the_operations_deadline(
    several: Processes,
) -> None:
    cache, key = several.start(Patience(local=60, redis=5, others=0.03)), a_key()
    source, gate = Source({key: b"1"}), asyncio.Event()
    stuck = Reader(source, gate)
    reading = asyncio.create_task(stuck.read(cache, key))
    await stuck.loading.wait()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await Reader(source).read(cache, key)
    gate.set()
    await reading

    assert source.loads == [(key,)]


async def test_who_follows_in_its_process_and_gets_a_connection_follows_no_longer(
    several: Processes,
) -> None:
    cache, key = several.start(Patience(local=60, redis=5, others=0.03)), a_key()
    source, gate = Source({key: b"1"}), asyncio.Event()
    stuck, late = Reader(source, gate), Reader(source)
    reading = asyncio.create_task(stuck.read(cache, key))
    await stuck.loading.wait()
    following = asyncio.create_task(late.read(cache, key))
    await asyncio.sleep(0.1)
    assert not following.done()

    late.begin()
    async with asyncio.timeout(5):
        assert await following == [b"1"]
    gate.set()

    assert await reading == [b"1"]
