"""Staff: the list that work is given out by."""

import strawberry

from db.staff import STAFF_USERS
from domain.identity import Scope
from resolvers.listing import listed
from schema.orders import NameOrder
from schema.pagination import Connection
from schema.staff import StaffUser, StaffUserFilter


@strawberry.type
class StaffQuery:
    """Root fields that read who works here."""

    staff_users: Connection[StaffUser] = listed(
        STAFF_USERS,
        filter=StaffUserFilter,
        order=NameOrder.NAME_ASC,
        scope=Scope.TASKS_READ,
        description="Those who work for the operator.",
    )
