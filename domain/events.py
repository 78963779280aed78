"""What happened, in the past tense: events carry ids and plain values; personal values go apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

Plain = str | int | float | None | Sequence["Plain"] | Mapping[str, "Plain"]
Change = tuple[Plain, Plain]


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one entity. `personal` values can be erased without touching the event.

    Shape:  `address` and `credential` where they are not those of the caller: of who signs in.
    """

    id: UUID
    kind: str
    entity: str
    entity_id: UUID
    entity_version: int
    occurred_at: datetime
    changes: Mapping[str, Change] = field(default_factory=dict)
    personal: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    address: str | None = None
    credential: UUID | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What leaves the database when an event is relayed: names and ids, never a value."""

    tenant_id: int
    brand_id: int
    event_id: UUID
    entity: str
    entity_id: UUID
    kind: str
