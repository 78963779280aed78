"""Those who work for the operator, in the contract."""

from datetime import datetime

import strawberry

from domain.identity import Scope
from schema.enums import StaffStatus
from schema.fields import Node, column, entity, instant


@entity("staff_users", description="Somebody who works here.", scope=Scope.TASKS_READ)
class StaffUser(Node):
    """Works for the operating company, for one of its brands or for several."""

    name: str = column("Full name.")
    status: StaffStatus = column("May they sign in?")
    email: str | None = column("What they sign in with.", scope=Scope.STAFF_READ)
    created_at: datetime = instant("Since when they are known here.")
    version: int = column("Grows with every change.")


@strawberry.input(description="Which staff; conditions are joined by AND.")
class StaffUserFilter:
    """Every field is a filter of the read model, by the same name."""

    member: bool | None = strawberry.field(
        default=None, description="Only members of this brand, whom its work can be given to."
    )
    text: str | None = strawberry.field(default=None, description="Part of a name.")
