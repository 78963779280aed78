"""What this server says of itself at `/metrics`: its cache's counters, its statements' times."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

from bench.client import Target, ask_each
from bench.figures import bucket_percentile

HITS: Final = re.compile(r"tourbase_\w*cache\w*hits\w*_total")
MISSES: Final = re.compile(r"tourbase_\w*cache\w*misses\w*_total")
STATEMENTS: Final = re.compile(r"tourbase_\w*(?:sql|statement)\w*_seconds_bucket")


@dataclass(frozen=True, slots=True)
class Page:
    """One reading. Shape: sums over all labels, and buckets by their upper bound."""

    hits: float
    misses: float
    statements: Mapping[float, float]

    def hit_ratio(self, since: "Page") -> float:
        hits, misses = self.hits - since.hits, self.misses - since.misses
        return hits / (hits + misses) if hits + misses else math.nan


def statement_percentile(spans: Sequence[tuple[Page, Page]], percent: float) -> float:
    """Of the statements between the readings of each pair. Units: seconds, nan if none."""
    counted: Counter[float] = Counter()
    for before, after in spans:
        counted.update(after.statements)
        counted.subtract(before.statements)
    return bucket_percentile(sorted(counted.items()), percent)


async def read(target: Target) -> Page:
    """Shape: zeros and nothing where there is no such page, or it does not count these."""
    (answer,) = await ask_each(target, [target.get("/metrics")])
    return of_text(answer.body.decode() if answer.status == HTTPStatus.OK else "")


def of_text(text: str) -> Page:
    hits = misses = 0.0
    statements: dict[float, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            hits += sample.value if HITS.fullmatch(sample.name) else 0
            misses += sample.value if MISSES.fullmatch(sample.name) else 0
            if STATEMENTS.fullmatch(sample.name):
                bound = float(sample.labels["le"])
                statements[bound] = statements.get(bound, 0.0) + sample.value
    return Page(hits, misses, statements)
