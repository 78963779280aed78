"""Reservations ("Reserve & Refine") in the contract."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.identity import Scope
from schema.customers import Customer
from schema.enums import ReservationMethod, ReservationStatus, TourType
from schema.fields import Node, column, edge, entity, instant, money
from schema.money import Money

if TYPE_CHECKING:
    from schema.payments import Payment


@entity(
    "reservations",
    description="A preferred date held by a flat deposit, to be refined into a booking.",
    scope=Scope.RESERVATIONS_READ,
)
class Reservation(Node):
    """Staff consult within a day, then convert it."""

    number: str = column("Human number, unique in the brand: `WWT-RES-2026-00003`.")
    status: ReservationStatus = column("Where the reservation is in its life.")
    preferred_on: date = column("The wished day, in the brand's zone.")
    alternate_on: date | None = column("Another day that would do.")
    party_size: int = column("Guests.")
    tour_type: TourType = column("What kind of tour is wished.")
    method: ReservationMethod = column("How the deposit is paid.")
    deposit: Money | None = money("deposit_cents", "The flat deposit.", scope=Scope.PRICES_READ)
    consult_by: datetime = instant("Staff call before this.")
    special_requests: str | None = column("What the guest asked for.")
    internal_notes: str | None = column("For staff alone.", scope=Scope.NOTES_READ)
    created_at: datetime = instant("When it was made.")
    version: int = column("Grows with every change.")
    customer: Customer | None = edge("Who reserved.", scope=Scope.CUSTOMERS_READ)
    payments: list[Annotated["Payment", strawberry.lazy("schema.payments")]] | None = edge(
        "Money received and returned, oldest first.", scope=Scope.PAYMENTS_READ
    )


@strawberry.input(description="Which reservations; conditions are joined by AND.")
class ReservationFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[ReservationStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )
    preferred_on_from: date | None = strawberry.field(
        default=None, description="Wished from this day on."
    )
    preferred_on_to: date | None = strawberry.field(
        default=None, description="Wished up to and including this day."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Reserved by this customer."
    )
    number: str | None = strawberry.field(default=None, description="With this number.")
    text: str | None = strawberry.field(
        default=None,
        description="Part of the number, or of the customer's name, e-mail address or phone"
        " number; needs customers:read.",
    )
