"""Where customers and drivers are signed in, in the contract."""

from datetime import datetime
from typing import Any

import strawberry

from domain.identity import Scope
from schema.errors import UserError
from schema.fields import BINDING, Node, column, entity, instant


def _current() -> Any:
    def resolve(root: Any, info: strawberry.Info) -> bool:
        return bool(root.id == info.context.principal.credential)

    return strawberry.field(
        resolver=resolve,
        description="Is it the session that asks?",
        metadata={BINDING: ("id",)},
    )


@entity(
    "customer_sessions",
    description="Where a customer is signed in, or was.",
    scope=Scope.CUSTOMER_SESSIONS_READ,
)
class CustomerSession(Node):
    """A customer sees their own, staff those of the brand."""

    current: bool = _current()
    user_agent: str | None = column("What the program called itself.")
    address: str = column("Where it was begun from.")
    created_at: datetime = instant("When it was begun.")
    refreshed_at: datetime = instant("When it went on last.")
    expires_at: datetime = instant("When it ends by itself.")
    revoked_at: datetime | None = instant("When it was ended before that.")


@entity(
    "driver_sessions",
    description="Where a driver is signed in, or was.",
    scope=Scope.DRIVER_SESSIONS_READ,
)
class DriverSession(Node):
    """A driver sees their own, staff those of the operator."""

    current: bool = _current()
    user_agent: str | None = column("What the program called itself.")
    address: str = column("Where it was begun from.")
    created_at: datetime = instant("When it was begun.")
    refreshed_at: datetime = instant("When it went on last.")
    expires_at: datetime = instant("When it ends by itself.")
    revoked_at: datetime | None = instant("When it was ended before that.")


@strawberry.input(description="Which sessions; conditions are joined by AND.")
class CustomerSessionFilter:
    """Every field is a filter of the read model, by the same name."""

    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this customer."
    )
    revoked: bool | None = strawberry.field(default=None, description="Ended by hand, or not.")


@strawberry.input(description="Which sessions; conditions are joined by AND.")
class DriverSessionFilter:
    """Every field is a filter of the read model, by the same name."""

    driver_id: strawberry.ID | None = strawberry.field(default=None, description="Of this driver.")
    revoked: bool | None = strawberry.field(default=None, description="Ended by hand, or not.")


@strawberry.input(description="A session that is over at once.")
class EndSessionInput:
    """It does not come back: one signs in anew."""

    id: strawberry.ID = strawberry.field(description="The session.")


@strawberry.type(description="The session, or why it goes on.")
class EndCustomerSessionPayload:
    """What ending a customer's session answers."""

    customer_session: CustomerSession | None = strawberry.field(description="As it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it is over.")


@strawberry.type(description="The session, or why it goes on.")
class EndDriverSessionPayload:
    """What ending a driver's session answers."""

    driver_session: DriverSession | None = strawberry.field(description="As it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it is over.")
