"""What one process remembers of the cache: a few seconds of values, and how old its scopes are."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from domain.caching import CacheKey

MOST_SCOPES: Final = 10_000
BESIDE_A_VALUE: Final = 500
"""Bytes that a value costs besides its own."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A scope between two drops: its token, when this process first saw it, and last.

    Tokens are drawn at random: one that is seen twice stood all the time between.
    """

    token: bytes
    since: float
    seen: float


@dataclass(frozen=True, slots=True)
class Remembered:
    """A value, under which token it was kept, and until when it may be served."""

    value: bytes
    token: bytes
    until: float


class Nearby:
    """Values of the last seconds, the least used forgotten first. Times are the loop's clock."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._values: OrderedDict[CacheKey, Remembered] = OrderedDict()
        self._generations: OrderedDict[str, Generation] = OrderedDict()
        self.bytes = 0

    def get(self, key: CacheKey, now: float) -> bytes | None:
        """The value, if its scope was asked after within the last seconds and not dropped since."""
        kept, generation = self._values.get(key), self._generations.get(key.scope)
        if kept is None or generation is None or kept.token != generation.token:
            return None
        if now >= min(kept.until, generation.seen + self._seconds):
            return None
        self._values.move_to_end(key)
        return kept.value

    def put(self, key: CacheKey, value: bytes, token: bytes, now: float) -> None:
        """Remember a value under the token that it was read with."""
        if self._seconds <= 0:
            return
        self._remove(key)
        self._values[key] = Remembered(value, token, now + self._seconds)
        self.bytes += len(value) + BESIDE_A_VALUE
        while self.bytes > self._most_bytes:
            self._remove(next(iter(self._values)))

    def seen(self, scope: str, token: bytes, now: float) -> Generation:
        """The generation of a scope whose token was just read, as old as it is known to be."""
        known = self._generations.get(scope)
        since = known.since if known is not None and known.token == token else now
        return Generation(token, since, now)

    def remember(self, scope: str, generation: Generation) -> None:
        self._generations[scope] = generation
        self._generations.move_to_end(scope)
        while len(self._generations) > MOST_SCOPES:
            self._generations.popitem(last=False)

    def forget(self, scope: str) -> None:
        self._generations.pop(scope, None)

    def clear(self) -> None:
        self._values.clear()
        self._generations.clear()
        self.bytes = 0

    def _remove(self, key: CacheKey) -> None:
        removed = self._values.pop(key, None)
        self.bytes -= len(removed.value) + BESIDE_A_VALUE if removed else 0
