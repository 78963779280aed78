"""What a brand has sold and offered in a range of its local days."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from db import statistics
from db.database import Transaction
from domain.errors import NotFound
from domain.statistics import (
    BookingStatistics,
    ProposalStatistics,
    Range,
    check_range,
    of_bookings,
    of_proposals,
)


async def booking_statistics(
    tx: Transaction,
    asked: Range,
    *,
    sources: Sequence[str] | None = None,
    tour_types: Sequence[str] | None = None,
) -> BookingStatistics:
    """Counts and sums of bookings, and what became of the inquiries of the same days.

    Errors: InvalidInput for a range that is empty or too long.
    """
    check_range(asked)
    zone = _zone(tx)
    words = {"sources": sources, "tour_types": tour_types}
    groups = await statistics.bookings(tx, asked, zone=zone, **words)
    inquiries = await statistics.inquiries(tx, asked, zone=zone, **words)
    return of_bookings(groups, inquiries, asked)


async def proposal_statistics(tx: Transaction, asked: Range) -> ProposalStatistics:
    """How far proposals came: sent, accepted, converted.

    Errors: InvalidInput for a range that is empty or too long.
    """
    check_range(asked)
    groups = await statistics.proposals(tx, asked, zone=_zone(tx))
    return of_proposals(groups, asked)


def _zone(tx: Transaction) -> ZoneInfo:
    if tx.principal.brand is None:
        raise NotFound
    return ZoneInfo(tx.principal.brand.time_zone)
