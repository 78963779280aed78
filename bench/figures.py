"""Measured numbers into the few that are reported: medians, spreads, percentiles, ratios."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of several rounds, the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Round by round, so that a slow minute of the machine touches both sides."""
    return Spread.of([mine / other for mine, other in zip(ours, theirs, strict=True)])


def percentile(values: Sequence[float], percent: float) -> float:
    """The least value that so many percent of all do not pass (nearest rank)."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def bucket_percentile(buckets: Sequence[tuple[float, float]], percent: float) -> float:
    """From a cumulative histogram: linear within the bucket in which the rank falls.

    Shape:  pairs of an upper bound and the count up to it, bounds rising, the last infinite.
    """
    if not buckets or not buckets[-1][1]:
        return math.nan
    rank = buckets[-1][1] * percent / 100
    below, counted = 0.0, 0.0
    for bound, count in buckets:
        if count >= rank:
            if math.isinf(bound):
                return below
            return below + (bound - below) * (rank - counted) / (count - counted)
        below, counted = bound, count
    return below
