"""Proposals: the lists and objects that are asked for, and what staff write of one."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry
from strawberry import Info

from db.database import Transaction
from db.proposals import PROPOSALS
from domain.idempotency import Key
from domain.identity import Scope
from resolvers.context import OperationContext
from resolvers.listing import by_column, by_id, listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.orders import ProposalOrder
from schema.pagination import Connection
from schema.proposal_drafts import (
    CreateProposalInput,
    RestoreProposalVersionInput,
    SetProposalGuestsInput,
    SetProposalInclusionsInput,
    UpdateProposalInput,
)
from schema.proposals import Proposal, ProposalFilter, ProposalPayload
from services.proposals import (
    create_proposal,
    restore_proposal_version,
    set_proposal_guests,
    set_proposal_inclusions,
    update_proposal,
)


@strawberry.type
class ProposalQuery:
    """Root fields that read proposals."""

    proposals: Connection[Proposal] = listed(
        PROPOSALS,
        filter=ProposalFilter,
        order=ProposalOrder.CREATED_AT_DESC,
        scope=Scope.PROPOSALS_READ,
        description="Proposals that the caller may see.",
        guarded={"text": (Scope.CUSTOMERS_READ, Scope.CUSTOMERS_CONTACT)},
    )
    proposal: Proposal | None = by_id(Proposal, PROPOSALS)
    proposal_by_number: Proposal | None = by_column(
        Proposal, PROPOSALS, "number", "One proposal by its human number."
    )


async def changed(
    info: Info, work: Callable[[Transaction], Awaitable[UUID]], *, key: Key | None = None
) -> ProposalPayload:
    """Do it, and read the proposal anew."""
    context: OperationContext = info.context
    proposal_id = await (context.write(work, key=key) if key else context.write(work))
    return ProposalPayload(proposal=await one(info, PROPOSALS, proposal_id), errors=[])


@strawberry.type
class ProposalMutation:
    """Root fields that write drafts."""

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Draft a proposal for a customer, without days, lines and guests.",
    )
    async def create_proposal(self, info: Info, input: CreateProposalInput) -> ProposalPayload:
        new, now, ids = input.to_domain(), info.context.world.now(), info.context.world.ids
        return await changed(info, lambda tx: create_proposal(tx, new, now=now, ids=ids))

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Change a proposal's title, party, dates, percentages, billing or notes.",
    )
    async def update_proposal(self, info: Info, input: UpdateProposalInput) -> ProposalPayload:
        wish, now, ids = input.to_domain(), info.context.world.now(), info.context.world.ids
        return await changed(info, lambda tx: update_proposal(tx, wish, now=now, ids=ids))

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Bring back the head and the priced lines of an earlier version.",
    )
    async def restore_proposal_version(
        self, info: Info, input: RestoreProposalVersionInput
    ) -> ProposalPayload:
        now, ids = info.context.world.now(), info.context.world.ids
        id, wanted, version = decode_as("Proposal", input.id), input.version, input.expected_version
        return await changed(
            info,
            lambda tx: restore_proposal_version(
                tx, id, wanted, expected_version=version, now=now, ids=ids
            ),
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Replace the priced lines of a proposal; totals and shares follow.",
    )
    async def set_proposal_inclusions(
        self, info: Info, input: SetProposalInclusionsInput
    ) -> ProposalPayload:
        now, ids = info.context.world.now(), info.context.world.ids
        lines = [line.to_domain() for line in input.inclusions]
        proposal_id, version = decode_as("Proposal", input.id), input.expected_version
        return await changed(
            info,
            lambda tx: set_proposal_inclusions(
                tx, proposal_id, lines, expected_version=version, now=now, ids=ids
            ),
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Replace the guests of a proposal; their shares follow.",
    )
    async def set_proposal_guests(
        self, info: Info, input: SetProposalGuestsInput
    ) -> ProposalPayload:
        now, ids = info.context.world.now(), info.context.world.ids
        guests = [guest.to_domain(ids.new()) for guest in input.guests]
        proposal_id, version = decode_as("Proposal", input.id), input.expected_version
        return await changed(
            info,
            lambda tx: set_proposal_guests(
                tx, proposal_id, guests, expected_version=version, now=now, ids=ids
            ),
        )


async def answered(
    info: Info,
    proposal_id: UUID,
    work: Callable[[Transaction], Awaitable[UUID]],
    *,
    key: Key | None = None,
) -> ProposalPayload:
    """Do it as whoever holds this one proposal, which the caller has to see beforehand.

    Errors: NotFound.
    """
    context: OperationContext = info.context
    await one(info, PROPOSALS, proposal_id)
    holder = context.opening(proposal_id)
    await (
        context.write(work, key=key, session=holder) if key else context.write(work, session=holder)
    )
    return ProposalPayload(proposal=await one(info, PROPOSALS, proposal_id), errors=[])
