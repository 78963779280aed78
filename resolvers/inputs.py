"""What an input has given: named fields as plain values, and instants with their offset."""

from datetime import datetime
from enum import Enum
from typing import Any

from strawberry import UNSET

from domain.errors import InvalidInput


def given(input: object, *names: str) -> dict[str, Any]:
    """The named fields that were sent, null among them; members of an enum as the stored words."""
    found = {name: getattr(input, name) for name in names}
    return {name: stored(value) for name, value in found.items() if value is not UNSET}


def stored(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def instant(at: datetime, path: str) -> datetime:
    """Errors: InvalidInput for a time that could be in any zone."""
    if at.tzinfo is None:
        raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path=path)
    return at
