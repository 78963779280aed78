"""Handing out the audit log: every act of a span of time, line by line."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final
from uuid import UUID

from db import audit, events
from db.audit import Span
from db.database import Session
from domain.events import Event
from domain.ids import Ids

PAGE: Final = 500
FIRST: Final = UUID(int=0)


async def begin_audit_export(session: Session, span: Span, *, now: datetime, ids: Ids) -> None:
    """Tell that the log is handed out, and to whom, before its first line."""
    id = ids.new()
    changes = {
        "starts_at": (None, span.starts_at.isoformat()),
        "ends_at": (None, span.ends_at.isoformat()),
    }
    taken = Event(id, "AuditExported", "audit_export", id, 1, now, changes)
    await session.write(lambda tx: events.append(tx, taken))


async def audit_lines(session: Session, span: Span) -> AsyncIterator[bytes]:
    """JSON Lines, some hundred at a time: however long the log is, no more of it is held."""
    after, size = FIRST, PAGE
    while size == PAGE:
        async with session.read() as tx:
            rows = await audit.page(tx, after, span, size=PAGE)
        size = len(rows)
        if rows:
            after = rows[-1][0]
            yield b"".join(text.encode() + b"\n" for _, text in rows)
