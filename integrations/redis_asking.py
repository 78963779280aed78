"""Asking a Redis that may be away: what one turn of the loop asks for is asked for at once.

A Redis that did not answer is left alone for a while, so that only one caller pays for its
silence; then one caller asks again, while the others still go without.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, TypeVar, cast

import structlog
from redis.exceptions import RedisError

from integrations.redis_pools import LOST, pool
from integrations.redis_watching import WatchedRedis

LOG = structlog.get_logger("tourbase.cache")
FAULTS: Final = (RedisError, OSError, TimeoutError)
CONNECTIONS: Final = 8
TOKEN_BYTES: Final = 16
TOKEN_SECONDS: Final = 24 * 3600

T = TypeVar("T")


class Asking:
    """One client, the keys that are about to be asked for, and whether the server answers."""

    def __init__(self, url: str, *, patience_seconds: float, rest_seconds: float) -> None:
        connections = pool(url, CONNECTIONS, patience_seconds, patience_seconds, again_if=LOST)
        self.client = WatchedRedis(connection_pool=connections)
        self._rest = rest_seconds
        self._silent_until: float | None = None
        self._tokens: dict[str, None] = {}
        self._values: dict[str, None] = {}
        self._trip: asyncio.Task[dict[str, bytes | None]] | None = None

    async def attempt(self, action: Callable[[], Awaitable[T]]) -> T | None:
        """What the action gives; None if the server does not answer, or did not a moment ago."""
        now = asyncio.get_running_loop().time()
        if self._silent_until is not None:
            if now < self._silent_until:
                return None
            self._silent_until = now + self._rest
        try:
            result = await action()
        except FAULTS as error:
            if self._silent_until is None:
                LOG.warning("cache_away", error=type(error).__name__)
            self._silent_until = asyncio.get_running_loop().time() + self._rest
            return None
        self._silent_until = None
        return result

    async def get(self, tokens: Iterable[str], values: Iterable[str]) -> dict[str, bytes | None]:
        """Values by name, in one round trip for all who ask in the same turn of the loop.

        Shape:  of tokens there is none that is not set: what is lost is drawn anew, in one more.
        """
        self._tokens.update(dict.fromkeys(tokens))
        self._values.update(dict.fromkeys(values))
        if self._trip is None:
            self._trip = asyncio.create_task(self._go())
            self._trip.add_done_callback(_noticed)
        return await asyncio.shield(self._trip)

    async def close(self) -> None:
        await self.client.aclose(close_connection_pool=True)

    async def _go(self) -> dict[str, bytes | None]:
        await asyncio.sleep(0)
        tokens, names = list(self._tokens), [*self._tokens, *self._values]
        self._tokens, self._values, self._trip = {}, {}, None
        got = dict(zip(names, await cast("Any", self.client.mget(names)), strict=True))
        lost = [name for name in tokens if got[name] is None]
        return got | await self._draw(lost) if lost else got

    async def _draw(self, lost: Sequence[str]) -> dict[str, bytes | None]:
        """Whoever draws first, draws for all."""
        pipeline = self.client.pipeline(transaction=False)
        for name in lost:
            pipeline.set(name, a_token(), ex=TOKEN_SECONDS, nx=True)
            pipeline.get(name)
        return dict(zip(lost, (await pipeline.execute())[1::2], strict=True))


def a_token() -> bytes:
    return secrets.token_bytes(TOKEN_BYTES)


def _noticed(trip: asyncio.Task[dict[str, bytes | None]]) -> None:
    """Look at the trip's end, so that one whose askers all left is not reported as unheard."""
    if not trip.cancelled():
        trip.exception()
