"""Listening to Redis or Valkey: any number of listeners behind one connection of the process."""

import asyncio
import hmac
import random
from collections import Counter, deque
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self
from uuid import UUID

import orjson
import structlog
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as ConnectionLost

from domain.events import Notice

LOG = structlog.get_logger("tourbase.events")

SILENT_SECONDS: Final = 15.0
FIRST_DELAY_SECONDS: Final = 0.05
LONGEST_DELAY_SECONDS: Final = 5.0


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

    def __init__(self, lines: ConnectionPool, patience_seconds: float) -> None:
        self._lines = lines
        self._patience = patience_seconds
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
        line = self._lines.make_connection()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(self._patience):
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
            async with asyncio.timeout(self._patience):
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
                async with asyncio.timeout(self._patience):
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
