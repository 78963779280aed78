"""The drivers of a shared tour as they are stored, with the time that each is blocked."""

from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.errors import DriverBusy
from domain.shared_tours import SharedTour

SQL = statements.load(__package__, "shared_tour_drivers.sql")


async def insert(
    tx: Transaction, tour_id: UUID, driver_id: UUID, *, block_id: UUID, now: datetime
) -> None:
    """Errors: DriverBusy from the exclusion constraint."""
    pair = {"tour": tour_id, "driver": driver_id}
    await tx.run(SQL["insert_driver"], pair | {"now": now})
    try:
        await tx.run(SQL["block_driver"], pair | {"id": block_id})
    except DriverBusy as busy:
        raise DriverBusy(path="driverId") from busy


async def delete(tx: Transaction, tour_id: UUID, driver_id: UUID, *, now: datetime) -> None:
    pair = {"tour": tour_id, "driver": driver_id}
    await tx.run(SQL["delete_driver"], pair)
    await tx.run(SQL["release_driver"], pair | {"now": now})


async def move(tx: Transaction, tour: SharedTour, *, free_at: datetime) -> None:
    """Take the time of the tour's drivers anew.

    Errors: DriverBusy from the exclusion constraint.
    """
    times = {"tour": tour.id, "starts_at": tour.starts_at, "free_at": free_at}
    await tx.run(SQL["move_drivers"], times)
