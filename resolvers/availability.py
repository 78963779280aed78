"""Availability: a calendar of days, and the start times of one."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry import Info

from domain.availability import Slot
from domain.identity import Scope
from resolvers.context import OperationContext
from resolvers.listing import says
from schema.availability import DayAvailability, StartTime
from schema.permissions import requires
from services.availability import find_slots, operating_day

Party = Annotated[int, says("Guests: 1 to 100.")]
Minutes = Annotated[int, says("How long the tour takes.")]


@strawberry.type
class AvailabilityQuery:
    """Root fields about free vans."""

    @strawberry.field(
        extensions=[requires(Scope.AVAILABILITY_READ)],
        description="The days of up to two months on which a tour could begin.",
    )
    async def availability_calendar(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from", description="First local day.")],
        to: Annotated[date, says("Last local day.")],
        party_size: Party,
        minutes: Minutes,
    ) -> list[DayAvailability]:
        days = await _slots(info.context, from_, to, minutes=minutes, party=party_size)
        return [DayAvailability.from_domain(on, found) for on, found in days]

    @strawberry.field(
        extensions=[requires(Scope.AVAILABILITY_READ)],
        description="The start times of one local day: each half hour that leaves time enough.",
    )
    async def availability(
        self,
        info: Info,
        on: Annotated[date, strawberry.argument(name="date", description="The local day.")],
        party_size: Party,
        minutes: Minutes,
    ) -> list[StartTime]:
        [(_, found)] = await _slots(info.context, on, on, minutes=minutes, party=party_size)
        return [StartTime.from_domain(slot) for slot in found]


async def _slots(
    context: OperationContext, first: date, last: date, *, minutes: int, party: int
) -> list[tuple[date, list[Slot]]]:
    """By the hours that are kept, and by what the vans do now."""
    now, reads = context.world.now(), context.snapshot.reads
    day = await operating_day(reads.operating_hours, context.principal, now=now)
    tx = await context.snapshot.transaction()
    return await find_slots(tx, first, last, minutes=minutes, party=party, now=now, day=day)
