"""Proposals: the lists and objects that are asked for."""

import strawberry

from db.proposals import PROPOSALS
from domain.identity import Scope
from resolvers.listing import by_column, by_id, listed
from schema.orders import ProposalOrder
from schema.pagination import Connection
from schema.proposals import Proposal, ProposalFilter


@strawberry.type
class ProposalQuery:
    """Root fields that read proposals."""

    proposals: Connection[Proposal] = listed(
        PROPOSALS,
        filter=ProposalFilter,
        order=ProposalOrder.CREATED_AT_DESC,
        scope=Scope.PROPOSALS_READ,
        description="Proposals that the caller may see.",
        guarded={"text": Scope.CUSTOMERS_READ},
    )
    proposal: Proposal | None = by_id(Proposal, PROPOSALS)
    proposal_by_number: Proposal | None = by_column(
        Proposal, PROPOSALS, "number", "One proposal by its human number."
    )
