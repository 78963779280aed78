"""What clients were sent, version by version, as it is read and frozen."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, One, Relation, equals
from domain.proposal_versions import Snapshot

SQL = statements.load(__package__, "proposal_versions.sql")
PROPOSAL_VERSIONS = Relation(
    "proposal_versions",
    columns={
        "id": ColumnKind.UUID,
        "proposal_id": ColumnKind.UUID,
        "number": ColumnKind.INT,
        "snapshot": ColumnKind.JSON,
        "currency": ColumnKind.TEXT,
        "total_cents": ColumnKind.CENTS,
        "sent_at": ColumnKind.INSTANT,
    },
    one={"proposal": One("proposals", via="proposal_id")},
    orders={"SENT_AT_ASC": ("sent_at", "id"), "SENT_AT_DESC": ("-sent_at", "-id")},
    filters={"proposal_id": equals("proposal_id")},
)
READ_MODELS = (PROPOSAL_VERSIONS,)


async def freeze(tx: Transaction, proposal_id: UUID, *, id: UUID, now: datetime) -> int:
    """Keep what the client is sent; the proposal's row is locked by now. Gives its number."""
    given = {"id": id, "proposal_id": proposal_id, "now": now}
    row = await tx.row(SQL["freeze_version"], given)
    if row is None:
        raise AssertionError(proposal_id)
    return int(row[0])


async def two(
    tx: Transaction, proposal_id: UUID, *, numbers: tuple[int, int]
) -> Mapping[int, Snapshot]:
    """What the caller may see of these two, by number."""
    given = {"proposal_id": proposal_id, "numbers": list(numbers)}
    return {row[0]: row[1] for row in await tx.rows(SQL["two_versions"], given)}
