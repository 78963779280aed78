"""Sales in the contract: a quote taken up, held, checked out, confirmed and called off."""

from datetime import datetime

import strawberry

from schema.bookings import Booking
from schema.enums import BookingStatus, PaymentKind, PaymentMethod, Source
from schema.errors import UserError
from schema.itineraries import StopInput
from schema.money import Money
from schema.payments import Payment
from schema.scalars import Cents

BOOKING = "The booking."
VERSION = "The version that you read."
QUOTED = "The `token` of a quote: it says the tour and its price."


@strawberry.input(description="Who books.")
class ContactInput:
    """A known customer is found by the address, and stays as they are."""

    name: str = strawberry.field(description="First and last name.")
    email: str | None = strawberry.field(
        default=None, description="The e-mail address; a checkout needs it."
    )
    phone: str | None = strawberry.field(
        default=None, description="With the country code: `+1 509 555 0142`."
    )


@strawberry.input(description="Take a quoted tour off the market for some minutes.")
class HoldBookingInput:
    """Who books is said at the checkout."""

    quote_token: str = strawberry.field(description=QUOTED)
    pickup: str | None = strawberry.field(default=None, description="Where the party is met.")
    dropoff: str | None = strawberry.field(default=None, description="Where it is left.")
    special_requests: str | None = strawberry.field(
        default=None, description="What the guest asks for."
    )


@strawberry.type(description="A tour that is held, and the token that opens it and nothing else.")
class BookingHold:
    """What a checkout page needs."""

    booking_id: strawberry.ID = strawberry.field(description="Its global id.")
    number: str = strawberry.field(description="Its human number.")
    status: BookingStatus = strawberry.field(description="HELD, until it is sold or runs out.")
    version: int = strawberry.field(description="To be sent back as `expectedVersion`.")
    starts_at: datetime = strawberry.field(description="Start, with the brand's offset.")
    ends_at: datetime = strawberry.field(description="End, with the brand's offset.")
    expires_at: datetime | None = strawberry.field(description="Until when it is held.")
    total: Money = strawberry.field(description="What the party pays, tax included.")
    deposit: Money = strawberry.field(description="Due to confirm.")
    checkout_token: str | None = strawberry.field(
        description="A bearer credential for this booking: contact, terms, status, cancellation."
        " It ends with the hold, or 30 days behind the tour once that is sold."
    )


@strawberry.type(description="The hold, or why nothing is held.")
class HoldBookingPayload:
    """Exactly one of the two says something."""

    hold: BookingHold | None = strawberry.field(description="What is held now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it is held.")


@strawberry.input(description="Sell a quoted tour.")
class CreateBookingInput:
    """A customer or a contact is named, unless it is a draft."""

    quote_token: str = strawberry.field(description=QUOTED)
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="A known customer."
    )
    contact: ContactInput | None = strawberry.field(
        default=None, description="Or how they are reached; with both, for this booking alone."
    )
    source: Source = strawberry.field(
        default=Source.CONSOLE, description="How the booking came in."
    )
    draft: bool = strawberry.field(
        default=False, description="Keep it as a draft, which takes no vehicle."
    )
    vehicle_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="These vehicles; without it the smallest that will do."
    )
    pickup: str | None = strawberry.field(default=None, description="Where the party is met.")
    dropoff: str | None = strawberry.field(default=None, description="Where it is left.")
    special_requests: str | None = strawberry.field(
        default=None, description="What the guest asks for."
    )
    internal_notes: str | None = strawberry.field(default=None, description="For staff alone.")
    driver_notes: str | None = strawberry.field(
        default=None, description="For staff and the driver."
    )
    stops: list[StopInput] = strawberry.field(
        default_factory=list, description="The itinerary, in order, if it is known."
    )
    inquiry_id: strawberry.ID | None = strawberry.field(
        default=None, description="The inquiry that it answers."
    )


@strawberry.input(description="What a guest says at the checkout.")
class CheckOutInput:
    """Again and again while it is held; each time the whole contact."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    contact: ContactInput = strawberry.field(description="Who books.")
    accept_terms: bool = strawberry.field(description="The brand's terms are accepted.")
    pickup: str | None = strawberry.field(default=None, description="Where the party is met.")
    dropoff: str | None = strawberry.field(default=None, description="Where it is left.")
    special_requests: str | None = strawberry.field(
        default=None, description="What the guest asks for."
    )


@strawberry.input(description="A booking at the version that you read.")
class BookingInput:
    """Which one, and what you know of it."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Confirm a booking.")
class ConfirmBookingInput:
    """By its deposit, or without it for a reason."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    waive_deposit_reason: str | None = strawberry.field(
        default=None, description="Why it is sure without the deposit; needs deposits:waive."
    )


@strawberry.input(description="Call a booking off.")
class CancelBookingInput:
    """For the refund that `cancellationQuote` has quoted."""

    id: strawberry.ID = strawberry.field(description=BOOKING)
    expected_version: int = strawberry.field(description=VERSION)
    reason: str = strawberry.field(description="Why: 1 to 500 characters.")
    quoted_refund_cents: Cents = strawberry.field(
        description="What was quoted to come back; refused if it is not that any more."
    )
    our_fault: bool = strawberry.field(
        default=False, description="Ours or the weather's: everything comes back. Staff only."
    )


@strawberry.type(description="The booking, or why it was not changed.")
class BookingPayload:
    """Exactly one of the two says something."""

    booking: Booking | None = strawberry.field(description="The booking as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")


@strawberry.type(description="What would come back if the booking were called off now.")
class CancellationQuote:
    """By the policy that the booking was sold under."""

    days_before: int = strawberry.field(description="Calendar days of the brand until the tour.")
    percent: int = strawberry.field(description="Share of the deposit that comes back.")
    from_deposit: Money = strawberry.field(description="What comes back of the deposit.")
    beyond_deposit: Money = strawberry.field(description="What was paid beyond it comes back.")
    refund: Money = strawberry.field(description="Both together: to be sent back when cancelling.")


@strawberry.input(
    description="Money that somebody has in hand for a booking, a reservation or a proposal:"
    " exactly one of the three is named."
)
class RecordPaymentInput:
    """A card is charged, never recorded."""

    booking_id: strawberry.ID | None = strawberry.field(
        default=None, description="The booking that it is for."
    )
    reservation_id: strawberry.ID | None = strawberry.field(
        default=None, description="The reservation whose flat deposit it is."
    )
    proposal_id: strawberry.ID | None = strawberry.field(
        default=None, description="The accepted proposal whose deposit it is."
    )
    kind: PaymentKind = strawberry.field(
        description="DEPOSIT, BALANCE or FULL; of a reservation or a proposal DEPOSIT."
    )
    method: PaymentMethod = strawberry.field(description="CHECK, CASH, BANK_TRANSFER or OTHER.")
    amount_cents: Cents = strawberry.field(description="In the brand's currency.")
    reference: str | None = strawberry.field(
        default=None, description="Number of the check, or what the transfer says."
    )
    received_at: datetime | None = strawberry.field(
        default=None, description="When it came, with an offset; without it, now."
    )


@strawberry.type(description="The payment, or why it was not recorded.")
class RecordPaymentPayload:
    """Exactly one of the two says something."""

    payment: Payment | None = strawberry.field(description="The payment.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it is recorded.")
