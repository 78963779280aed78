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
    """A scope between two drops: its token, and since when this process has known it.

    Tokens are drawn at random: one that is seen twice stood all the time between.
    """

    token: bytes
    since: float


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
        self._sure: dict[str, float] = {}
        self.bytes = 0

    def get(self, key: CacheKey, now: float) -> bytes | None:
        """The value, if its scope was asked after within the last seconds and not dropped since."""
        kept, generation = self._values.get(key), self._generations.get(key.scope)
        sure = self._sure.get(key.scope)
        if kept is None or generation is None or sure is None or kept.token != generation.token:
            return None
        if now >= min(kept.until, sure + self._seconds):
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

    def see(self, scope: str, token: bytes, now: float, *, sure: bool) -> Generation:
        """The generation of a scope whose token was just read, as old as it is known to be.

        Shape:  `sure` says that no drop has passed unheard while it was read; another token that
                was read unsurely may be older than the one that is known.
        """
        known = self._generations.get(scope)
        same = known is not None and known.token == token
        generation = known if known is not None and same else Generation(token, now)
        if sure:
            self._sure[scope] = now
        if sure or same or known is None:
            self._generations[scope] = generation
            self._generations.move_to_end(scope)
        while len(self._generations) > MOST_SCOPES:
            self.forget(next(iter(self._generations)))
        return generation

    def forget(self, scope: str) -> None:
        """A drop: whatever was kept under the token of before is served no more."""
        self._generations.pop(scope, None)
        self._sure.pop(scope, None)

    def doubt(self) -> None:
        """A drop may have passed unheard: whatever was kept is served no more."""
        self._values.clear()
        self._sure.clear()
        self.bytes = 0

    def _remove(self, key: CacheKey) -> None:
        removed = self._values.pop(key, None)
        self.bytes -= len(removed.value) + BESIDE_A_VALUE if removed else 0
