"""The numbers that people read out on the telephone: prefix, kind, local year, five digits."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class Numbered(StrEnum):
    """What has a number; each kind is counted on its own."""

    BOOKING = "booking"
    INQUIRY = "inquiry"
    RESERVATION = "reservation"
    PROPOSAL = "proposal"
    INVOICE = "invoice"
    TICKET = "ticket"


INFIX: Final[Mapping[Numbered, str]] = {
    Numbered.BOOKING: "",
    Numbered.INQUIRY: "EXP-",
    Numbered.RESERVATION: "RES-",
    Numbered.PROPOSAL: "TP-",
    Numbered.INVOICE: "INV-",
    Numbered.TICKET: "ST-",
}


def number_of(prefix: str, kind: Numbered, year: int, ordinal: int) -> str:
    """`WWT-2026-00042`, `WWT-EXP-2026-00007`: unique within the brand, and no secret.

    Source: docs/domain.md, section "Numbers".
    """
    return f"{prefix}-{INFIX[kind]}{year}-{ordinal:05d}"


def year_of(created_at: datetime, zone: ZoneInfo) -> int:
    """The year that a number carries: the brand's own, whatever year it is elsewhere."""
    return created_at.astimezone(zone).year
