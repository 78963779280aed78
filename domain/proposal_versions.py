"""What a client was sent, version by version, and how two of them differ, line by line."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Snapshot = Mapping[str, Any]
Kind = Literal["added", "removed", "changed"]
OWN_LISTS = frozenset({"days", "inclusions"})
OF_ITS_NAME = frozenset({"kind", "label", "place", "on_date", "stops"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: a whole line that came or went, or one field of a line."""

    kind: Kind
    part: str
    label: str
    field: str | None = None
    before: str | None = None
    after: str | None = None


def compared(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Everything that differs between two versions: head and sums, lines, days, stops.

    Shape:  a line is found again by its kind and label, a day by its date, a stop by its day and
            place; the second of the same name is another one.
    """
    found = _fields("proposal", "", before, after, left_out=OWN_LISTS)
    found += _lists(
        "inclusion", _named(before["inclusions"], _line), _named(after["inclusions"], _line)
    )
    found += _lists("day", _named(before["days"], _day), _named(after["days"], _day))
    found += _lists("stop", _stops(before), _stops(after))
    return found


def _lists(
    part: str, before: Mapping[str, Snapshot], after: Mapping[str, Snapshot]
) -> list[Difference]:
    found: list[Difference] = []
    for label in dict.fromkeys((*before, *after)):
        if label not in after:
            found.append(Difference("removed", part, label))
        elif label not in before:
            found.append(Difference("added", part, label))
        else:
            found += _fields(part, label, before[label], after[label], left_out=OF_ITS_NAME)
    return found


def _fields(
    part: str, label: str, before: Snapshot, after: Snapshot, *, left_out: frozenset[str]
) -> list[Difference]:
    names = [name for name in dict.fromkeys((*before, *after)) if name not in left_out]
    return [
        Difference("changed", part, label, name, _text(before.get(name)), _text(after.get(name)))
        for name in sorted(names)
        if before.get(name) != after.get(name)
    ]


def _named(rows: Sequence[Snapshot], name: Any) -> dict[str, Snapshot]:
    seen: Counter[str] = Counter()
    found: dict[str, Snapshot] = {}
    for row in rows:
        label = name(row)
        seen[label] += 1
        found[label if seen[label] == 1 else f"{label} ({seen[label]})"] = row
    return found


def _stops(snapshot: Snapshot) -> dict[str, Snapshot]:
    rows = [
        {**stop, "on_date": day["on_date"], "order": place}
        for day in snapshot["days"]
        for place, stop in enumerate(day["stops"], start=1)
    ]
    return _named(rows, _stop)


def _line(row: Snapshot) -> str:
    return f"{row['kind']}: {row['label']}"


def _day(row: Snapshot) -> str:
    return str(row["on_date"])


def _stop(row: Snapshot) -> str:
    return f"{row['on_date']}, {row['kind']}: {row['place'] or '-'}"


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
