"""Counting tries: within the bound, past it, in all processes; and without a Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from integrations.embedded import Valkey
from integrations.redis_limits import RedisLimits
from tests.builders import new_id

NOWHERE = "redis://127.0.0.1:1/0"


class Clock:
    """A time that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def limits(url: str | None, clock: Clock | None = None) -> AsyncIterator[RedisLimits]:
    made = RedisLimits(url, secret="s" * 32, clock=clock or Clock())
    try:
        yield made
    finally:
        await made.close()


async def test_tries_past_the_bound_wait_in_every_process(valkey: Valkey) -> None:
    name = str(new_id())
    async with limits(valkey.url) as one, limits(valkey.url) as other:
        waits = [await each.take(name, 3, seconds=60) for each in (one, other, one)]
        assert waits == [0, 0, 0]
        for each in (one, other):
            assert 55 <= await each.take(name, 3, seconds=60) <= 60
        await other.forget([name])
        assert await one.take(name, 3, seconds=60) == 0


async def test_of_many_at_once_no_more_than_the_bound_pass(valkey: Valkey) -> None:
    name = str(new_id())
    async with limits(valkey.url) as one, limits(valkey.url) as other:
        waits = await asyncio.gather(
            *(each.take(name, 7, seconds=60) for each in (one, other) * 20)
        )
    assert sum(wait == 0 for wait in waits) == 7


@pytest.mark.parametrize("url", [None, NOWHERE])
async def test_without_a_redis_a_process_counts_for_itself(url: str | None) -> None:
    clock = Clock()
    async with limits(url, clock) as one:
        assert [await one.take("a", 2, seconds=10) for _ in range(3)] == [0, 0, 10]
        assert await one.take("b", 2, seconds=10) == 0
        clock.seconds = 9.4
        assert await one.take("a", 2, seconds=10) == 1
        clock.seconds = 10
        assert await one.take("a", 2, seconds=10) == 0
        await one.take("a", 2, seconds=10)
        await one.forget(["a"])
        assert await one.take("a", 2, seconds=10) == 0


async def test_redis_is_told_no_name(valkey: Valkey) -> None:
    name = f"account:acme:{new_id()}@example.com"
    async with limits(valkey.url) as one:
        await one.take(name, 3, seconds=60)
        async with Redis.from_url(valkey.url) as redis:
            keys = await redis.keys("tourbase:limit:*")
    assert keys
    assert not any(b"example" in key for key in keys)
