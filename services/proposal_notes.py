"""What staff and clients write to each other about a proposal."""

from datetime import datetime
from uuid import UUID

from db import events, proposal_notes
from db.database import Transaction
from domain.events import Event
from domain.ids import Ids
from domain.proposal_notes import Note, written


async def add_proposal_note(tx: Transaction, wish: Note, *, now: datetime, ids: Ids) -> UUID:
    """One note more in the thread; its own id is given.

    Errors: NotFound, InvalidInput.
    """
    note = written(wish)
    version = await proposal_notes.version_of_proposal(tx, note.proposal_id)
    id = ids.new()
    await proposal_notes.insert(tx, note, id=id, now=now)
    event = Event(
        id=ids.new(),
        kind="ProposalNoteAdded",
        entity="proposal",
        entity_id=note.proposal_id,
        entity_version=version,
        occurred_at=now,
        changes={
            "note_id": (None, str(id)),
            "note_author_kind": (None, note.author_kind),
            "note_internal": (None, note.internal),
        },
        personal={"note_body": (None, note.body)},
    )
    await events.append(tx, event)
    return id
