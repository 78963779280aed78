"""What staff write of a proposal: its head, its priced lines and its guests."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from domain.errors import InvalidInput
from domain.money import PPM
from domain.proposal_prices import Guest, Line
from domain.proposals import Head, HeadChange, NewProposal
from schema.enums import InclusionKind, InclusionPricing, Rsvp
from schema.global_ids import decode_as
from schema.scalars import Cents

UNSET: Any = strawberry.UNSET
FINEST = 0.01


def ppm(percent: float, *, path: str) -> int:
    """Errors: InvalidInput for what has more than four decimals."""
    found = percent * PPM / 100
    if not abs(found) <= PPM or abs(found - round(found)) > FINEST:
        raise InvalidInput("A percentage is 0 to 100, with up to four decimals.", path=path)
    return round(found)


@strawberry.input(description="Draft a proposal; days, lines and guests come afterwards.")
class CreateProposalInput:
    """In the brand's currency, valid for 30 days from its sending."""

    customer_id: strawberry.ID = strawberry.field(description="The client.")
    title: str = strawberry.field(description="As the client reads it.")
    party_size: int = strawberry.field(description="Guests: 1 to 500.")
    starts_on: date = strawberry.field(description="First day, in the brand's zone.")
    ends_on: date = strawberry.field(description="Last day.")
    discount_percent: float = strawberry.field(default=0, description="Taken off: 0 to 100.")
    gratuity_percent: float = strawberry.field(default=0, description="Put on top: 0 to 100.")
    individual_billing: bool = strawberry.field(
        default=False, description="Is the total split over the guests?"
    )
    client_notes: str | None = strawberry.field(default=None, description="What the client wrote.")
    internal_notes: str | None = strawberry.field(default=None, description="For staff alone.")

    def to_domain(self) -> NewProposal:
        return NewProposal(
            decode_as("Customer", self.customer_id, path="customerId"),
            Head(
                title=self.title,
                party_size=self.party_size,
                starts_on=self.starts_on,
                ends_on=self.ends_on,
                discount_ppm=ppm(self.discount_percent, path="discountPercent"),
                gratuity_ppm=ppm(self.gratuity_percent, path="gratuityPercent"),
                individual_billing=self.individual_billing,
                client_notes=self.client_notes,
                internal_notes=self.internal_notes,
            ),
        )


@strawberry.input(description="Change a proposal's head. A field that is left out stays as it is.")
class UpdateProposalInput:
    """Other dates of the same length take the days along; all is priced anew."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    title: str | None = strawberry.field(default=UNSET, description="As the client reads it.")
    party_size: int | None = strawberry.field(default=UNSET, description="Guests: 1 to 500.")
    starts_on: date | None = strawberry.field(default=UNSET, description="First day.")
    ends_on: date | None = strawberry.field(default=UNSET, description="Last day.")
    discount_percent: float | None = strawberry.field(
        default=UNSET, description="Taken off: 0 to 100."
    )
    gratuity_percent: float | None = strawberry.field(
        default=UNSET, description="Put on top: 0 to 100."
    )
    individual_billing: bool | None = strawberry.field(
        default=UNSET, description="Is the total split over the guests?"
    )
    client_notes: str | None = strawberry.field(
        default=UNSET, description="What the client wrote; `null` clears it."
    )
    internal_notes: str | None = strawberry.field(
        default=UNSET, description="For staff alone; `null` clears it."
    )

    def to_domain(self) -> HeadChange:
        """Errors: InvalidInput for a `null` where there is always a value."""
        named: dict[str, Any] = {}
        for name, argument in HEAD.items():
            value = getattr(self, name)
            if value is UNSET:
                continue
            if value is None and not name.endswith("_notes"):
                raise InvalidInput(f"`{argument}` cannot be cleared.", path=argument)
            if name.endswith("_percent"):
                named[name.replace("_percent", "_ppm")] = ppm(value, path=argument)
            else:
                named[name] = value
        return HeadChange(decode_as("Proposal", self.id), self.expected_version, named)


HEAD = {
    "title": "title",
    "party_size": "partySize",
    "starts_on": "startsOn",
    "ends_on": "endsOn",
    "discount_percent": "discountPercent",
    "gratuity_percent": "gratuityPercent",
    "individual_billing": "individualBilling",
    "client_notes": "clientNotes",
    "internal_notes": "internalNotes",
}


@strawberry.input(description="An earlier version of a proposal, to be brought back.")
class RestoreProposalVersionInput:
    """Its head and its priced lines; days, stops and guests stay as they are."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    version: int = strawberry.field(description="The version that is wanted; see the history.")


@strawberry.input(description="A priced line of a proposal.")
class ProposalInclusionInput:
    """Lines come to their unit times guests, days or quantity."""

    kind: InclusionKind = strawberry.field(description="What is included.")
    label: str = strawberry.field(description="As the client reads it.")
    pricing: InclusionPricing = strawberry.field(description="How the unit is multiplied.")
    unit_cents: Cents = strawberry.field(description="Price of one, in the minor unit.")
    taxable: bool = strawberry.field(description="Does tax apply to it?")
    quantity: int = strawberry.field(default=1, description="How many, of a flat price.")
    shown: bool = strawberry.field(default=True, description="Does the client see the line?")

    def to_domain(self) -> Line:
        return Line(
            kind=self.kind.value,
            label=self.label,
            pricing=self.pricing.value,
            unit_cents=self.unit_cents,
            taxable=self.taxable,
            quantity=self.quantity,
            shown=self.shown,
        )


@strawberry.input(description="Replace the priced lines of a proposal, and price it anew.")
class SetProposalInclusionsInput:
    """All lines, in their order."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    inclusions: list[ProposalInclusionInput] = strawberry.field(
        description="All lines, in order: at most 100."
    )


@strawberry.input(
    description="A guest of a proposal: one who is named by id stays, others are new."
)
class ProposalGuestInput:
    """What a guest owes follows from the total; what was paid is told by payments."""

    guest_id: strawberry.ID | None = strawberry.field(
        default=None, description="A guest who is there already; without it they are new."
    )
    name: str = strawberry.field(description="Full name.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    rsvp: Rsvp = strawberry.field(default=Rsvp.PENDING, description="The guest's answer.")
    dietary: str | None = strawberry.field(default=None, description="What the guest does not eat.")
    room: str | None = strawberry.field(default=None, description="Where the guest sleeps.")
    sponsored: bool = strawberry.field(
        default=False, description="Does somebody else pay the share?"
    )
    override_cents: Cents | None = strawberry.field(
        default=None, description="A share that is fixed, in the minor unit."
    )

    def to_domain(self, fresh: UUID) -> Guest:
        """`fresh` is the id of a guest who is new."""
        known = self.guest_id
        id = fresh if known is None else decode_as("ProposalGuest", known, path="guestId")
        return Guest(
            id=id,
            name=self.name,
            email=self.email,
            rsvp=self.rsvp.value,
            dietary=self.dietary,
            room=self.room,
            sponsored=self.sponsored,
            override_cents=self.override_cents,
            new=known is None,
        )


@strawberry.input(description="Replace the guests of a proposal.")
class SetProposalGuestsInput:
    """All guests, in their order; who is left out does not come any more."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    guests: list[ProposalGuestInput] = strawberry.field(
        description="All guests, in order: at most as many as the party has."
    )
