"""The statements that hand a booking over, and that count what guests move."""

from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.customers import Contact
from domain.errors import NotFound
from domain.guest_moves import Allowance, Sold
from domain.transfers import Owned

SQL = statements.load(__package__, "transfers.sql")


async def lock(tx: Transaction, booking_id: UUID) -> Owned | None:
    """The booking's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_owned"], {"id": booking_id})
    return Owned(*row) if row else None


async def transfer(
    tx: Transaction,
    booking: Owned,
    customer_id: UUID,
    contact: Contact,
    *,
    guest_moves: int,
    now: datetime,
) -> None:
    await tx.run(
        SQL["transfer_booking"],
        {
            "id": booking.id,
            "customer_id": customer_id,
            "name": contact.name,
            "email": contact.email,
            "phone": contact.phone,
            "guest_moves": guest_moves,
            "version": booking.version + 1,
            "now": now,
        },
    )


async def allowance(tx: Transaction, booking_id: UUID) -> Allowance:
    """Of a booking that is locked by now.

    Errors: NotFound.
    """
    row = await tx.row(SQL["allowance_of_guest"], {"id": booking_id})
    if row is None:
        raise NotFound(path="id")
    return Allowance(*row)


async def sold(tx: Transaction, booking_id: UUID) -> Sold:
    """What a booking that is locked by now was sold for.

    Errors: NotFound.
    """
    row = await tx.row(SQL["sold_tour"], {"id": booking_id})
    if row is None:
        raise NotFound(path="id")
    return Sold(*row)


async def spend(tx: Transaction, booking_id: UUID, guest_moves: int) -> None:
    await tx.run(SQL["spend_move"], {"id": booking_id, "guest_moves": guest_moves})
