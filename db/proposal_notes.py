"""The thread of notes of a proposal, as it is read and written."""

from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, One, Relation, equals
from domain.errors import NotFound
from domain.proposal_notes import Note

SQL = statements.load(__package__, "proposal_notes.sql")
PROPOSAL_NOTES = Relation(
    "proposal_notes",
    columns={
        "id": ColumnKind.UUID,
        "proposal_id": ColumnKind.UUID,
        "author_kind": ColumnKind.TEXT,
        "internal": ColumnKind.BOOL,
        "body": ColumnKind.TEXT,
        "created_at": ColumnKind.INSTANT,
    },
    one={"proposal": One("proposals", via="proposal_id")},
    orders={
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={"proposal_id": equals("proposal_id")},
)
READ_MODELS = (PROPOSAL_NOTES,)


async def version_of_proposal(tx: Transaction, proposal_id: UUID) -> int:
    """Errors: NotFound if the caller does not see the proposal."""
    row = await tx.row(SQL["proposal_is_there"], {"id": proposal_id})
    if row is None:
        raise NotFound(path="proposalId")
    return int(row[0])


async def insert(tx: Transaction, note: Note, *, id: UUID, now: datetime) -> None:
    await tx.run(
        SQL["insert_note"],
        {
            "id": id,
            "proposal_id": note.proposal_id,
            "author_kind": note.author_kind,
            "author_id": tx.principal.actor_id,
            "internal": note.internal,
            "body": note.body,
            "now": now,
        },
    )
