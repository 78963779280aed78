"""Bookings, proposals and inquiries of a range of local days, counted in groups."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from db import statements
from db.database import Transaction
from domain.schedule import day_after_starts_at, day_starts_at
from domain.statistics import SOLD, BookingGroup, Inquiries, ProposalGroup, Range

SQL = statements.load(__package__, "statistics.sql")
Words = Sequence[str] | None
"""One of these words, or any if None."""


async def bookings(
    tx: Transaction, asked: Range, *, zone: ZoneInfo, sources: Words, tour_types: Words
) -> list[BookingGroup]:
    given = {**_times(asked, zone), "sources": sources, "tour_types": tour_types}
    return [BookingGroup(*row) for row in await tx.rows(SQL[f"bookings_by_{asked.by}"], given)]


async def inquiries(
    tx: Transaction, asked: Range, *, zone: ZoneInfo, sources: Words, tour_types: Words
) -> Inquiries:
    """Of the range's days of creation, whatever else is counted by."""
    given = {**_times(asked, zone), "sources": sources, "tour_types": tour_types}
    row = await tx.row(SQL["inquiries_by_creation"], {**given, "sold": sorted(SOLD)})
    return Inquiries(*row) if row else Inquiries(0, 0)


async def proposals(tx: Transaction, asked: Range, *, zone: ZoneInfo) -> list[ProposalGroup]:
    rows = await tx.rows(SQL[f"proposals_by_{asked.by}"], _times(asked, zone))
    return [ProposalGroup(*row) for row in rows]


def _times(asked: Range, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "zone": zone.key,
        "first": asked.first,
        "last": asked.last,
        "since": day_starts_at(asked.first, zone),
        "until": day_after_starts_at(asked.last, zone),
    }
