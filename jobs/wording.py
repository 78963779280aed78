"""How mails write a time."""

from datetime import datetime
from zoneinfo import ZoneInfo


def in_words(instant: datetime, time_zone: str) -> str:
    """Monday, 8 June 2026 at 10:00 PDT."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return f"{local:%A}, {local.day} {local:%B %Y} at {local:%H:%M %Z}"
