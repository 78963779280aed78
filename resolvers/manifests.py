"""The day sheet: a driver's own, and everybody's for dispatch."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry import Info

from db import manifests
from domain.identity import Kind, Scope
from domain.manifests import sheets
from domain.schedule import check_day, day_after_starts_at, day_starts_at
from resolvers.listing import says
from schema.global_ids import decode_as
from schema.manifests import ManifestSheet
from schema.permissions import requires


@strawberry.type
class ManifestQuery:
    """Root fields of the day's work."""

    @strawberry.field(
        extensions=[requires(Scope.TOURS_RUN)],
        description="The sheets of one local day, without prices: a driver's own, all for"
        " dispatch, and last the tours that nobody drives yet. Shared tours stand beside the"
        " others, with who sits in them.",
    )
    async def manifest(
        self,
        info: Info,
        on: Annotated[date, strawberry.argument(name="date", description="The local day.")],
        driver_id: Annotated[
            strawberry.ID | None, says("Only this driver's sheet; a driver leaves it out.")
        ] = None,
    ) -> list[ManifestSheet]:
        check_day(on, path="date")
        context = info.context
        driver = decode_as("Driver", driver_id, path="driverId") if driver_id else None
        if context.principal.kind is Kind.DRIVER:
            driver = driver or context.principal.actor_id
        tx = await context.snapshot.transaction()
        since, until = day_starts_at(on, context.zone), day_after_starts_at(on, context.zone)
        tours = await manifests.tours(tx, since=since, until=until, driver_id=driver)
        shared = await manifests.shared_tours(
            tx, since=since, until=until, driver_id=driver, now=context.world.now()
        )
        names = await manifests.names(tx, [*tours, *shared])
        found = sheets(tours, names, shared=shared, of=driver)
        return [ManifestSheet.from_domain(each, context.zone) for each in found]
