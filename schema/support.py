"""Support access in the contract: who is let in, to see what, until when."""

from datetime import datetime
from enum import StrEnum

import strawberry


@strawberry.enum(description="As what a supporter sees the brand.")
class SupportView(StrEnum):
    VIEWER = "viewer"
    DISPATCHER = "dispatcher"
    SALES = "sales"
    FINANCE = "finance"


@strawberry.input(description="Let somebody from outside in, for some hours.")
class GrantSupportAccessInput:
    """Nobody is let in otherwise: there is no administrator above the tenants."""

    email: str = strawberry.field(description="Where their invitation goes.")
    name: str = strawberry.field(description="Who it is.")
    reason: str = strawberry.field(description="Why; it stands in the audit log.")
    ends_at: datetime = strawberry.field(description="Until when: 72 hours from now at most.")
    seen_as: SupportView = strawberry.field(
        default=SupportView.VIEWER, description="What they may do: as this role may."
    )


@strawberry.input(description="End somebody's support access at once.")
class EndSupportAccessInput:
    """Every session of theirs is over."""

    id: strawberry.ID = strawberry.field(description="Their membership.")
    expected_version: int = strawberry.field(description="The version that you read.")
