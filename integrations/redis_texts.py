"""Automatic persisted queries in Redis: the latest texts of each space, for some days."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final, cast

from integrations.redis_asking import Asking

KEPT_SECONDS: Final = 7 * 24 * 3600
MOST_OF_A_SPACE: Final = 500
# Texts stand in one hash a space, and their times beside it: both are one key's to forget.
PUT: Final = """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[4])
if over > 0 then
  for _, old in ipairs(redis.call('ZPOPMIN', KEYS[2], over)) do redis.call('HDEL', KEYS[1], old) end
end
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('EXPIRE', KEYS[2], ARGV[5])
"""


class RedisTexts:
    """A `TextStore`. Without a URL, and while Redis is away, nothing is known.

    Shape:  a text counts only if it has the digest that it is kept under: whoever can write to
            Redis cannot make one caller run another's words.
    """

    def __init__(
        self,
        url: str | None,
        *,
        secret: str,
        clock: Callable[[], float],
        most: int = MOST_OF_A_SPACE,
    ) -> None:
        self._secret = secret.encode()
        self._clock = clock
        self._most = most
        self._asking = Asking(url, patience_seconds=0.5, rest_seconds=1) if url else None

    async def get(self, space: str, digest: str) -> str | None:
        asking = self._asking
        if asking is None:
            return None
        client, key = cast("Any", asking.client), self._keys(space)[0]
        stored: bytes | None = await asking.attempt(lambda: client.hget(key, digest))
        if stored is None or hashlib.sha256(stored).hexdigest() != digest:
            return None
        return stored.decode()

    async def put(self, space: str, digest: str, text: str) -> None:
        asking = self._asking
        if asking is None:
            return
        script = cast("Any", asking.client.eval)
        given = (digest, text.encode(), self._clock(), self._most, KEPT_SECONDS)
        await asking.attempt(lambda: script(PUT, 2, *self._keys(space), *given))

    async def close(self) -> None:
        if self._asking is not None:
            await self._asking.close()

    def _keys(self, space: str) -> tuple[str, str]:
        digest = hmac.new(self._secret, space.encode(), hashlib.sha256).hexdigest()
        return f"tourbase:texts:{{{digest}}}", f"tourbase:texts:{{{digest}}}:times"
