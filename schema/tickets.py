"""Tickets in the contract."""

from datetime import datetime
from enum import StrEnum

import strawberry

from domain.identity import Scope
from domain.tickets import status_at
from schema.customers import Customer
from schema.errors import UserError
from schema.fields import Node, column, edge, entity, instant, money, status_by_now
from schema.money import Money
from schema.payments import Payment
from schema.shared_tours import SharedTour


@strawberry.enum(description="Where a ticket is in its life.")
class TicketStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


@strawberry.enum(description="How money came into the hands of staff.")
class HandMethod(StrEnum):
    CHECK = "check"
    CASH = "cash"
    BANK_TRANSFER = "bank_transfer"
    OTHER = "other"


@entity("tickets", description="Seats of a shared tour for one party.", scope=Scope.TICKETS_READ)
class Ticket(Node):
    """Paid in full before it is confirmed."""

    number: str = column("Human number, unique in the brand: `WWT-ST-2026-00042`.")
    status: TicketStatus = status_by_now(
        status_at, "hold_expires_at", "Where the ticket is in its life, by now."
    )
    guests: int = column("Seats: 1 to 6.")
    with_lunch: bool = column("Is lunch in the price?")
    subtotal: Money | None = money("subtotal_cents", "Before tax; null for a driver.")
    tax: Money | None = money("tax_cents", "Tax; null for a driver.")
    total: Money | None = money(
        "total_cents", "What the party pays, tax included; null for a driver."
    )
    hold_expires_at: datetime | None = instant(
        "Until when its seats wait for the payment; null if nobody set an end."
    )
    created_at: datetime = instant("When it was sold.")
    updated_at: datetime | None = instant("When it last changed; null if it never did.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")
    shared_tour: SharedTour = edge("The tour that it is for.", scope=Scope.CATALOG_READ)
    customer: Customer | None = edge("Who bought it.", scope=Scope.CUSTOMERS_READ)
    sold_together: list["Ticket"] | None = edge(
        "On the first ticket of a sale: all of its tickets, this one among them.",
        scope=Scope.TICKETS_READ,
    )
    payments: list[Payment] | None = edge(
        "Money received and returned, oldest first.", scope=Scope.PAYMENTS_READ
    )


@strawberry.input(description="One ticket of a sale.")
class TicketInput:
    """A larger party takes several tickets."""

    guests: int = strawberry.field(description="Seats: 1 to 6.")
    with_lunch: bool = strawberry.field(default=False, description="With lunch?")


@strawberry.input(description="Who buys, as they say it themselves.")
class TicketBuyerInput:
    """Whoever has the e-mail address stays as the brand knows them."""

    name: str = strawberry.field(description="Full name.")
    email: str | None = strawberry.field(
        default=None, description="E-mail address; staff may leave it out."
    )
    phone: str | None = strawberry.field(default=None, description="E.164: `+15095550142`.")


@strawberry.input(description="Sell seats of a shared tour to one customer.")
class SellTicketsInput:
    """All of the tickets are sold, or none."""

    shared_tour_id: strawberry.ID = strawberry.field(description="The tour.")
    tickets: list[TicketInput] = strawberry.field(description="1 to 14 tickets.")
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who buys; named by staff alone."
    )
    contact: TicketBuyerInput | None = strawberry.field(
        default=None, description="Who buys; a signed-in customer leaves it out."
    )
    hold_minutes: int | None = strawberry.field(
        default=None,
        description="How long the seats wait for the payment. For staff alone: without it, until"
        " they cancel; a guest's wait as long as the brand holds.",
    )


@strawberry.type(description="The tickets of one sale, or why none was sold.")
class SellTicketsPayload:
    """They wait for their payment."""

    tickets: list[Ticket] | None = strawberry.field(description="The tickets, in the wished order.")
    total: Money | None = strawberry.field(description="What they cost together, tax included.")
    checkout_token: str | None = strawberry.field(
        description="Opens these tickets and nothing else: send it as the credential of a guest."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if all were sold.")


@strawberry.input(description="Money that staff took for a ticket.")
class TicketPaymentInput:
    """What is missing of the ticket's total; a card is paid by what the card network says."""

    method: HandMethod = strawberry.field(description="How it was paid.")
    reference: str | None = strawberry.field(
        default=None, description="Number of the check or the transfer."
    )


@strawberry.input(description="Confirm a ticket that is paid in full.")
class ConfirmTicketInput:
    """With `payment`, what is missing is recorded as paid by hand."""

    id: strawberry.ID = strawberry.field(description="The ticket.")
    expected_version: int = strawberry.field(description="The version that you read.")
    payment: TicketPaymentInput | None = strawberry.field(
        default=None, description="What was taken just now; needs the scope `payments:write`."
    )


@strawberry.input(description="Say of a ticket's guests whether they came.")
class TicketInputOfTheDay:
    """On the day of the tour."""

    id: strawberry.ID = strawberry.field(description="The ticket.")
    expected_version: int = strawberry.field(description="The version that you read.")


@strawberry.input(description="Give a ticket back.")
class CancelTicketInput:
    """Until the tour's `cancelUntil` all that was paid goes back; afterwards it is refused."""

    id: strawberry.ID = strawberry.field(description="The ticket.")
    expected_version: int = strawberry.field(description="The version that you read.")
    reason: str = strawberry.field(description="Why, for staff: 1 to 500 characters.")


@strawberry.type(description="The ticket, or why it was not changed.")
class TicketPayload:
    """Exactly one of the two says something."""

    ticket: Ticket | None = strawberry.field(description="The ticket as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
