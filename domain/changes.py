"""What a change did to a thing, field by field, as an event keeps it."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from domain.events import Change, Event

PERSONAL = frozenset(
    {
        *("name", "email", "phone", "message", "special_requests"),
        *("contact_name", "contact_email", "contact_phone"),
    }
)
Personal = tuple[str | None, str | None]


def initial(thing: Any) -> tuple[dict[str, Change], dict[str, Personal]]:
    """All that a new thing begins with, and apart from it what is a person's own."""
    return _parted({name: (None, value) for name, value in _values(thing).items()})


def differences(before: Any, after: Any) -> tuple[dict[str, Change], dict[str, Personal]]:
    """What two states of one thing do not share, and apart from it what is a person's own."""
    old, new = _values(before), _values(after)
    return _parted({name: (old[name], new[name]) for name in new})


def happened(
    kind: str,
    entity: str,
    before: Any,
    after: Any,
    *,
    id: UUID,
    now: datetime,
    personal: Collection[str] = (),
) -> Event:
    """The event that tells how one thing became another, or how it began if there was none.

    Shape:  what is `personal` is told apart, so that it can be erased.
    """
    old = {} if before is None else _values(before)
    pairs = {name: (old.get(name), value) for name, value in _values(after).items()}
    changes, apart = _parted(pairs, personal)
    return Event(
        id=id,
        kind=kind,
        entity=entity,
        entity_id=after.id,
        entity_version=getattr(after, "version", 1),
        occurred_at=now,
        changes=changes,
        personal=apart,
    )


def _values(thing: Any) -> Mapping[str, Any]:
    return {each.name: _plain(getattr(thing, each.name)) for each in fields(thing)}


def _plain(value: Any) -> Any:
    """As JSON can say it."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return _values(value)
    return str(value) if isinstance(value, UUID) else value


def _parted(
    pairs: Mapping[str, Any], kept_apart: Collection[str] = PERSONAL
) -> tuple[dict[str, Change], dict[str, Personal]]:
    changed = {name: pair for name, pair in pairs.items() if name != "id" and pair[0] != pair[1]}
    return (
        {name: pair for name, pair in changed.items() if name not in kept_apart},
        {name: pair for name, pair in changed.items() if name in kept_apart},
    )
