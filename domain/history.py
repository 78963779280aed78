"""What was changed, read back from events: which fields, from what and to what, and what was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.events import Change, Plain

UNTOLD = frozenset({"version"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored event with its personal values; those that were erased are null, and named."""

    id: UUID
    kind: str
    entity: str
    entity_id: UUID
    entity_version: int
    actor_kind: str
    actor_id: UUID | None
    occurred_at: datetime
    changes: Mapping[str, Change] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    actor_name: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """An object as it was: its fields, those of them that nobody knows any more, its version."""

    fields: Mapping[str, Plain]
    unknown: frozenset[str]
    version: int

    @property
    def existed(self) -> bool:
        return self.version >= 1


def summed(events: Iterable[Recorded]) -> dict[str, Change]:
    """What events in their order come to: of each field the first value and the last.

    Shape:  a field that came back to where it was is left out.
    """
    found: dict[str, Change] = {}
    for event in events:
        for name, (before, after) in event.changes.items():
            found[name] = (found[name][0] if name in found else before, after)
    return {name: pair for name, pair in found.items() if name not in UNTOLD and pair[0] != pair[1]}


def undone(present: Mapping[str, Plain], version: int, later: Iterable[Recorded]) -> Past:
    """An object before some events, newest first: each gives back what it found.

    Shape:  a field that events tell of and the object does not have is left out; before its
            first event an object has version 0: it was not there.
    """
    fields, unknown = dict(present), set[str]()
    for event in later:
        for name, (before, _) in event.changes.items():
            if name in fields:
                fields[name] = before
                unknown.discard(name)
            if name in event.erased:
                unknown.add(name)
        version = min(version, event.entity_version - 1)
    return Past(fields, frozenset(unknown & fields.keys()), version)
