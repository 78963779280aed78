"""Notices of changes over Redis or Valkey, from the relay to the subscribers.

A channel's name is a keyed digest: it can neither be guessed nor tells whose it is. A message is an
event's id and kind; whoever receives it reads the present through a door of their own.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast
from uuid import UUID

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.errors import ServiceUnavailable
from domain.events import Notice
from integrations.redis_listening import Channel, Listener, Subject, Switchboard
from integrations.redis_pools import LOST_OR_LATE, pool
from integrations.redis_watching import WatchedRedis, watched

AWAY: Final = "Notices of changes are not available now. Try again."
UNSET: Final = "REDIS_URL is not set: there are no notices of changes."
FAULTS: Final = (RedisError, OSError, TimeoutError)


class RedisEvents:
    """An `EventStream`. Without a URL, and while Redis is away, it says ServiceUnavailable."""

    def __init__(
        self,
        url: str | None,
        *,
        secret: str,
        connections: int = 4,
        most_waiting: int = 64,
        patience_seconds: float = 2,
    ) -> None:
        self._secret = secret.encode()
        self._most_waiting = most_waiting
        self._patience = patience_seconds
        self._client: Redis | None = None
        self._switchboard: Switchboard | None = None
        if url:
            commands = pool(
                url, connections, patience_seconds, patience_seconds, again_if=LOST_OR_LATE
            )
            self._client = WatchedRedis(connection_pool=commands)
            lines = pool(url, 1, patience_seconds, None, again_if=LOST_OR_LATE)
            self._switchboard = Switchboard(lines, patience_seconds)

    @property
    def dropped(self) -> int:
        """Notices that slow listeners did not get, because a newer one told the same."""
        return self._switchboard.dropped if self._switchboard else 0

    @property
    def listeners(self) -> int:
        """Subscriptions that are listening in this process."""
        channels = self._switchboard.channels.values() if self._switchboard else ()
        return sum(len(channel.listeners) for channel in channels)

    @property
    def reconnections(self) -> int:
        return self._switchboard.reconnections if self._switchboard else 0

    async def publish(self, notices: Sequence[Notice]) -> None:
        """One round trip, in the order given. Errors: ServiceUnavailable."""
        if self._client is None:
            raise ServiceUnavailable(UNSET)
        if not notices:
            return
        try:
            async with self._client.pipeline(transaction=False) as pipeline:
                for each in notices:
                    subject = Subject(each.tenant_id, each.brand_id, each.entity, each.entity_id)
                    pipeline.publish(subject.channel(self._secret), _message(each))
                await pipeline.execute()
        except FAULTS as error:
            raise ServiceUnavailable(AWAY) from error

    @asynccontextmanager
    async def listen(
        self, *, tenant_id: int, brand_id: int, entity: str, entity_id: UUID
    ) -> AsyncIterator[AsyncIterator[Notice]]:
        """Notices from the moment that the context is entered.

        Errors: ServiceUnavailable if the server has not acknowledged in time.
        """
        if self._switchboard is None:
            raise ServiceUnavailable(UNSET)
        subject = Subject(tenant_id, brand_id, entity, entity_id)
        name = subject.channel(self._secret)
        listener = Listener(self._most_waiting)
        channel = self._switchboard.join(name, subject, listener)
        try:
            with watched("SUBSCRIBE"):
                await self._acknowledged(channel)
            yield listener
        finally:
            self._switchboard.leave(name, listener)

    async def _acknowledged(self, channel: Channel) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await channel.acknowledged.wait()
        except TimeoutError:
            raise ServiceUnavailable(AWAY) from None

    async def ping(self) -> bool:
        if self._client is None:
            return False
        try:
            return bool(await cast("Any", self._client.ping()))
        except FAULTS:
            return False

    async def close(self) -> None:
        """End every listener, then the connections."""
        if self._switchboard is not None:
            await self._switchboard.close()
        if self._client is not None:
            await self._client.aclose(close_connection_pool=True)


def _message(notice: Notice) -> bytes:
    return orjson.dumps({"event_id": notice.event_id, "kind": notice.kind})
