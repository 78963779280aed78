"""Sessions of staff as their owner sees them, ends them, and proves anew who is asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "staff_sessions.sql")


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that goes on: from where, since when, and when it last proved who is asking."""

    id: UUID
    brand_code: str
    user_agent: str | None
    address: str
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    proved_at: datetime | None


async def open_of(tx: Transaction, staff_id: UUID, *, now: datetime) -> Sequence[OpenSession]:
    """The caller's own, a hundred at most; nobody is shown another's."""
    rows = await tx.rows(SQL["open_sessions"], {"staff": staff_id, "now": now})
    return [OpenSession(*row) for row in rows]


async def end(tx: Transaction, id: UUID, staff_id: UUID, *, now: datetime) -> OpenSession | None:
    row = await tx.row(SQL["end_session"], {"id": id, "staff": staff_id, "now": now})
    return OpenSession(*row) if row else None


async def end_others(tx: Transaction, staff_id: UUID, *, but: UUID | None, now: datetime) -> int:
    """How many there were besides that one."""
    given = {"staff": staff_id, "but": but, "now": now}
    return len(await tx.rows(SQL["end_other_sessions"], given))


async def end_of_member(tx: Transaction, staff_id: UUID, *, now: datetime) -> int:
    """How many another member had, whom an owner puts out."""
    row = await tx.row(SQL["end_sessions_of_member"], {"staff": staff_id, "now": now})
    return int(row[0]) if row else 0


async def prove(
    tx: Transaction, id: UUID, staff_id: UUID, methods: Sequence[str], *, now: datetime
) -> bool:
    """Whether the session still goes on."""
    given = {"id": id, "staff": staff_id, "methods": list(methods), "now": now}
    return await tx.row(SQL["prove_session"], given) is not None
