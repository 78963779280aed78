"""The life of a proposal: what staff do with the whole of it, and what its client answers."""

import strawberry
from strawberry import Info

from domain.identity import Scope
from resolvers.keys import key_of
from resolvers.proposals import answered, changed
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.proposal_answers import (
    AcceptProposalInput,
    ConvertProposalInput,
    DeclineProposalInput,
    ReopenProposalInput,
    ResendProposalInput,
    SendProposalInput,
    SetProposalPhaseInput,
    ViewProposalInput,
    sending,
)
from schema.proposals import ProposalPayload
from services.proposal_conversions import convert_proposal
from services.proposal_lives import (
    accept_proposal,
    decline_proposal,
    reopen_proposal,
    resend_proposal,
    send_proposal,
    set_proposal_phase,
    view_proposal,
)


@strawberry.type
class ProposalLifeMutation:
    """Root fields that staff move a proposal with."""

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Send a draft to its client; what they see is kept as a version.",
    )
    async def send_proposal(self, info: Info, input: SendProposalInput) -> ProposalPayload:
        wish = sending(input.id, input.expected_version, input.valid_until)
        now, ids = info.context.world.now(), info.context.world.ids
        return await changed(info, lambda tx: send_proposal(tx, wish, now=now, ids=ids))

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Send an open proposal again, as a further version. The new mail brings a new"
        " link; the one that the client has opens nothing from then on.",
    )
    async def resend_proposal(self, info: Info, input: ResendProposalInput) -> ProposalPayload:
        wish = sending(input.id, input.expected_version, input.valid_until)
        now, ids = info.context.world.now(), info.context.world.ids
        return await changed(info, lambda tx: resend_proposal(tx, wish, now=now, ids=ids))

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Make a draft again of what was declined or has run out.",
    )
    async def reopen_proposal(self, info: Info, input: ReopenProposalInput) -> ProposalPayload:
        wish = sending(input.id, input.expected_version, input.valid_until)
        now, ids = info.context.world.now(), info.context.world.ids
        return await changed(info, lambda tx: reopen_proposal(tx, wish, now=now, ids=ids))

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Go on to the next phase of planning; `FINALIZED` closes the plan.",
    )
    async def set_proposal_phase(self, info: Info, input: SetProposalPhaseInput) -> ProposalPayload:
        proposal_id, phase = decode_as("Proposal", input.id), input.phase.value
        now, ids = info.context.world.now(), info.context.world.ids
        version = input.expected_version
        return await changed(
            info,
            lambda tx: set_proposal_phase(
                tx, proposal_id, phase, expected_version=version, now=now, ids=ids
            ),
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Make bookings of an accepted proposal: one a day, each with its vans.",
        keyed=True,
    )
    async def convert_proposal(self, info: Info, input: ConvertProposalInput) -> ProposalPayload:
        wish, now, ids = input.to_domain(), info.context.world.now(), info.context.world.ids
        return await changed(
            info, lambda tx: convert_proposal(tx, wish, now=now, ids=ids), key=key_of(info)
        )


@strawberry.type
class ProposalAnswerMutation:
    """Root fields that a client answers with."""

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_ANSWER,
        description="Tell that the client has opened the proposal; the first time is remembered.",
    )
    async def view_proposal(self, info: Info, input: ViewProposalInput) -> ProposalPayload:
        proposal_id = decode_as("Proposal", input.id)
        now, ids = info.context.world.now(), info.context.world.ids
        return await answered(
            info, proposal_id, lambda tx: view_proposal(tx, proposal_id, now=now, ids=ids)
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_ANSWER,
        description="Accept the proposal with a typed signature; its totals are frozen.",
        keyed=True,
    )
    async def accept_proposal(self, info: Info, input: AcceptProposalInput) -> ProposalPayload:
        wish, now, ids = input.to_domain(), info.context.world.now(), info.context.world.ids
        return await answered(
            info,
            wish.proposal_id,
            lambda tx: accept_proposal(tx, wish, now=now, ids=ids),
            key=key_of(info),
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_ANSWER,
        description="Decline the proposal.",
    )
    async def decline_proposal(self, info: Info, input: DeclineProposalInput) -> ProposalPayload:
        proposal_id, reason = decode_as("Proposal", input.id), input.reason
        now, ids = info.context.world.now(), info.context.world.ids
        version = input.expected_version
        return await answered(
            info,
            proposal_id,
            lambda tx: decline_proposal(
                tx, proposal_id, reason, expected_version=version, now=now, ids=ids
            ),
        )
