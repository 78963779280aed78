"""Links: who holds one's token may open one object, as long as it is worth opening."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "links.sql")
Linked = Literal["booking", "reservation", "proposal", "proposal_guest", "inquiry", "ticket"]


async def issue(
    tx: Transaction,
    kind: Linked,
    object_id: UUID,
    *,
    id: UUID,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Let an object be opened by the token of this id; it ends by itself with the object."""
    await tx.run(
        SQL["insert_link"],
        {"id": id, "kind": kind, "object_id": object_id, "now": now, "expires_at": expires_at},
    )


async def of_object(tx: Transaction, object_id: UUID) -> UUID | None:
    row = await tx.row(SQL["link_of_object"], {"object_id": object_id})
    return row[0] if row else None


async def revoke(tx: Transaction, object_id: UUID, *, now: datetime) -> int:
    """Close every link to an object, and tell how many there were."""
    return await tx.run(SQL["revoke_links"], {"object_id": object_id, "now": now})
