"""Notes about proposals: the thread, and what staff and clients add to it."""

import strawberry
from strawberry import Info

from db.proposal_notes import PROPOSAL_NOTES
from db.proposals import PROPOSALS
from domain.errors import NotFound
from domain.identity import Scope
from domain.proposal_notes import Note
from resolvers.context import OperationContext
from resolvers.listing import listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.orders import ProposalNoteOrder
from schema.pagination import Connection
from schema.proposal_notes import (
    AddProposalNoteInput,
    ProposalNote,
    ProposalNoteFilter,
    ProposalNotePayload,
    ReplyToProposalInput,
)
from services.proposal_notes import add_proposal_note


@strawberry.type
class ProposalNoteQuery:
    """Root fields that read notes."""

    proposal_notes: Connection[ProposalNote] = listed(
        PROPOSAL_NOTES,
        filter=ProposalNoteFilter,
        order=ProposalNoteOrder.CREATED_AT_ASC,
        scope=Scope.PROPOSALS_READ,
        description="Notes about proposals that the caller may see.",
    )


async def _added(info: Info, note: Note) -> ProposalNotePayload:
    """A client writes as whoever holds this one proposal, which they have to see beforehand."""
    context: OperationContext = info.context
    now, ids = context.world.now(), context.world.ids
    if await context.by(PROPOSALS.name).load(note.proposal_id) is None:
        raise NotFound(path="proposalId")
    id = await context.write(
        lambda tx: add_proposal_note(tx, note, now=now, ids=ids),
        session=context.opening(note.proposal_id),
    )
    return ProposalNotePayload(note=await one(info, PROPOSAL_NOTES, id), errors=[])


@strawberry.type
class ProposalNoteMutation:
    """Root fields that write notes."""

    @mutation(
        ProposalNotePayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Write a note about a proposal, for staff alone or for the client too.",
    )
    async def add_proposal_note(
        self, info: Info, input: AddProposalNoteInput
    ) -> ProposalNotePayload:
        note = Note(
            decode_as("Proposal", input.proposal_id, path="proposalId"),
            "staff",
            input.body,
            input.internal,
        )
        return await _added(info, note)

    @mutation(
        ProposalNotePayload,
        scope=Scope.PROPOSALS_ANSWER,
        description="Write to staff about the proposal, as its client.",
    )
    async def reply_to_proposal(
        self, info: Info, input: ReplyToProposalInput
    ) -> ProposalNotePayload:
        return await _added(
            info,
            Note(decode_as("Proposal", input.proposal_id, path="proposalId"), "client", input.body),
        )
