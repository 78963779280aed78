"""Reservations ("Reserve & Refine") in the contract."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.identity import Scope
from domain.reservations import PAID, lapses_at
from schema.customers import Customer
from schema.enums import ReservationMethod, ReservationStatus, TourType
from schema.fields import BINDING, Node, column, edge, entity, instant, money
from schema.leads import Inquiry
from schema.money import Money

if TYPE_CHECKING:
    from schema.payments import Payment


async def status_now(root: Any, info: strawberry.Info) -> Any:
    """One that has run out is expired, whether or not anybody has swept it yet.

    Shape:  only for one that would lapse unpaid is it asked what was paid.
    """
    now, days = info.context.world.now(), (root.preferred_on, root.alternate_on)
    facts = (root.status, root.method, root.consult_by, *days)
    unpaid = lapses_at(*facts, paid=False, zone=info.context.zone)
    if unpaid is None or unpaid > now:
        return root.status
    paid = lapses_at(*facts, paid=True, zone=info.context.zone)
    if paid is None or paid <= now:
        return "expired"
    payments = await info.context.edge(root, "payments")
    return root.status if any(each.status in PAID for each in payments) else "expired"


@entity(
    "reservations",
    description="A preferred date held by a flat deposit, to be refined into a booking.",
    scope=Scope.RESERVATIONS_READ,
)
class Reservation(Node):
    """Staff consult within a day, then convert it."""

    number: str = column("Human number, unique in the brand: `WWT-RES-2026-00003`.")
    status: ReservationStatus = strawberry.field(
        resolver=status_now,
        description="Where the reservation is in its life, at this moment.",
        metadata={BINDING: ("status",)},
    )
    preferred_on: date = column("The wished day, in the brand's zone.")
    alternate_on: date | None = column("Another day that would do.")
    party_size: int = column("Guests.")
    tour_type: TourType = column("What kind of tour is wished.")
    method: ReservationMethod = column("How the deposit is paid.")
    deposit: Money | None = money("deposit_cents", "The flat deposit.", scope=Scope.PRICES_READ)
    consult_by: datetime = instant("Staff call before this.")
    special_requests: str | None = column("What the guest asked for.")
    contact_name: str | None = column("Who reserved, as it was said for this reservation.")
    contact_email: str | None = column(
        "E-mail address, as it was said for this reservation.", scope=Scope.CUSTOMERS_CONTACT
    )
    contact_phone: str | None = column(
        "E.164, as it was said for this reservation.", scope=Scope.CUSTOMERS_CONTACT
    )
    internal_notes: str | None = column("For staff alone.", scope=Scope.NOTES_READ)
    cancelled_at: datetime | None = instant("When it was cancelled.")
    cancel_reason: str | None = column("Why it was cancelled.", scope=Scope.NOTES_READ)
    refund_due: Money | None = money(
        "refund_due_cents", "What a cancellation gives back.", scope=Scope.PRICES_READ
    )
    created_at: datetime = instant("When it was made.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")
    inquiry: Inquiry | None = edge("What it came of.", scope=Scope.INQUIRIES_READ)
    customer: Customer | None = edge("Who reserved.", scope=Scope.CUSTOMERS_READ)
    payments: list[Annotated["Payment", strawberry.lazy("schema.payments")]] | None = edge(
        "Money received and returned, oldest first.", scope=Scope.PAYMENTS_READ
    )


@strawberry.input(description="Which reservations; conditions are joined by AND.")
class ReservationFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[ReservationStatus] | None = strawberry.field(
        default=None, description="Stored in any of these states; what ran out is swept in minutes."
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
