"""Offers of tours to drivers, in the contract."""

from datetime import datetime

import strawberry

from domain.identity import Scope
from domain.offers import status_at
from schema.assignments import ComplianceOverride
from schema.bookings import Booking
from schema.enums import TourOfferStatus
from schema.errors import UserError
from schema.fields import Node, column, edge, entity, instant, status_by_now
from schema.fleet import Driver

OFFER = "The offer."
VERSION = "The version of the offer that you read."


@entity("tour_offers", description="A tour on offer to one driver.", scope=Scope.NOTES_READ)
class TourOffer(Node):
    """A driver sees their own; the staff see all."""

    status: TourOfferStatus = status_by_now(
        status_at, "expires_at", "Where the offer is; one whose time has run out is expired."
    )
    starts_at: datetime = instant("Start of the tour as it was offered.")
    ends_at: datetime = instant("End of the tour as it was offered.")
    party_size: int = column("Guests.")
    pickup: str | None = column("Where the party is met.")
    expires_at: datetime = instant("To be answered before this.")
    answered_at: datetime | None = instant("When it was answered or withdrawn.")
    reason: str | None = column("Why the driver said no.")
    created_at: datetime = instant("When it was made.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")
    booking: Booking | None = edge(
        "The tour; a driver sees it once it is theirs.", scope=Scope.BOOKINGS_READ
    )
    driver: Driver | None = edge("To whom it is offered.", scope=Scope.FLEET_READ)


@strawberry.input(description="Which offers; conditions are joined by AND.")
class TourOfferFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[TourOfferStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )
    booking_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this booking."
    )
    driver_id: strawberry.ID | None = strawberry.field(default=None, description="To this driver.")


@strawberry.input(description="Offer a tour to drivers; who accepts first has it.")
class OfferTourInput:
    """The tour must lack a driver."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    driver_ids: list[strawberry.ID] = strawberry.field(description="1 to 50 drivers.")
    expires_at: datetime = strawberry.field(
        description="Until when they may answer, with an offset; at most until the tour starts."
    )
    override: ComplianceOverride | None = strawberry.field(
        default=None,
        description="Why drivers are asked outside of the hours that they work; nobody is asked in"
        " their time off.",
    )


@strawberry.input(description="Take a tour that was offered to you.")
class AcceptOfferInput:
    """The first to accept has it."""

    id: strawberry.ID = strawberry.field(description=OFFER)
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Say no to a tour that was offered to you.")
class DeclineOfferInput:
    """With a reason."""

    id: strawberry.ID = strawberry.field(description=OFFER)
    reason: str = strawberry.field(description="Why: 1 to 500 characters.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Take an offer back.")
class WithdrawOfferInput:
    """Only while nobody has answered it."""

    id: strawberry.ID = strawberry.field(description=OFFER)
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Ask to be replaced on a tour that is yours.")
class RequestSubstituteInput:
    """You stay on the tour until somebody takes it."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    reason: str = strawberry.field(description="Why: 1 to 500 characters.")


@strawberry.type(description="The offers that were made, or why none was made.")
class OfferTourPayload:
    """Exactly one of the two says something."""

    offers: list[TourOffer] | None = strawberry.field(
        description="One a driver, in the order in which they were named."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if they were made.")


@strawberry.type(description="The offer as it ended, or why it did not.")
class TourOfferPayload:
    """Exactly one of the two says something."""

    offer: TourOffer | None = strawberry.field(description="The offer as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")


@strawberry.type(description="The tour for which a substitute is sought, or why none is.")
class RequestSubstitutePayload:
    """Exactly one of the two says something."""

    booking: Booking | None = strawberry.field(description="The booking, which is still yours.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if one is sought.")
