"""Payments and refunds in the contract."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.identity import Scope
from schema.customers import Customer
from schema.enums import PaymentKind, PaymentMethod, PaymentStatus, RefundStatus
from schema.fields import Node, column, edge, entity, instant, money
from schema.money import Money

if TYPE_CHECKING:
    from schema.bookings import Booking
    from schema.proposals import Proposal
    from schema.reservations import Reservation


@strawberry.type(description="Money returned of a payment.")
class Refund:
    """Owned by its payment."""

    status: RefundStatus = column("Where the refund is in its life.")
    amount: Money = money("amount_cents", "How much is returned.")
    reason: str | None = column("Why it was returned; for staff.", scope=Scope.NOTES_READ)
    created_at: datetime = instant("When it was ordered.")


@entity("payments", description="Money received, or expected.", scope=Scope.PAYMENTS_READ)
class Payment(Node):
    """For exactly one booking, reservation, proposal, guest's share or ticket."""

    kind: PaymentKind = column("What it is for.")
    method: PaymentMethod = column("How it came in.")
    status: PaymentStatus = column("Where the payment is in its life.")
    amount: Money | None = money("amount_cents", "How much.")
    reference: str | None = column("Number of a check or transfer.", scope=Scope.NOTES_READ)
    received_at: datetime | None = instant("When the money was there.")
    created_at: datetime = instant("When the payment was begun.")
    version: int = column("Grows with every change.")
    booking: Annotated["Booking", strawberry.lazy("schema.bookings")] | None = edge(
        "The booking it is for.", scope=Scope.BOOKINGS_READ
    )
    reservation: Annotated["Reservation", strawberry.lazy("schema.reservations")] | None = edge(
        "The reservation it is for.", scope=Scope.RESERVATIONS_READ
    )
    proposal: Annotated["Proposal", strawberry.lazy("schema.proposals")] | None = edge(
        "The proposal it is for.", scope=Scope.PROPOSALS_READ
    )
    customer: Customer | None = edge("Who pays.", scope=Scope.CUSTOMERS_READ)
    refunds: list[Refund] = edge("Money returned, oldest first.")


@strawberry.input(description="Which payments; conditions are joined by AND.")
class PaymentFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[PaymentStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )
    kind: list[PaymentKind] | None = strawberry.field(
        default=None, description="Any of these kinds."
    )
    method: list[PaymentMethod] | None = strawberry.field(
        default=None, description="Any of these methods."
    )
    booking_id: strawberry.ID | None = strawberry.field(
        default=None, description="For this booking."
    )
    reservation_id: strawberry.ID | None = strawberry.field(
        default=None, description="For this reservation."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="By this customer."
    )
    created_on_from: date | None = strawberry.field(
        default=None, description="Begun from this local day on."
    )
    created_on_to: date | None = strawberry.field(
        default=None, description="Begun up to and including this local day."
    )
