"""Notices over a real Valkey: nothing is missed, nothing is told to the wrong ear."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from redis.asyncio import Redis

from bootstrap.environment import child_environment
from domain.errors import ServiceUnavailable
from domain.events import Notice
from integrations.embedded import Valkey, start_valkey
from integrations.redis_events import RedisEvents
from tests.builders import new_id

BOOKING = UUID("0197a1b2-0000-7000-8000-000000000001")


def a_notice(entity_id: UUID, kind: str = "BookingRescheduled", tenant_id: int = 1) -> Notice:
    return Notice(tenant_id, 2, new_id(), "booking", entity_id, kind)


@asynccontextmanager
async def opened(
    url: str | None, *, most_waiting: int = 64, patience_seconds: float = 2
) -> AsyncIterator[RedisEvents]:
    events = RedisEvents(
        url, secret="secret", most_waiting=most_waiting, patience_seconds=patience_seconds
    )
    try:
        yield events
    finally:
        await events.close()


def listening(events: RedisEvents, entity_id: UUID, tenant_id: int = 1) -> Any:
    return events.listen(tenant_id=tenant_id, brand_id=2, entity="booking", entity_id=entity_id)


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Any]:
    redis: Any = Redis.from_url(url, protocol=2)
    try:
        yield redis
    finally:
        await redis.aclose(close_connection_pool=True)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await true():  # noqa: ASYNC110 - the other process raises no event
            await asyncio.sleep(0.005)


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[Callable[[], Valkey]]:
    """Starts a server, always on the same port; ends the one before."""
    running: list[Valkey] = []

    def start() -> Valkey:
        port = running[-1].port if running else None
        running.append(
            start_valkey(
                tmp_path / "valkey", port=port, binary=None, environment=child_environment({})
            )
        )
        return running[-1]

    yield start
    running[-1].close()


async def test_a_notice_published_right_after_the_context_is_entered_arrives(
    valkey: Valkey,
) -> None:
    entity_id = new_id()
    told = [a_notice(entity_id, kind) for kind in ("One", "Two", "Three")]

    async with opened(valkey.url) as events, listening(events, entity_id) as notices:
        await events.publish(told)
        heard = [await anext(notices) for _ in told]

    assert heard == told


async def test_a_listener_hears_of_its_own_entity_brand_and_tenant_alone(valkey: Valkey) -> None:
    mine, other = new_id(), new_id()
    last = a_notice(mine, "Last")

    async with opened(valkey.url) as events, listening(events, mine) as notices:
        await events.publish([a_notice(other), a_notice(mine, tenant_id=9), last])
        heard = await anext(notices)

    assert heard == last


async def test_a_channel_and_a_message_tell_no_tenant_and_no_entity(valkey: Valkey) -> None:
    notice = a_notice(BOOKING)
    async with (
        client(valkey.url) as redis,
        opened(valkey.url) as events,
        redis.pubsub() as spy,
    ):
        await spy.psubscribe("tb:*")
        assert (await spy.get_message(timeout=2))["type"] == "psubscribe"
        await events.publish([notice])
        seen = await spy.get_message(timeout=2)

    assert (seen["channel"], seen["data"]) == (
        b"tb:097c1846a1e76e6742d4a8c4e56b3bce3c08843c491ac336f28e9e8ba79ba8ff",
        f'{{"event_id":"{notice.event_id}","kind":"BookingRescheduled"}}'.encode(),
    )


async def test_five_hundred_listeners_share_one_connection_and_leave_nothing_behind(
    valkey: Valkey,
) -> None:
    wanted = [new_id() for _ in range(500)]
    heard: list[Notice] = []
    entered = asyncio.Semaphore(0)

    async def listen(events: RedisEvents, entity_id: UUID) -> None:
        async with listening(events, entity_id) as notices:
            entered.release()
            heard.append(await anext(notices))

    async with client(valkey.url) as redis, opened(valkey.url) as events:
        before = len(await redis.pubsub_channels("tb:*"))
        tasks = [asyncio.create_task(listen(events, each)) for each in wanted]
        for _ in wanted:
            await entered.acquire()
        subscribed = await redis.client_list(_type="pubsub")
        channels = len(await redis.pubsub_channels("tb:*"))
        await events.publish([a_notice(each) for each in wanted])
        await asyncio.gather(*tasks)

        assert sum(int(each["sub"]) == 500 for each in subscribed) == 1
        assert channels - before == 500
        assert [notice.entity_id for notice in heard] == wanted
        await until(lambda: _is(redis.pubsub_channels("tb:*"), before))


async def _is(channels: Awaitable[list[bytes]], number: int) -> bool:
    return len(await channels) == number


async def test_two_listeners_of_one_entity_hear_the_same_and_one_may_leave(valkey: Valkey) -> None:
    entity_id = new_id()
    first, second = a_notice(entity_id, "First"), a_notice(entity_id, "Second")

    async with opened(valkey.url) as events, listening(events, entity_id) as staying:
        async with listening(events, entity_id) as leaving:
            await events.publish([first])
            assert (await anext(staying), await anext(leaving)) == (first, first)
        await events.publish([second])
        heard = await anext(staying)

    assert heard == second


async def test_an_entity_that_is_left_and_joined_again_at_once_is_heard(valkey: Valkey) -> None:
    entity_id = new_id()

    async with opened(valkey.url) as events:
        for _ in range(50):
            async with listening(events, entity_id) as notices:
                told = a_notice(entity_id)
                await events.publish([told])
                assert await anext(notices) == told


async def test_a_listener_cancelled_while_joining_does_not_disturb_the_others(
    valkey: Valkey,
) -> None:
    staying_id = new_id()

    async def join(events: RedisEvents) -> None:
        async with listening(events, new_id()):
            raise AssertionError

    async with opened(valkey.url) as events, listening(events, staying_id) as staying:
        for steps in range(20):
            task = asyncio.create_task(join(events))
            for _ in range(steps % 3 + 1):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        told = a_notice(staying_id)
        await events.publish([told])

        assert await anext(staying) == told
        assert events.reconnections == 0


async def test_a_slow_listener_is_left_the_newest_notice_and_the_others_are_counted(
    valkey: Valkey,
) -> None:
    entity_id, mark_id = new_id(), new_id()
    told = [a_notice(entity_id, f"Change{number}") for number in range(6)]

    async with (
        opened(valkey.url, most_waiting=5) as events,
        listening(events, entity_id) as slow,
        listening(events, mark_id) as mark,
    ):
        await events.publish([*told, a_notice(mark_id)])
        await anext(mark)
        heard = await anext(slow)

        assert heard == told[-1]
        assert events.dropped == 5


async def test_listeners_hear_again_after_the_server_was_restarted(
    own_valkey: Callable[[], Valkey],
) -> None:
    server = own_valkey()
    entity_id = new_id()

    async with opened(server.url) as events, listening(events, entity_id) as notices:
        server.close()
        await until(lambda: _lost(events))
        with pytest.raises(ServiceUnavailable):
            await events.publish([a_notice(entity_id, "Missed")])
        restarted = own_valkey()
        async with client(restarted.url) as redis:
            await until(lambda: _is(redis.pubsub_channels("tb:*"), 1))
        told = a_notice(entity_id, "Heard")
        await events.publish([told])
        heard = await anext(notices)

    assert heard == told


async def _lost(events: RedisEvents) -> bool:
    return events.reconnections > 0


async def test_without_a_server_listening_and_publishing_are_unavailable_and_ping_is_false(
    own_valkey: Callable[[], Valkey],
) -> None:
    server = own_valkey()
    server.close()

    async with opened(server.url, patience_seconds=0.2) as events:
        assert not await events.ping()
        with pytest.raises(ServiceUnavailable, match="not available now"):
            await events.publish([a_notice(BOOKING)])
        with pytest.raises(ServiceUnavailable, match="not available now"):
            async with listening(events, BOOKING):
                raise AssertionError
        assert events.listeners == 0

    own_valkey()


async def test_without_a_url_everything_is_unavailable_and_says_which_setting_is_missing() -> None:
    async with opened(None) as events:
        assert not await events.ping()
        with pytest.raises(ServiceUnavailable, match="REDIS_URL is not set"):
            await events.publish([])
        with pytest.raises(ServiceUnavailable, match="REDIS_URL is not set"):
            async with listening(events, BOOKING):
                raise AssertionError


async def test_a_message_that_is_none_of_ours_is_passed_over(valkey: Valkey) -> None:
    entity_id = new_id()
    told = a_notice(entity_id)

    async with (
        client(valkey.url) as redis,
        opened(valkey.url) as events,
        redis.pubsub() as spy,
        listening(events, entity_id) as notices,
    ):
        await spy.psubscribe("tb:*")
        await spy.get_message(timeout=2)
        await events.publish([told])
        channel = cast("bytes", (await spy.get_message(timeout=2))["channel"])
        for forged in (b"", b"[]", b"{}", b'{"event_id":"x","kind":"y"}', b'{"event_id":1}'):
            await redis.publish(channel, forged)
        await events.publish([told])

        assert [await anext(notices), await anext(notices)] == [told, told]


async def test_closing_ends_every_listener(valkey: Valkey) -> None:
    async with opened(valkey.url) as events, listening(events, BOOKING) as notices:
        assert await events.ping()
        await events.close()
        heard = [notice async for notice in notices]

    assert heard == []
