"""The statements that register a driver, change one, and say when they can work."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.drivers import Driver, WorkingDay

SQL = statements.load(__package__, "drivers.sql")


async def lock(tx: Transaction, driver_id: UUID) -> Driver | None:
    """The driver's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_driver"], {"id": driver_id})
    return Driver(*row) if row else None


async def status(tx: Transaction, driver_id: UUID) -> str | None:
    """The status of a driver whom the caller sees: a driver sees nobody but themselves."""
    row = await tx.row(SQL["driver_status"], {"id": driver_id})
    return row[0] if row else None


async def working(tx: Transaction, *, most: int) -> Sequence[UUID]:
    """Those who work here, by name."""
    return [row[0] for row in await tx.rows(SQL["working_drivers"], {"most": most})]


async def insert(tx: Transaction, driver: Driver) -> None:
    await tx.run(SQL["insert_driver"], asdict(driver))


async def update(tx: Transaction, driver: Driver) -> None:
    await tx.run(SQL["update_driver"], asdict(driver))


async def working_day(tx: Transaction, driver_id: UUID, weekday: int) -> WorkingDay | None:
    row = await tx.row(SQL["working_day"], {"driver_id": driver_id, "weekday": weekday})
    return WorkingDay(*row) if row else None


async def store_working_day(tx: Transaction, day: WorkingDay) -> None:
    """The first word on a weekday, or another."""
    statement = SQL["insert_working_day"] if day.version == 1 else SQL["update_working_day"]
    await tx.run(statement, asdict(day))
