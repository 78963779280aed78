"""Human numbers of one brand: per kind and local year of creation, counted as the brand counts."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from db.loading import Rows, rows_of
from domain.numbers import Numbered, number_of, year_of


class Numbers:
    """Hands out numbers in the order of creation, and knows where each count stands."""

    __slots__ = ("_last", "_prefix", "_zone")

    def __init__(self, prefix: str, zone: ZoneInfo) -> None:
        self._prefix = prefix
        self._zone = zone
        self._last: Counter[tuple[str, int]] = Counter()

    def next(self, kind: str, created_at: datetime) -> str:
        year = year_of(created_at, self._zone)
        self._last[kind, year] += 1
        return number_of(self._prefix, Numbered(kind), year, self._last[kind, year])

    def counters(self) -> Rows:
        return rows_of(
            "counters",
            [
                {"kind": kind, "year": year, "last": last}
                for (kind, year), last in sorted(self._last.items())
            ],
        )
