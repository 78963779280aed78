"""The day of a tour as it is stored: its status, its stops, and what must be ready before."""

from datetime import datetime
from uuid import UUID

from db import statements
from db.database import ResourcesChanged, Transaction
from domain.tours import Ready, RunningTour, Stop

SQL = statements.load(__package__, "tours.sql")


async def read(tx: Transaction, booking_id: UUID) -> RunningTour | None:
    """The tour as the caller sees it: a driver those they are on."""
    row = await tx.row(SQL["tour_of_the_day"], {"id": booking_id})
    return RunningTour(*row) if row else None


async def readiness(tx: Transaction, tour: RunningTour, *, now: datetime) -> list[Ready]:
    """Of every van and driver of the tour, on the tour's day."""
    asked = {"id": tour.id, "since": tour.day_begins_at, "now": now}
    return [Ready(*row) for row in await tx.rows(SQL["readiness"], asked)]


async def update_status(
    tx: Transaction, tour: RunningTour, status: str, *, no_show: bool = False, now: datetime
) -> None:
    """Errors: ResourcesChanged if somebody else has changed the tour meanwhile."""
    changed = await tx.row(
        SQL["run_tour"],
        {
            "id": tour.id,
            "seen": tour.version,
            "next_status": status,
            "no_show": no_show,
            "now": now,
        },
    )
    if changed != (True,):
        raise ResourcesChanged


async def lock_stops(tx: Transaction, booking_id: UUID) -> list[Stop]:
    """In order, held until the transaction ends."""
    return [Stop(*row) for row in await tx.rows(SQL["lock_stops"], {"id": booking_id})]


async def update_arrival(
    tx: Transaction, booking_id: UUID, position: int, *, now: datetime
) -> None:
    await tx.run(SQL["update_arrival"], {"id": booking_id, "position": position, "now": now})


async def update_departure(
    tx: Transaction, booking_id: UUID, position: int, *, now: datetime
) -> None:
    await tx.run(SQL["update_departure"], {"id": booking_id, "position": position, "now": now})
