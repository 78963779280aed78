"""What was changed, read back from events: which fields, from what and to what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.events import Change

UNTOLD = frozenset({"version"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored event with its personal values; those that were erased are null."""

    id: UUID
    kind: str
    entity: str
    entity_id: UUID
    entity_version: int
    actor_kind: str
    actor_id: UUID | None
    occurred_at: datetime
    changes: Mapping[str, Change] = field(default_factory=dict)


def summed(events: Iterable[Recorded]) -> dict[str, Change]:
    """What events in their order come to: of each field the first value and the last.

    Shape:  a field that came back to where it was is left out.
    """
    found: dict[str, Change] = {}
    for event in events:
        for name, (before, after) in event.changes.items():
            found[name] = (found[name][0] if name in found else before, after)
    return {name: pair for name, pair in found.items() if name not in UNTOLD and pair[0] != pair[1]}
