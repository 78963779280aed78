"""Quotas that all processes share, and what holds while there is no Redis."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from domain.quotas import Bucket, Demand, Policy, Window
from integrations.embedded import Valkey
from integrations.local_quotas import LocalQuotas
from integrations.quota_scripts import GIVE, TAKE
from integrations.redis_quotas import RedisQuotas
from tests.builders import new_id

NOWHERE = "redis://127.0.0.1:1/0"


class Clock:
    """A time that a test sets."""

    seconds = 1_000_020.0  # The middle of a minute.

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def quotas(url: str | None, clock: Clock | None = None) -> AsyncIterator[RedisQuotas]:
    made = RedisQuotas(url, secret="s" * 32, clock=clock or Clock())
    try:
        yield made
    finally:
        await made.close()


def a_demand(*, most: int = 3, payments: int = 0, burst: int = 1_000, cost: int = 1) -> Demand:
    name = str(new_id())
    windows = [Window(Policy.CALLER, f"requests:{name}", most, 3_600)]
    if payments:
        windows.append(Window(Policy.PAYMENTS, f"payments:{name}", most, 3_600, payments))
    return Demand(name, tuple(windows), Bucket(f"cost:{name}", burst, 1), cost)


async def test_all_processes_together_take_no_more_than_the_quota(valkey: Valkey) -> None:
    demand = a_demand(most=7)
    async with quotas(valkey.url) as one, quotas(valkey.url) as other:
        verdicts = await asyncio.gather(*(each.take(demand) for each in (one, other) * 20))
    assert sum(each.refused is None for each in verdicts) == 7
    assert {each.refused for each in verdicts} == {None, Policy.CALLER}


async def test_who_asks_in_the_same_turn_shares_one_round_trip(valkey: Valkey) -> None:
    demand = a_demand(most=100)
    async with quotas(valkey.url) as one, Redis.from_url(valkey.url) as redis:
        await one.take(demand)
        before = (await redis.info("stats"))["total_reads_processed"]
        await asyncio.gather(*(one.take(demand) for _ in range(50)))
        after = (await redis.info("stats"))["total_reads_processed"]
    assert after - before <= 3  # The fifty, and the question itself.


async def test_what_is_refused_takes_nothing_of_anything(valkey: Valkey) -> None:
    async with quotas(valkey.url) as one:
        demand = a_demand(most=3, payments=2, cost=10)
        first, second = [await one.take(demand) for _ in range(2)]
        assert (first.refused, [each.remaining for each in first.left]) == (None, [2, 1])
        assert (second.refused, [each.remaining for each in second.left]) == (
            Policy.PAYMENTS,
            [2, 1],
        )
        assert second.wait_seconds > 1
        assert (first.level, second.level) == (990, 990)


async def test_a_bucket_that_is_empty_says_when_it_is_full_enough(valkey: Valkey) -> None:
    async with quotas(valkey.url) as one:
        demand = a_demand(burst=100, cost=70)
        assert [(await one.take(demand)).level, (await one.take(demand)).level] == [30, 30]
        refused = await one.take(demand)
        assert (refused.refused, refused.wait_seconds) == (Policy.COST, 40)
        one.give(demand, 60)
        await one.close()
        assert (await one.take(demand)).level == 20


@pytest.mark.parametrize("cost", [101, 5_000])
async def test_what_costs_more_than_a_whole_bucket_takes_all_of_it(
    valkey: Valkey, cost: int
) -> None:
    async with quotas(valkey.url) as one:
        assert (await one.take(a_demand(burst=100, cost=cost))).level == 0


async def test_a_refusal_is_remembered_for_as_long_as_it_holds(valkey: Valkey) -> None:
    clock = Clock()
    async with quotas(valkey.url, clock) as one:
        demand = a_demand(most=1)
        await one.take(demand)
        assert one.barred(demand) is None
        wait = (await one.take(demand)).wait_seconds
        remembered = one.barred(demand)
        assert remembered is not None
        assert (remembered.refused, remembered.wait_seconds) == (Policy.CALLER, wait)
        clock.seconds += wait
        assert one.barred(demand) is None


async def test_a_spent_bucket_bars_nobody_for_what_is_cheap_may_pass(valkey: Valkey) -> None:
    async with quotas(valkey.url) as one:
        demand = a_demand(burst=10, cost=10)
        await one.take(demand)
        assert (await one.take(demand)).refused is Policy.COST
        assert one.barred(demand) is None


@pytest.mark.parametrize("url", [None, NOWHERE])
async def test_without_a_redis_a_process_counts_for_itself_and_says_so(url: str | None) -> None:
    clock = Clock()
    async with quotas(url, clock) as one:
        demand = a_demand(most=2, burst=100, cost=40)
        verdicts = [await one.take(demand) for _ in range(3)]
        assert [each.refused for each in verdicts] == [None, None, Policy.CALLER]
        assert [each.level for each in verdicts] == [60, 20, 20]
        one.give(demand, 30)
        clock.seconds += 3_600 * 2
        assert (await one.take(demand)).level == 60
        assert not await one.ping()


async def test_a_server_that_lost_the_scripts_is_told_them_again(valkey: Valkey) -> None:
    async with quotas(valkey.url) as one, Redis.from_url(valkey.url) as redis:
        demand = a_demand(most=10)
        await one.take(demand)
        await redis.script_flush()
        verdicts = await asyncio.gather(*(one.take(demand) for _ in range(3)))
        assert sorted(each.left[0].remaining for each in verdicts) == [6, 7, 8]
        assert await one.ping()


async def test_names_of_people_and_addresses_are_not_in_redis(valkey: Valkey) -> None:
    name = "198.51.100.7"
    window = Window(Policy.VISITOR, name, 5, 60)
    async with quotas(valkey.url) as one, Redis.from_url(valkey.url) as redis:
        await one.take(Demand(name, (window,), Bucket(name, 5, 5), 1))
        keys = [each.decode() async for each in redis.scan_iter("*quota*")]
        assert keys
        assert not [each for each in keys if name in each]
        assert all([0 < await redis.ttl(each) <= 7_201 for each in keys])


@pytest.mark.parametrize("seed", range(5))
async def test_redis_reckons_as_a_process_does_for_itself(valkey: Valkey, seed: int) -> None:
    """Any sequence, on the same clock."""
    dice, clock, name = random.Random(seed), Clock(), str(new_id())  # noqa: S311 - a sequence
    local, bucket = LocalQuotas(clock), Bucket(f"{name}:cost", 60, 3)
    async with Redis.from_url(valkey.url) as redis:
        run: Any = redis.eval
        for _ in range(120):
            clock.seconds += dice.choice([0, 0.25, 1, 7, 31, 130])
            windows = tuple(
                Window(policy, f"{name}:{policy}", most, 60, dice.randint(1, 4))
                for policy, most in ((Policy.CALLER, 12), (Policy.PAYMENTS, 5))
            )
            cost = dice.randint(1, 70)
            bounds = [n for each in windows for n in (each.most, each.seconds, each.taken)]
            keys = [*(each.of for each in windows), bucket.of]
            told = await run(TAKE, 3, *keys, clock.seconds, 60, 3, cost, *bounds)
            own = local.take(Demand(name, windows, bucket, cost))
            refused = [None, *(each.policy for each in windows), Policy.COST][told[0]]
            assert (refused, told[1] if refused else 0) == (own.refused, own.wait_seconds)
            assert told[2] == own.level
            assert told[3:] == [n for each in own.left for n in (each.remaining, each.seconds)]
            amount = dice.randint(-20, 20)
            await run(GIVE, 1, bucket.of, clock.seconds, 60, 3, amount)
            local.give(bucket, amount)
