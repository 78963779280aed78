"""How often something was tried: counted in Redis for all processes, or in this one alone."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from integrations.redis_asking import Asking

MOST_KEPT: Final = 100_000
TAKE: Final = """
local tries = redis.call('INCR', KEYS[1])
if tries == 1 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
if tries <= tonumber(ARGV[1]) then return 0 end
return math.max(redis.call('TTL', KEYS[1]), 1)
"""


class RedisLimits:
    """A `Limiter`. Names are kept as keyed digests: they may be of people.

    Shape:  without a URL, and while Redis is away, the process counts for itself.
    """

    def __init__(self, url: str | None, *, secret: str, clock: Callable[[], float]) -> None:
        self._secret = secret.encode()
        self._clock = clock
        self._asking = Asking(url, patience_seconds=0.5, rest_seconds=1) if url else None
        self._own: OrderedDict[str, tuple[int, float]] = OrderedDict()

    async def take(self, name: str, most: int, *, seconds: int) -> int:
        key = self._key(name)
        asking = self._asking
        if asking is not None:
            script = cast("Any", asking.client.eval)
            wait = await asking.attempt(lambda: script(TAKE, 1, key, most, seconds))
            if wait is not None:
                return int(wait)
        return self._take(key, most, seconds)

    async def forget(self, names: Sequence[str]) -> None:
        keys = [self._key(name) for name in names]
        for key in keys:
            self._own.pop(key, None)
        if self._asking is not None:
            client = self._asking.client
            await self._asking.attempt(lambda: cast("Any", client.delete(*keys)))

    async def close(self) -> None:
        if self._asking is not None:
            await self._asking.close()

    def _take(self, key: str, most: int, seconds: int) -> int:
        now = self._clock()
        tries, ends_at = self._own.pop(key, (0, 0.0))
        if ends_at <= now:
            tries, ends_at = 0, now + seconds
        self._own[key] = (tries + 1, ends_at)
        if len(self._own) > MOST_KEPT:
            self._own.popitem(last=False)
        return 0 if tries < most else max(1, round(ends_at - now))

    def _key(self, name: str) -> str:
        digest = hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()
        return f"tourbase:limit:{digest}"
