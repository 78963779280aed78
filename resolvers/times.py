"""Instants that clients give: each needs an offset, or nobody knows when it is."""

from datetime import datetime

from domain.errors import InvalidInput


def with_offset(at: datetime | None, *, path: str) -> datetime | None:
    """Errors: InvalidInput for a time without an offset."""
    if at is not None and at.tzinfo is None:
        raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path=path)
    return at
