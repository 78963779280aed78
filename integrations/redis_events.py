"""Notices of changes over Redis or Valkey: any number of listeners share one connection a process.

A channel's name is a keyed digest: it can neither be guessed nor tells whose it is. A message is an
event's id and kind; whoever receives it reads the present through a door of their own.
"""

import asyncio
import hmac
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Self, cast
from uuid import UUID

import orjson
import structlog
from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError

from domain.errors import ServiceUnavailable
from domain.events import Notice

LOG = structlog.get_logger("tourbase.events")

AWAY: Final = "Notices of changes are not available now. Try again."
UNSET: Final = "REDIS_URL is not set: there are no notices of changes."
SILENT_SECONDS: Final = 15.0
FIRST_DELAY_SECONDS: Final = 0.05
LONGEST_DELAY_SECONDS: Final = 5.0
FAULTS: Final = (RedisError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a channel is about."""

    tenant_id: int
    brand_id: int
    entity: str
    entity_id: UUID

    def channel(self, secret: bytes) -> bytes:
        text = f"{self.tenant_id}:{self.brand_id}:{self.entity}:{self.entity_id}"
        return b"tb:" + hmac.new(secret, text.encode(), sha256).hexdigest().encode()


class Listener:
    """One subscriber's notices, oldest first; one who does not keep up is left the newest alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[Notice] = deque()
        self._news = asyncio.Event()
        self._ended = False

    def put(self, notice: Notice) -> int:
        """Give the number of notices that were dropped to make room."""
        dropped = len(self._waiting) if len(self._waiting) >= self._most else 0
        if dropped:
            self._waiting.clear()
        self._waiting.append(notice)
        self._news.set()
        return dropped

    def end(self) -> None:
        self._ended = True
        self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notice:
        while not self._waiting:
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()


@dataclass(slots=True)
class Channel:
    """A channel of this process: who listens, and whether the server has acknowledged it."""

    subject: Subject
    listeners: set[Listener] = field(default_factory=set)
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)


class Switchboard:
    """The one connection that listens, and the listeners behind it. It comes back by itself."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self.channels: dict[bytes, Channel] = {}
        self._asked: set[bytes] = set()
        self._unanswered: Counter[bytes] = Counter()
        self._changed: set[bytes] = set()
        self._wake = asyncio.Event()
        self._delay = FIRST_DELAY_SECONDS
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0
        self.reconnections = 0

    def join(self, name: bytes, subject: Subject, listener: Listener) -> Channel:
        """Add a listener; the first of a channel subscribes it."""
        if self._task is None:
            self._task = asyncio.create_task(self._stay_connected())
        channel = self.channels.setdefault(name, Channel(subject))
        channel.listeners.add(listener)
        if name in self._asked and not self._unanswered[name]:
            channel.acknowledged.set()
        self._change(name)
        return channel

    def leave(self, name: bytes, listener: Listener) -> None:
        """Remove a listener; the last of a channel unsubscribes it."""
        channel = self.channels[name]
        channel.listeners.discard(listener)
        if not channel.listeners:
            del self.channels[name]
            self._change(name)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for channel in self.channels.values():
            for listener in channel.listeners:
                listener.end()

    def _change(self, *names: bytes) -> None:
        self._changed.update(names)
        self._wake.set()

    async def _stay_connected(self) -> None:
        while True:
            try:
                await self._connect()
            except Exception as error:  # noqa: BLE001 - whatever it is, listeners must not stay deaf
                LOG.warning("events_connection_lost", error=type(error).__name__)
            self.reconnections += 1
            await asyncio.sleep(self._delay * random.uniform(0.5, 1))  # noqa: S311 - jitter
            self._delay = min(self._delay * 2, LONGEST_DELAY_SECONDS)

    async def _connect(self) -> None:
        """Speak and hear until the connection is lost, which is always an exception."""
        line = self._pool.make_connection()
        try:
            await line.connect()
            self._delay = FIRST_DELAY_SECONDS
            self._change(*self.channels)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._speak(line))
                tasks.create_task(self._hear(line))
        finally:
            self._asked.clear()
            self._unanswered.clear()
            for channel in self.channels.values():
                channel.acknowledged.clear()
            await line.disconnect(nowait=True)

    async def _speak(self, line: AbstractConnection) -> None:
        """Tell the server what has changed, many channels in one command.

        A task of its own: a caller who is cancelled while sending would tear the line of all.
        """
        while True:
            await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, set()
            wanted = {name for name in changed if name in self.channels}
            gone = (changed - wanted) & self._asked
            new = wanted - self._asked
            self._asked = (self._asked - gone) | new
            self._unanswered.update(new)
            if gone:
                await line.send_command("UNSUBSCRIBE", *gone)
            if new:
                await line.send_command("SUBSCRIBE", *new)

    async def _hear(self, line: AbstractConnection) -> None:
        asked = False
        while True:
            said = await line.read_response(timeout=SILENT_SECONDS)
            if said is None and asked:
                raise ConnectionLost("no answer to a ping")
            asked = said is None
            if said is None:
                await line.send_command("PING")
            elif said[0] == b"subscribe":
                self._acknowledged(said[1])
            elif said[0] == b"message":
                self._deliver(said[1], said[2])

    def _acknowledged(self, name: bytes) -> None:
        """Counted, so that the answer to an earlier subscription is not taken for a later one's."""
        self._unanswered[name] -= 1
        if not self._unanswered[name]:
            del self._unanswered[name]
            if name in self.channels and name in self._asked:
                self.channels[name].acknowledged.set()

    def _deliver(self, name: bytes, data: bytes) -> None:
        channel = self.channels.get(name)
        notice = _read(channel.subject, data) if channel else None
        if channel and notice:
            self.dropped += sum(listener.put(notice) for listener in channel.listeners)


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
        self._pool = _pool(url, connections, patience_seconds) if url else None
        self._client = Redis(connection_pool=self._pool) if self._pool else None
        self._switchboard = Switchboard(self._pool) if self._pool else None

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


def _read(subject: Subject, data: bytes) -> Notice | None:
    """The notice in a message; None, and a line in the log, if it is none of ours."""
    try:
        said = orjson.loads(data)
        event_id, kind = UUID(said["event_id"]), str(said["kind"])
    except (ValueError, TypeError, KeyError, AttributeError):
        LOG.warning("events_message_unreadable", entity=subject.entity)
        return None
    return Notice(
        subject.tenant_id, subject.brand_id, event_id, subject.entity, subject.entity_id, kind
    )


def _pool(url: str, connections: int, seconds: float) -> BlockingConnectionPool:
    return BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=seconds,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        socket_keepalive=True,
        protocol=2,
        retry=Retry(NoBackoff(), 1),
    )
