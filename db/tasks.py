"""The statements that tell staff to do something, and say that it is done."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.tasks import Settled, Task

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
SQL = statements.load(__package__, "tasks.sql")


async def insert(tx: Transaction, task: Task) -> None:
    """Store a new one; only staff say whose it is."""
    if task.assignee_id is None:
        await tx.run(SQL["insert_task"], asdict(task))
    else:
        await tx.run(SQL["insert_given_task"], asdict(task))


async def lock(tx: Transaction, task_id: UUID) -> Task | None:
    """The task's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_task"], {"id": task_id})
    return Task(*row) if row else None


async def lock_open(tx: Transaction, subject_id: UUID, *, kind: str) -> Sequence[Task]:
    """The rows of what is still to be done of a kind about an object."""
    rows = await tx.rows(SQL["lock_open_tasks"], {"subject_id": subject_id, "kind": kind})
    return [Task(*row) for row in rows]


async def update(tx: Transaction, task: Task) -> None:
    await tx.run(SQL["update_task"], asdict(task))


async def settle(
    tx: Transaction,
    subject_id: UUID,
    *kinds: str,
    since: datetime = ALWAYS,
    now: datetime,
) -> Sequence[Settled]:
    """Close what nobody has to do any more about an object; a guest may, of theirs."""
    given = {"subject_id": subject_id, "kinds": list(kinds), "since": since, "now": now}
    return [Settled(*row) for row in await tx.rows(SQL["settle_tasks"], given)]


async def subject_exists(tx: Transaction, kind: str, id: UUID) -> bool:
    row = await tx.row(SQL["subject_exists"], {"kind": kind, "id": id})
    return row is not None and bool(row[0])


async def is_member(tx: Transaction, staff_id: UUID) -> bool:
    """Whether that staff user may be given work of this brand."""
    return await tx.row(SQL["is_member"], {"id": staff_id}) is not None
