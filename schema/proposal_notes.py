"""The thread of notes of a proposal, in the contract."""

from datetime import datetime

import strawberry

from domain.identity import Scope
from schema.enums import NoteAuthor
from schema.errors import UserError
from schema.fields import Node, column, edge, entity, instant
from schema.proposals import Proposal


@entity(
    "proposal_notes",
    description="A note of the thread of a proposal, by staff or by the client.",
    scope=Scope.PROPOSALS_READ,
)
class ProposalNote(Node):
    """Written once; nobody changes a note."""

    author_kind: NoteAuthor = column("Who wrote it.")
    internal: bool = column("Is it for staff alone?")
    body: str = column("What it says.")
    created_at: datetime = instant("When it was written.")
    proposal: Proposal | None = edge("The proposal that it is about.")


@strawberry.input(description="Which notes; conditions are joined by AND.")
class ProposalNoteFilter:
    """Every field is a filter of the read model, by the same name."""

    proposal_id: strawberry.ID | None = strawberry.field(
        default=None, description="About this proposal."
    )


@strawberry.input(description="Write a note about a proposal, as staff.")
class AddProposalNoteInput:
    """Internal notes are never shown to a client."""

    proposal_id: strawberry.ID = strawberry.field(description="The proposal.")
    body: str = strawberry.field(description="What it says: up to 4000 characters.")
    internal: bool = strawberry.field(default=True, description="Is it for staff alone?")


@strawberry.input(description="Write to staff about a proposal, as its client.")
class ReplyToProposalInput:
    """Staff and client read it."""

    proposal_id: strawberry.ID = strawberry.field(description="The proposal.")
    body: str = strawberry.field(description="What it says: up to 4000 characters.")


@strawberry.type(description="The note, or why it was not written.")
class ProposalNotePayload:
    """Exactly one of the two says something."""

    note: ProposalNote | None = strawberry.field(description="The note.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was written.")
