"""Human numbers of one brand: per kind and local year of creation, counted as the brand counts."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from db.loading import Rows, rows_of

INFIX = {
    "booking": "",
    "inquiry": "EXP-",
    "reservation": "RES-",
    "proposal": "TP-",
    "invoice": "INV-",
    "ticket": "ST-",
}


class Numbers:
    """Hands out numbers in the order of creation, and knows where each count stands."""

    __slots__ = ("_last", "_prefix", "_zone")

    def __init__(self, prefix: str, zone: ZoneInfo) -> None:
        self._prefix = prefix
        self._zone = zone
        self._last: Counter[tuple[str, int]] = Counter()

    def next(self, kind: str, created_at: datetime) -> str:
        year = created_at.astimezone(self._zone).year
        self._last[kind, year] += 1
        return f"{self._prefix}-{INFIX[kind]}{year}-{self._last[kind, year]:05d}"

    def counters(self) -> Rows:
        return rows_of(
            "counters",
            [
                {"kind": kind, "year": year, "last": last}
                for (kind, year), last in sorted(self._last.items())
            ],
        )
