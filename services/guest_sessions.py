"""Where customers and drivers are signed in: ended by themselves, or by staff for them."""

from datetime import datetime
from uuid import UUID

from db import events, guest_sessions
from db.database import Transaction
from domain.errors import NotFound
from domain.guest_sign_in import ENDED_BY_HAND, ended_event
from domain.identity import Kind
from domain.ids import Ids


async def end_guest_session(
    tx: Transaction, kind: Kind, session_id: UUID, *, now: datetime, ids: Ids
) -> None:
    """Over at once; what is over stays as it is. Errors: NotFound."""
    if not await guest_sessions.exists(tx, kind, session_id):
        raise NotFound(path="id")
    turn = await guest_sessions.revoke(tx, kind, session_id, now=now)
    if turn is not None:
        event = ended_event(kind, session_id, ENDED_BY_HAND, id=ids.new(), turn=turn, now=now)
        await events.append(tx, event)
