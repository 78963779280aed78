"""Schedules: which are due, whichever brand's, and the steps of running one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "schedules.sql")


@dataclass(frozen=True, slots=True)
class Due:
    """A schedule whose time has come, and whose it is."""

    tenant_slug: str
    brand_code: str
    schedule_id: UUID


@dataclass(frozen=True, slots=True)
class Schedule:
    """What runs, and when: `cron` is read in the brand's time zone."""

    id: UUID
    task: str
    cron: str


async def due(tx: Transaction, *, now: datetime, batch: int) -> Sequence[Due]:
    """The longest due first."""
    return [Due(*row) for row in await tx.rows(SQL["due_schedules"], {"now": now, "batch": batch})]


async def lock_due(tx: Transaction, schedule_id: UUID, *, now: datetime) -> Schedule | None:
    """The schedule, held until the transaction ends; None if somebody else has run it."""
    row = await tx.row(SQL["lock_due_schedule"], {"id": schedule_id, "now": now})
    return Schedule(*row) if row else None


async def advance(tx: Transaction, schedule_id: UUID, *, next_run_at: datetime) -> None:
    await tx.run(SQL["advance_schedule"], {"id": schedule_id, "next_run_at": next_run_at})


async def disable(tx: Transaction, schedule_id: UUID) -> None:
    await tx.run(SQL["disable_schedule"], {"id": schedule_id})
