"""Reservations: the lists and objects that are asked for."""

import strawberry

from db.reservations import RESERVATIONS
from domain.identity import Scope
from resolvers.listing import by_column, by_id, listed
from schema.orders import ReservationOrder
from schema.pagination import Connection
from schema.reservations import Reservation, ReservationFilter


@strawberry.type
class ReservationQuery:
    """Root fields that read reservations."""

    reservations: Connection[Reservation] = listed(
        RESERVATIONS,
        filter=ReservationFilter,
        order=ReservationOrder.CREATED_AT_DESC,
        scope=Scope.RESERVATIONS_READ,
        description="Reservations that the caller may see.",
        guarded={"text": (Scope.CUSTOMERS_READ, Scope.CUSTOMERS_CONTACT)},
    )
    reservation: Reservation | None = by_id(Reservation, RESERVATIONS)
    reservation_by_number: Reservation | None = by_column(
        Reservation, RESERVATIONS, "number", "One reservation by its human number."
    )
