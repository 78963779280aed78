"""What members do about their sessions, and owners about those of others."""

from datetime import datetime
from uuid import UUID

from db import events, second_factors, staff_sessions
from db.database import Transaction
from db.staff_sessions import OpenSession
from domain.errors import NotFound
from domain.ids import Ids
from domain.second_factors import of_member


async def revoke_session(tx: Transaction, id: UUID, *, now: datetime, ids: Ids) -> OpenSession:
    """End one of the caller's own, this one too. Errors: NotFound."""
    staff_id = _own(tx)
    ended = await staff_sessions.end(tx, id, staff_id, now=now)
    if ended is None:
        raise NotFound(path="id")
    await _tell(tx, staff_id, 1, now=now, ids=ids)
    return ended


async def revoke_other_sessions(tx: Transaction, *, now: datetime, ids: Ids) -> int:
    """End all of the caller's own but this one; gives how many."""
    staff_id = _own(tx)
    ended = await staff_sessions.end_others(tx, staff_id, but=tx.principal.credential, now=now)
    await _tell(tx, staff_id, ended, now=now, ids=ids)
    return ended


async def revoke_staff_sessions(tx: Transaction, staff_id: UUID, *, now: datetime, ids: Ids) -> int:
    """End all sessions of somebody who works for the brand; gives how many.

    Errors: NotFound.
    """
    if not await second_factors.is_member(tx, staff_id):
        raise NotFound(path="staffUserId")
    ended = await staff_sessions.end_of_member(tx, staff_id, now=now)
    await _tell(tx, staff_id, ended, now=now, ids=ids)
    return ended


def _own(tx: Transaction) -> UUID:
    if tx.principal.actor_id is None:
        raise LookupError("a member without an id")
    return tx.principal.actor_id


async def _tell(tx: Transaction, staff_id: UUID, ended: int, *, now: datetime, ids: Ids) -> None:
    contact = await second_factors.contact(tx, staff_id)
    if not ended or contact is None:
        return
    changes = {"open_sessions_ended": (None, ended)}
    await events.append(
        tx,
        of_member(
            "SessionsRevoked", staff_id, contact.version, id=ids.new(), now=now, changes=changes
        ),
    )
