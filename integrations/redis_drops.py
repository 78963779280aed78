"""Hearing of drops: what a process remembers counts only while it would be told of a change."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from domain.events import Notice
from integrations.redis_listening import Channel, Listener, Subject, Switchboard
from integrations.redis_pools import LOST, pool

ALL_DROPS: Final = Subject(0, 0, "cache", UUID(int=0))
PATIENCE_SECONDS: Final = 2.0


class Ear(Listener):
    """Hears a notice in the very turn in which it arrives."""

    def __init__(self, heard: Callable[[str], None]) -> None:
        super().__init__(most=1)
        self._heard = heard

    def put(self, notice: Notice) -> int:
        self._heard(notice.kind)
        return 0


class Hearing:
    """One connection that listens for drops, from the first reading on."""

    def __init__(self, url: str, channel: str, heard: Callable[[str], None]) -> None:
        line = pool(url, 1, PATIENCE_SECONDS, None, again_if=LOST)
        self._switchboard = Switchboard(line, PATIENCE_SECONDS)
        self._name = channel.encode()
        self._ear = Ear(heard)
        self._channel: Channel | None = None

    def start(self) -> None:
        if self._channel is None:
            self._channel = self._switchboard.join(self._name, ALL_DROPS, self._ear)

    @property
    def life(self) -> int | None:
        """A number that stays the same while no drop can be missed; None while deaf."""
        if self._channel is None or not self._channel.acknowledged.is_set():
            return None
        return self._switchboard.reconnections

    async def close(self) -> None:
        await self._switchboard.close()
