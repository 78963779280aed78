"""What a change did to a thing, field by field, as an event keeps it."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from domain.events import Change

PERSONAL = frozenset({"name", "email", "phone", "message", "special_requests"})
Personal = tuple[str | None, str | None]


def initial(thing: Any) -> tuple[dict[str, Change], dict[str, Personal]]:
    """All that a new thing begins with, and apart from it what is a person's own."""
    return _parted({name: (None, value) for name, value in _values(thing).items()})


def differences(before: Any, after: Any) -> tuple[dict[str, Change], dict[str, Personal]]:
    """What two states of one thing do not share, and apart from it what is a person's own."""
    old, new = _values(before), _values(after)
    return _parted({name: (old[name], new[name]) for name in new})


def _values(thing: Any) -> Mapping[str, Any]:
    return {each.name: _plain(getattr(thing, each.name)) for each in fields(thing)}


def _plain(value: Any) -> Any:
    """As JSON can say it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _parted(
    pairs: Mapping[str, Any], kept_apart: Collection[str] = PERSONAL
) -> tuple[dict[str, Change], dict[str, Personal]]:
    changed = {name: pair for name, pair in pairs.items() if name != "id" and pair[0] != pair[1]}
    return (
        {name: pair for name, pair in changed.items() if name not in kept_apart},
        {name: pair for name, pair in changed.items() if name in kept_apart},
    )
