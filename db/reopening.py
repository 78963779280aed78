"""The statements that bring a cancelled or expired booking back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from db import booking_states, statements
from db.database import Transaction
from domain.ids import Ids
from domain.reopening import Closed, Reopened

SQL = statements.load(__package__, "reopening.sql")
Resources = tuple[Sequence[UUID], Sequence[UUID]]


async def assigned(tx: Transaction, booking_id: UUID) -> Resources:
    """The vehicles and the drivers of a booking, each sorted, blocked or not."""
    row = await tx.row(SQL["assigned_to_booking"], {"id": booking_id})
    return (row[0], row[1]) if row else ((), ())


async def lock(tx: Transaction, booking_id: UUID) -> Closed | None:
    """The booking's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_closed"], {"id": booking_id})
    return Closed(await booking_states.paid_cents(tx, booking_id), *row) if row else None


async def reopen(
    tx: Transaction,
    booking_id: UUID,
    change: Reopened,
    taken: Resources,
    *,
    now: datetime,
    ids: Ids,
) -> None:
    """The booking's new state, and new blocks of all that it has.

    Errors: VehicleBusy, DriverBusy from the exclusion constraints.
    """
    vehicles, drivers = taken
    await tx.run(
        SQL["reopen_booking"],
        {
            "id": booking_id,
            "deposit_received_at": change.deposit_received_at,
            "version": change.version,
            "now": now,
        },
    )
    await tx.run(
        SQL["block_again"],
        {
            "id": booking_id,
            "until": change.blocked_until,
            "block_ids": [ids.new() for _ in (*vehicles, *drivers)],
            "vehicles": [*vehicles, *[None for _ in drivers]],
            "drivers": [*[None for _ in vehicles], *drivers],
        },
    )
