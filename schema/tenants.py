"""The operating company in the contract: how its owner ends it."""

from datetime import datetime

import strawberry

from schema.errors import UserError


@strawberry.input(description="The end of the operating company, with all of its brands.")
class LeaveTenantInput:
    """For whoever owns every brand."""

    confirm: str = strawberry.field(description="The company's slug, typed out: `acme-tours`.")


@strawberry.type(description="Until when everything is kept, or why nothing was done.")
class LeaveTenantPayload:
    """Nobody of the company is let in after this answer."""

    leaves_at: datetime | None = strawberry.field(
        description="Until then it can be exported and can come back; then it is deleted."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")
