"""Guests who change their own booking: they see it by their own door, and have it alone in hand."""

from uuid import UUID

from strawberry import Info

from db.bookings import BOOKINGS
from db.database import Session
from domain.identity import Kind
from resolvers.listing import one

STAFF = frozenset({Kind.STAFF, Kind.WORKER})


async def hand_of(info: Info, booking_id: UUID) -> Session | None:
    """The session that writes: staff have their own; a guest's opens the booking that is theirs.

    Errors: NotFound for a guest who may not see it.
    """
    if info.context.principal.kind in STAFF:
        return None
    await one(info, BOOKINGS, booking_id)
    session: Session = info.context.opening(booking_id)
    return session
