"""The vans and drivers of a tour as they are stored, with the time that each is blocked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.assignments import Assigned, Tour, Van
from domain.errors import DriverBusy

SQL = statements.load(__package__, "assignments.sql")


def tour_of(row: Sequence[Any]) -> Tour:
    """Of the columns of `tour`, in their order."""
    *facts, vans, seats, guests, drivers = row
    seated = tuple(Van(*each) for each in zip(vans, seats, guests, strict=True))
    return replace(Tour(*facts), vans=seated, drivers=tuple(drivers))


async def lock(tx: Transaction, booking_id: UUID) -> Tour | None:
    """The booking with all who are on it, held until the transaction ends."""
    await tx.row(SQL["lock_tour"], {"id": booking_id})
    return await read(tx, booking_id)


async def read(tx: Transaction, booking_id: UUID) -> Tour | None:
    row = await tx.row(SQL["tour"], {"id": booking_id})
    return tour_of(row) if row else None


async def insert_vehicle(
    tx: Transaction,
    tour: Tour,
    vehicle_id: UUID,
    *,
    guests: int,
    overridden: bool,
    block_id: UUID,
) -> None:
    """Errors: VehicleBusy from the exclusion constraint."""
    van = {"booking_id": tour.id, "vehicle_id": vehicle_id, "driver_id": None}
    await tx.run(SQL["insert_vehicle"], van | {"guests": guests, "overridden": overridden})
    await _block(tx, tour, van | {"id": block_id})


async def delete_vehicle(
    tx: Transaction, booking_id: UUID, vehicle_id: UUID, *, now: datetime
) -> None:
    await tx.run(SQL["delete_vehicle"], {"booking_id": booking_id, "vehicle_id": vehicle_id})
    await _release(tx, booking_id, vehicle_id, now=now)


async def insert_driver(
    tx: Transaction, tour: Tour, driver_id: UUID, *, block_id: UUID, now: datetime
) -> None:
    """Errors: DriverBusy from the exclusion constraint."""
    driver = {"booking_id": tour.id, "driver_id": driver_id, "vehicle_id": None}
    await tx.run(SQL["insert_driver"], driver | {"now": now})
    try:
        await _block(tx, tour, driver | {"id": block_id})
    except DriverBusy as busy:
        raise DriverBusy(path="driverId") from busy


async def delete_driver(
    tx: Transaction, booking_id: UUID, driver_id: UUID, *, now: datetime
) -> None:
    await tx.run(SQL["delete_driver"], {"booking_id": booking_id, "driver_id": driver_id})
    await _release(tx, booking_id, driver_id, now=now)


async def update_state(
    tx: Transaction, booking_id: UUID, change: Assigned, *, now: datetime
) -> None:
    await tx.run(
        SQL["update_state"],
        {"id": booking_id, "next_status": change.status, "version": change.version, "now": now},
    )


async def free_vans(tx: Transaction, tour: Tour) -> list[Van]:
    """Vans in service that are free for the tour and the pause behind it, across brands."""
    times = {"starts_at": tour.starts_at, "ends_at": tour.blocked_until}
    return [Van(*row) for row in await tx.rows(SQL["free_vans"], times)]


async def _block(tx: Transaction, tour: Tour, resource: dict[str, Any]) -> None:
    await tx.run(SQL["insert_block"], resource | {"blocked_until": tour.blocked_until})


async def _release(tx: Transaction, booking_id: UUID, resource_id: UUID, *, now: datetime) -> None:
    gone = {"booking_id": booking_id, "resource_id": resource_id, "now": now}
    await tx.run(SQL["release_block"], gone)
