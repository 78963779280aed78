"""Guests who change what is theirs: they see it by their own door, and have it alone in hand."""

from uuid import UUID

from strawberry import Info

from db.bookings import BOOKINGS
from db.database import Session
from db.relations import Relation
from domain.identity import Kind
from resolvers.listing import one

STAFF = frozenset({Kind.STAFF, Kind.WORKER})


async def hand_of(info: Info, id: UUID, relation: Relation = BOOKINGS) -> Session | None:
    """The session that writes: staff have their own; a guest's opens the one object of theirs.

    Errors: NotFound for a guest who may not see it.
    """
    if info.context.principal.kind in STAFF:
        return None
    await one(info, relation, id)
    session: Session = info.context.opening(id)
    return session
