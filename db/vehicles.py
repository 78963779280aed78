"""The statements that register a vehicle and change one; how it is read stands in `db.fleet`."""

from dataclasses import asdict
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.vehicles import Vehicle

SQL = statements.load(__package__, "vehicles.sql")


async def lock(tx: Transaction, vehicle_id: UUID) -> Vehicle | None:
    """The vehicle's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_vehicle"], {"id": vehicle_id})
    return Vehicle(*row) if row else None


async def seen(tx: Transaction, vehicle_id: UUID) -> Vehicle | None:
    """The vehicle as far as the caller sees one; a driver may lock none."""
    row = await tx.row(SQL["seen_vehicle"], {"id": vehicle_id})
    return Vehicle(*row) if row else None


async def insert(tx: Transaction, vehicle: Vehicle) -> None:
    """Errors: NameTaken from the unique constraint."""
    await tx.run(SQL["insert_vehicle"], asdict(vehicle))


async def update(tx: Transaction, vehicle: Vehicle) -> None:
    """Errors: NameTaken from the unique constraint; PartyTooLarge at the end of the transaction."""
    await tx.run(SQL["update_vehicle"], asdict(vehicle))
