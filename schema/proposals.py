"""Multi-day proposals in the contract."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.identity import Scope
from domain.money import PPM
from domain.proposals import status_at
from schema.customers import Customer
from schema.directory import Hotel, Restaurant, Winery
from schema.enums import (
    InclusionKind,
    InclusionPricing,
    PlanningPhase,
    ProposalStatus,
    Rsvp,
    StopKind,
)
from schema.errors import UserError
from schema.fields import Node, column, derived, edge, entity, instant, money, status_by_now
from schema.money import Money
from schema.places import Place

if TYPE_CHECKING:
    from schema.bookings import Booking
    from schema.payments import Payment


def percent(ppm: int | None) -> float | None:
    return None if ppm is None else ppm * 100 / PPM


@strawberry.type(description="One stop of a proposal's day, in order. Stops carry no price.")
class ProposalStop:
    """Owned by its day."""

    position: int = column("Place in the order, from 1.")
    kind: StopKind = column("What happens here.")
    name: str | None = column("Name of a stop that is in no directory.")
    starts_at_local: time | None = column("When the party should arrive, in the brand's zone.")
    minutes: int = column("How long the party stays.")
    driver_notes: str | None = column("For staff and the driver.", scope=Scope.NOTES_READ)
    winery: Winery | None = edge("The winery of a winery stop.")
    restaurant: Restaurant | None = edge("The restaurant of a restaurant stop.")
    hotel: Hotel | None = edge("The hotel of a check-in or check-out.")
    own_place: Place | None = edge("One of the operator's own, in place of any of these.")


@strawberry.type(description="One day of a proposal, in order.")
class ProposalDay:
    """Owned by its proposal."""

    position: int = column("Place in the order, from 1.")
    on_date: date = column("The day, in the brand's zone.")
    title: str | None = column("Heading of the day.")
    stops: list[ProposalStop] = edge("The day's stops, in order.")


@strawberry.type(description="A priced line of a proposal.")
class ProposalInclusion:
    """Owned by its proposal."""

    position: int = column("Place in the order, from 1.")
    kind: InclusionKind = column("What is included.")
    label: str = column("As the client reads it.")
    pricing: InclusionPricing = column("How the unit is multiplied.")
    unit: Money = money("unit_cents", "Price of one.")
    quantity: int = column("How many.")
    line: Money = money("line_cents", "What the line comes to.")
    taxable: bool = column("Does tax apply to it?")
    shown: bool = column("Does the client see the line?")


@entity(
    "proposal_guests",
    description="A guest of a proposal and the share they owe.",
    scope=Scope.PROPOSALS_READ,
)
class ProposalGuest(Node):
    """Owned by its proposal, and known by itself: a guest pays their own share."""

    position: int = column("Place in the order, from 1.")
    name: str = column("Full name.")
    email: str | None = column("E-mail address.", scope=Scope.CUSTOMERS_CONTACT)
    rsvp: Rsvp = column("The guest's answer.")
    dietary: str | None = column("What the guest does not eat.")
    room: str | None = column("Where the guest sleeps.")
    sponsored: bool = column("Does somebody else pay the share?")
    override: Money | None = money("override_cents", "The share that staff fixed, if any.")
    owed: Money | None = money("owed_cents", "The share; null until it is split.")
    paid: Money = money("paid_cents", "What has been paid of it.")


@entity(
    "proposals",
    description="A quote of several days, with days, stops, inclusions and guests.",
    scope=Scope.PROPOSALS_READ,
)
class Proposal(Node):
    """Drafted by staff, sent to the client, accepted with a signature."""

    number: str = column("Human number, unique in the brand: `WWT-TP-2026-00002`.")
    status: ProposalStatus = status_by_now(
        status_at, "valid_until", "Where the proposal is in its life, by now."
    )
    planning_phase: PlanningPhase = column("How far the planning is.")
    title: str = column("As the client reads it.")
    party_size: int = column("Guests.")
    starts_on: date = column("First day, in the brand's zone.")
    ends_on: date = column("Last day.")
    valid_until: datetime = instant("May be accepted until then.")
    discount_percent: float | None = derived(
        ("discount_ppm",), percent, "Taken off, in per cent.", scope=Scope.NOTES_READ
    )
    gratuity_percent: float | None = derived(
        ("gratuity_ppm",), percent, "Put on top, in per cent.", scope=Scope.NOTES_READ
    )
    subtotal: Money | None = money("subtotal_cents", "Before discount.", scope=Scope.PRICES_READ)
    discount: Money | None = money("discount_cents", "Taken off.", scope=Scope.PRICES_READ)
    tax: Money | None = money("tax_cents", "Tax on what is taxable.", scope=Scope.PRICES_READ)
    gratuity: Money | None = money("gratuity_cents", "By percentage.", scope=Scope.PRICES_READ)
    total: Money | None = money("total_cents", "What the client pays.", scope=Scope.PRICES_READ)
    deposit: Money | None = money("deposit_cents", "Due to confirm.", scope=Scope.PRICES_READ)
    individual_billing: bool = column("Is the total split over the guests?")
    client_notes: str | None = column("What the client wrote.")
    internal_notes: str | None = column("For staff alone.", scope=Scope.NOTES_READ)
    sent_at: datetime | None = instant("When it was first sent.")
    viewed_at: datetime | None = instant("When the client first opened it.")
    accepted_at: datetime | None = instant("When the client signed.")
    declined_at: datetime | None = instant("When the client declined.")
    decline_reason: str | None = column("Why the client declined.")
    created_at: datetime = instant("When it was drafted.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")
    customer: Customer | None = edge("The client.", scope=Scope.CUSTOMERS_READ)
    days: list[ProposalDay] = edge("The days, in order.")
    inclusions: list[ProposalInclusion] | None = edge(
        "The priced lines, in order; a client sees the shown ones.", scope=Scope.PRICES_READ
    )
    guests: list[ProposalGuest] | None = edge("The guests.", scope=Scope.CUSTOMERS_READ)
    payments: list[Annotated["Payment", strawberry.lazy("schema.payments")]] | None = edge(
        "Money received and returned, oldest first.", scope=Scope.PAYMENTS_READ
    )
    bookings: list[Annotated["Booking", strawberry.lazy("schema.bookings")]] | None = edge(
        "What it was converted into, one a day.", scope=Scope.BOOKINGS_READ
    )


@strawberry.input(description="Which proposals; conditions are joined by AND.")
class ProposalFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[ProposalStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )
    starts_on_from: date | None = strawberry.field(
        default=None, description="Beginning on this day or later."
    )
    starts_on_to: date | None = strawberry.field(
        default=None, description="Beginning on this day or earlier."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="For this customer."
    )
    text: str | None = strawberry.field(
        default=None,
        description="Part of the number or the title, or of the customer's name, e-mail address or"
        " phone number; needs customers:read.",
    )


@strawberry.type(description="The proposal as it is now, or why nothing was changed.")
class ProposalPayload:
    """Exactly one of the two says something; the answer of every change of a proposal."""

    proposal: Proposal | None = strawberry.field(description="The proposal as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")
