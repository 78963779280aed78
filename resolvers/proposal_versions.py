"""Versions of proposals: what clients were sent, and how two of them differ."""

from typing import Annotated

import strawberry
from strawberry import Info

from db.proposal_versions import PROPOSAL_VERSIONS
from db.proposals import PROPOSALS
from domain.identity import Scope
from resolvers.listing import listed, one, says
from schema.global_ids import decode_as
from schema.orders import ProposalVersionOrder
from schema.pagination import Connection
from schema.permissions import check, requires
from schema.proposal_versions import (
    ProposalComparison,
    ProposalDifference,
    ProposalVersion,
    ProposalVersionFilter,
)
from services.proposal_versions import compare_versions


@strawberry.type
class ProposalVersionQuery:
    """Root fields that read versions."""

    proposal_versions: Connection[ProposalVersion] = listed(
        PROPOSAL_VERSIONS,
        filter=ProposalVersionFilter,
        order=ProposalVersionOrder.SENT_AT_DESC,
        scope=Scope.PROPOSALS_READ,
        description="Versions of proposals that the caller may see.",
    )

    @strawberry.field(
        extensions=[requires(Scope.PROPOSALS_READ)],
        description="What differs between two versions of a proposal, line by line.",
    )
    async def compare_versions(
        self,
        info: Info,
        proposal_id: Annotated[strawberry.ID, says("The proposal.")],
        from_: Annotated[
            int, strawberry.argument(name="from", description="The number of the earlier version.")
        ],
        to: Annotated[int, says("The number of the later version.")],
    ) -> ProposalComparison | None:
        check(info.context.principal, Scope.PRICES_READ)
        id = decode_as("Proposal", proposal_id, path="proposalId")
        proposal = await one(info, PROPOSALS, id)
        transaction = await info.context.snapshot.transaction()
        found = await compare_versions(transaction, id, numbers=(from_, to))
        return ProposalComparison(
            proposal=proposal,
            differences=[ProposalDifference.from_domain(each) for each in found],
        )
