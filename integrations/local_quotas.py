"""Quotas that one process counts for itself: what holds while no Redis counts for all."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar

from domain.quotas import (
    Bucket,
    Counted,
    Demand,
    Filled,
    Left,
    Policy,
    Verdict,
    Window,
    counted,
    filled,
    wait_of,
    whole,
)

MOST_KEPT: Final = 100_000
T = TypeVar("T")


class LocalQuotas:
    """The latest used are kept; the clock's seconds only go forward."""

    def __init__(self, clock: Callable[[], float], *, most_kept: int = MOST_KEPT) -> None:
        self._clock = clock
        self._most_kept = most_kept
        self._windows: OrderedDict[str, Counted] = OrderedDict()
        self._buckets: OrderedDict[str, Filled] = OrderedDict()

    def take(self, demand: Demand) -> Verdict:
        """All of it, or nothing."""
        now, waits = self._clock(), dict[Policy, float]()
        found: list[tuple[Window, Counted, float, int]] = []
        for window in demand.windows:
            kept, used, into = counted(window, self._windows.get(window.of), now=now)
            wait = wait_of(window, kept, used, into, window.taken)
            if wait:
                waits.setdefault(window.policy, wait)
            found.append((window, kept, used, whole(wait or (1 - into) * window.seconds)))
        bucket = demand.bucket
        level, cost = self._level(bucket, now), min(demand.cost, bucket.burst)
        if level < cost:
            waits.setdefault(Policy.COST, (cost - level) / bucket.per_second)
        left = tuple(
            Left(window, int(max(0.0, window.most - used - (0 if waits else window.taken))), till)
            for window, _, used, till in found
        )
        if waits:
            policy, wait = next(iter(waits.items()))
            return Verdict(left, int(level), policy, whole(wait))
        for window, kept, *_ in found:
            self._keep_window(window, kept)
        self._keep(self._buckets, bucket.of, Filled(level - cost, now))
        return Verdict(left, int(level - cost))

    def give(self, bucket: Bucket, amount: int) -> None:
        """Put back what was not needed, or take what was needed besides: below nothing is none."""
        now = self._clock()
        level = max(0.0, min(float(bucket.burst), self._level(bucket, now) + amount))
        self._keep(self._buckets, bucket.of, Filled(level, now))

    def _level(self, bucket: Bucket, now: float) -> float:
        return filled(bucket, self._buckets.get(bucket.of), now=now)

    def _keep_window(self, window: Window, kept: Counted) -> None:
        taken = Counted(kept.number, kept.count + window.taken, kept.before)
        self._keep(self._windows, window.of, taken)

    def _keep(self, kept: OrderedDict[str, T], name: str, value: T) -> None:
        kept[name] = value
        kept.move_to_end(name)
        if len(kept) > self._most_kept:
            kept.popitem(last=False)
