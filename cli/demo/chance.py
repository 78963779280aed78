"""Chance that repeats itself: every topic draws from a generator seeded with its own name."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
VERSION = 7 << 76
VARIANT = 2 << 62


class Chance:
    """Draws of one topic, such as the bookings of one brand."""

    __slots__ = ("_random", "among", "below")

    def __init__(self, *topic: str) -> None:
        self._random = random.Random("/".join(topic))  # noqa: S311 (it must repeat itself)
        self.below = self._random.randrange
        self.among = self._random.randint

    def one(self, of: Sequence[T]) -> T:
        return of[self.below(len(of))]

    def some(self, of: Sequence[T], count: int) -> list[T]:
        return self._random.sample(of, min(count, len(of)))

    def weighted(self, weights: Sequence[tuple[T, int]]) -> T:
        """One of several, each as likely as its weight says."""
        values = [value for value, _ in weights]
        drawn = self._random.choices(values, [weight for _, weight in weights])
        return drawn[0]

    def hit(self, percent: int) -> bool:
        return self.below(100) < percent

    def moment(self, since: datetime, until: datetime) -> datetime:
        """A full second between two instants, the first one included."""
        seconds = (until - since) // timedelta(seconds=1)
        return since + timedelta(seconds=self.below(max(1, seconds)))

    def id(self, at: datetime) -> str:
        """A UUIDv7 of that instant, as 32 hexadecimal digits."""
        milliseconds = (at - EPOCH) // MILLISECOND
        drawn = self._random.getrandbits(74)
        head = milliseconds << 80 | VERSION | drawn >> 62 << 64
        return f"{head | VARIANT | drawn & (1 << 62) - 1:032x}"
