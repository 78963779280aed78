"""What the mails to customers say, read as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "customer_mails.sql")


@dataclass(frozen=True, slots=True)
class NewTime:
    """A booking's time as it is now. `email` is None if there is nobody to tell."""

    number: str
    starts_at: datetime
    time_zone: str
    email: str | None


async def new_time(tx: Transaction, booking_id: UUID) -> NewTime | None:
    row = await tx.row(SQL["new_time"], {"booking_id": booking_id})
    return NewTime(*row) if row else None


@dataclass(frozen=True, slots=True)
class CalledOff:
    """A cancelled booking as it is now. `email` is None if there is nobody to tell."""

    number: str
    starts_at: datetime
    time_zone: str
    refund_due_cents: int | None
    currency: str
    email: str | None


async def called_off(tx: Transaction, booking_id: UUID) -> CalledOff | None:
    row = await tx.row(SQL["called_off"], {"booking_id": booking_id})
    return CalledOff(*row) if row else None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A tour as it is now, its stops as lines. `email` is None if there is nobody to remind."""

    number: str
    starts_at: datetime
    time_zone: str
    pickup: str | None
    stops: Sequence[str]
    email: str | None


async def reminder(tx: Transaction, booking_id: UUID, starts_at: datetime) -> Reminder | None:
    given = {"booking_id": booking_id, "starts_at": starts_at}
    row = await tx.row(SQL["reminder"], given)
    return Reminder(*row) if row else None


@dataclass(frozen=True, slots=True)
class SentProposal:
    """A proposal as it is now. `email` is None if there is nobody to tell."""

    number: str
    title: str
    valid_until: datetime
    website: str | None
    email: str | None


async def sent_proposal(
    tx: Transaction, proposal_id: UUID, *, now: datetime
) -> SentProposal | None:
    row = await tx.row(SQL["sent_proposal"], {"proposal_id": proposal_id, "now": now})
    return SentProposal(*row) if row else None
