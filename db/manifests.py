"""The day sheet as it is read: seven statements, however many tours the day has."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.identity import Kind
from domain.manifests import (
    MOST_TOURS,
    SheetParty,
    SheetSharedTour,
    SheetStop,
    SheetTour,
    SheetVehicle,
)

SQL = statements.load(__package__, "manifests.sql")
T = TypeVar("T")


async def tours(
    tx: Transaction, *, since: datetime, until: datetime, driver_id: UUID | None
) -> Sequence[SheetTour]:
    """The tours between two instants, in their order, with stops, vans and telephones.

    Shape:  one more than a day sheet holds, where there are so many.
    """
    span = {"since": since, "until": until, "driver_id": driver_id, "most": MOST_TOURS + 1}
    found = [SheetTour(*row) for row in await tx.rows(SQL["tours_of_day"], span)]
    asked = {"tours": [tour.id for tour in found]}
    stops = _grouped(await tx.rows(SQL["stops_of_tours"], asked), SheetStop)
    vans = _grouped(await tx.rows(SQL["vehicles_of_tours"], asked), SheetVehicle)
    by_driver = tx.principal.kind is Kind.DRIVER
    said = SQL["phones_on_the_day"] if by_driver else SQL["phones_of_tours"]
    phones: dict[UUID, str | None] = {row[0]: row[1] for row in await tx.rows(said, asked)}
    return [
        replace(
            tour,
            phone=phones.get(tour.id),
            stops=stops.get(tour.id, ()),
            vehicles=vans.get(tour.id, ()),
        )
        for tour in found
    ]


async def shared_tours(
    tx: Transaction,
    *,
    since: datetime,
    until: datetime,
    driver_id: UUID | None,
    now: datetime,
) -> Sequence[SheetSharedTour]:
    """The shared tours between two instants, in their order, with the parties that sit in them.

    Shape:  one more than a day sheet holds, where there are so many.
    """
    span = {"since": since, "until": until, "driver_id": driver_id, "most": MOST_TOURS + 1}
    found = [SheetSharedTour(*row) for row in await tx.rows(SQL["shared_tours_of_day"], span)]
    asked = {"tours": [tour.id for tour in found], "now": now}
    parties = _grouped(await tx.rows(SQL["parties_of_shared_tours"], asked), SheetParty)
    return [replace(tour, parties=parties.get(tour.id, ())) for tour in found]


async def names(
    tx: Transaction, found: Sequence[SheetTour | SheetSharedTour]
) -> Mapping[UUID, str]:
    """The names of the drivers whom the caller sees, by their ids."""
    drivers = {id for tour in found for id in tour.driver_ids}
    rows = await tx.rows(SQL["names_of_drivers"], {"drivers": sorted(drivers)})
    return {row[0]: row[1] for row in rows}


def _grouped(rows: Sequence[tuple[Any, ...]], made: Callable[..., T]) -> Mapping[UUID, Sequence[T]]:
    found: dict[UUID, list[T]] = defaultdict(list)
    for owner, *values in rows:
        found[owner].append(made(*values))
    return found
