"""Where customers and drivers are signed in: the lists, and ending one of them."""

from typing import Any

import strawberry
from strawberry import Info

from db.guest_sessions import CUSTOMER_SESSIONS, DRIVER_SESSIONS
from db.relations import Relation
from domain.identity import Kind, Scope
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.guest_sessions import (
    CustomerSession,
    CustomerSessionFilter,
    DriverSession,
    DriverSessionFilter,
    EndCustomerSessionPayload,
    EndDriverSessionPayload,
    EndSessionInput,
)
from schema.orders import SessionOrder
from schema.pagination import Connection
from services.guest_sessions import end_guest_session


@strawberry.type
class GuestSessionQuery:
    """Root fields that read sessions of customers and drivers."""

    customer_sessions: Connection[CustomerSession] = listed(
        CUSTOMER_SESSIONS,
        filter=CustomerSessionFilter,
        order=SessionOrder.CREATED_AT_DESC,
        scope=Scope.CUSTOMER_SESSIONS_READ,
        description="Where customers are signed in, or were; a customer sees their own.",
    )
    driver_sessions: Connection[DriverSession] = listed(
        DRIVER_SESSIONS,
        filter=DriverSessionFilter,
        order=SessionOrder.CREATED_AT_DESC,
        scope=Scope.DRIVER_SESSIONS_READ,
        description="Where drivers are signed in, or were; a driver sees their own.",
    )
    customer_session: CustomerSession | None = by_id(CustomerSession, CUSTOMER_SESSIONS)
    driver_session: DriverSession | None = by_id(DriverSession, DRIVER_SESSIONS)


@strawberry.type
class GuestSessionMutation:
    """Root fields that end sessions of customers and drivers."""

    @mutation(
        EndCustomerSessionPayload,
        scope=Scope.CUSTOMER_SESSIONS_END,
        description="Sign a customer out where they are signed in; a customer ends their own.",
    )
    async def end_customer_session(
        self, info: Info, input: EndSessionInput
    ) -> EndCustomerSessionPayload:
        ended = await _ended(info, input, Kind.CUSTOMER, CUSTOMER_SESSIONS)
        return EndCustomerSessionPayload(customer_session=ended, errors=[])

    @mutation(
        EndDriverSessionPayload,
        scope=Scope.DRIVER_SESSIONS_END,
        description="Sign a driver out where they are signed in; a driver ends their own.",
    )
    async def end_driver_session(
        self, info: Info, input: EndSessionInput
    ) -> EndDriverSessionPayload:
        ended = await _ended(info, input, Kind.DRIVER, DRIVER_SESSIONS)
        return EndDriverSessionPayload(driver_session=ended, errors=[])


async def _ended(info: Info, input: EndSessionInput, kind: Kind, sessions: Relation) -> Any:
    context, now = info.context, info.context.world.now()
    id = decode_as(f"{kind.capitalize()}Session", input.id)
    await context.write(lambda tx: end_guest_session(tx, kind, id, now=now, ids=context.world.ids))
    return await one(info, sessions, id)
