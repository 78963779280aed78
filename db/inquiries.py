"""The statements that take an inquiry in and change it."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.inquiries import Inquiry

SQL = statements.load(__package__, "inquiries.sql")


async def insert(tx: Transaction, inquiry: Inquiry) -> None:
    await tx.run(SQL["insert_inquiry"], asdict(inquiry))


async def lock(tx: Transaction, inquiry_id: UUID) -> Inquiry | None:
    """The inquiry's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_inquiry"], {"id": inquiry_id})
    return Inquiry(*row) if row else None


async def lock_own(tx: Transaction, inquiry_id: UUID) -> Inquiry | None:
    """The row of what a guest has asked, held until the transaction ends."""
    row = await tx.row(SQL["lock_own_inquiry"], {"id": inquiry_id})
    return Inquiry(*row) if row else None


async def withdraw(tx: Transaction, inquiry: Inquiry) -> None:
    await tx.run(SQL["withdraw_inquiry"], asdict(inquiry))


async def update(tx: Transaction, inquiry: Inquiry, *, through: Sequence[str] = ()) -> None:
    """Store the inquiry as it is now, by way of the states that it passes."""
    for status in through:
        await tx.run(SQL["step_inquiry"], {"id": inquiry.id, "status": status})
    await tx.run(SQL["update_inquiry"], asdict(inquiry))


async def number(tx: Transaction, inquiry_id: UUID) -> str | None:
    """All that whoever asked is told of it."""
    row = await tx.row(SQL["number_of_inquiry"], {"id": inquiry_id})
    return str(row[0]) if row else None
