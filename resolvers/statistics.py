"""Statistics: what a brand has sold and offered, for those who may know."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry import Info

from domain.identity import Scope
from domain.statistics import Range
from resolvers.listing import says
from schema.permissions import requires
from schema.statistics import (
    BookingStatistics,
    ProposalStatistics,
    StatisticsDay,
    StatisticsFilter,
)
from services.statistics import booking_statistics, proposal_statistics

First = Annotated[date, strawberry.argument(name="from", description="First local day.")]
Last = Annotated[date, says("Last local day, at most ten years later.")]
Counted = Annotated[StatisticsDay, says("By which day they are counted.")]


def _words(chosen: Sequence[StrEnum] | None) -> list[str] | None:
    return None if chosen is None else [each.value for each in chosen]


@strawberry.type
class StatisticsQuery:
    """Root fields that count."""

    @strawberry.field(
        extensions=[requires(Scope.STATISTICS_READ)],
        description="Bookings of a range of local days: counts, guests, money and rates.",
    )
    async def booking_statistics(
        self,
        info: Info,
        from_: First,
        to: Last,
        by: Counted = StatisticsDay.TOUR_DAY,
        filter: Annotated[StatisticsFilter | None, says("Which ones; all if left out.")] = None,
    ) -> BookingStatistics:
        context, chosen = info.context, filter or StatisticsFilter()
        found = await booking_statistics(
            await context.snapshot.transaction(),
            Range(from_, to, by.value),
            sources=_words(chosen.source),
            tour_types=_words(chosen.tour_type),
        )
        return BookingStatistics.from_domain(found, context.brand.currency)

    @strawberry.field(
        extensions=[requires(Scope.STATISTICS_READ)],
        description="Proposals of a range of local days: how many were sent, accepted, converted.",
    )
    async def proposal_statistics(
        self, info: Info, from_: First, to: Last, by: Counted = StatisticsDay.CREATION
    ) -> ProposalStatistics:
        context = info.context
        asked = Range(from_, to, by.value)
        found = await proposal_statistics(await context.snapshot.transaction(), asked)
        return ProposalStatistics.from_domain(found, context.brand.currency)
