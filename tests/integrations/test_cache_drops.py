"""Drops of the cache: no stale value, however the steps of readers and writers fall."""

import asyncio
from typing import Any

import pytest

from domain.caching import key_for
from domain.identity import Brand, Kind, Principal
from tests.integrations.caches import FAR, LONG, SITE, Processes, Reader, Source, a_key, hears, warm


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
