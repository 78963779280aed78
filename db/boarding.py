"""Tickets on the day of their tour, without prices, and what is said of their guests."""

from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.boarding import BoardingTicket

SQL = statements.load(__package__, "boarding.sql")


async def read(tx: Transaction, ticket_id: UUID) -> BoardingTicket | None:
    """None for a ticket that the caller does not see: a driver sees those of their own tours."""
    row = await tx.row(SQL["boarding_ticket"], {"id": ticket_id})
    return BoardingTicket(*row) if row else None


async def board(tx: Transaction, ticket: BoardingTicket, status: str, *, now: datetime) -> bool:
    """Whether it was stored: not if another got in the way, or if the tour is not the driver's."""
    said = {"id": ticket.id, "seen": ticket.version, "next_status": status, "now": now}
    row = await tx.row(SQL["board_ticket"], said)
    return bool(row and row[0])
