"""Bookings that are handed over, and cancellations that are taken back."""

import strawberry
from strawberry import Info

from db.bookings import BOOKINGS
from domain.identity import Scope
from domain.parties import NewParty
from domain.reopening import Reopening
from domain.transfers import Taker, Transfer
from resolvers.guests import hand_of
from resolvers.keys import key_of
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.booking_changes import (
    ChangePartyInput,
    ChangePartyPayload,
    ReopenBookingInput,
    ReopenBookingPayload,
    TransferBookingInput,
    TransferBookingPayload,
)
from schema.global_ids import decode_as
from services.parties import change_party
from services.reopening import reopen_booking
from services.transfers import transfer_booking


@strawberry.type
class BookingChangeMutation:
    """Root fields that change whose a booking is, or that it is off."""

    @mutation(
        TransferBookingPayload,
        scope=Scope.BOOKINGS_AMEND,
        description="Hand a booking over to another person, with what was paid for it. A guest may"
        " once under the last cancellation tier, if the date was not moved instead.",
    )
    async def transfer_booking(
        self, info: Info, input: TransferBookingInput
    ) -> TransferBookingPayload:
        context, now = info.context, info.context.world.now()
        booking_id, given = decode_as("Booking", input.id), input.contact
        session = await hand_of(info, booking_id)
        customer_id = input.customer_id
        wish = Transfer(
            booking_id,
            input.expected_version,
            decode_as("Customer", customer_id, path="customerId") if customer_id else None,
            Taker(given.name, given.email, given.phone) if given else None,
        )
        await context.write(
            lambda tx: transfer_booking(tx, wish, now=now, ids=context.world.ids), session=session
        )
        booking = await context.by(BOOKINGS.name).load(booking_id)
        return TransferBookingPayload(booking=booking, errors=[])

    @mutation(
        ChangePartyPayload,
        scope=Scope.BOOKINGS_WRITE,
        description="Take up a quote for the same tour with another party: its lines and sums are"
        " the booking's, and its vans change if their seats are too few. A deposit that was"
        " received stays as it was.",
        keyed=True,
    )
    async def change_party(self, info: Info, input: ChangePartyInput) -> ChangePartyPayload:
        context, now = info.context, info.context.world.now()
        booking_id = decode_as("Booking", input.id)
        await one(info, BOOKINGS, booking_id)
        offered = context.world.quotes.read(input.quote_token, context.brand)
        wish = NewParty(booking_id, input.expected_version, offered.wish, offered.total_cents)
        id = await context.write(
            lambda tx: change_party(tx, wish, now=now, ids=context.world.ids), key=key_of(info)
        )
        return ChangePartyPayload(booking=await one(info, BOOKINGS, id), errors=[])

    @mutation(
        ReopenBookingPayload,
        scope=Scope.BOOKINGS_WRITE,
        description="Take a cancellation back while the tour lies ahead and its vehicles and"
        " drivers are free: it is pencilled in again.",
        keyed=True,
    )
    async def reopen_booking(self, info: Info, input: ReopenBookingInput) -> ReopenBookingPayload:
        context, now = info.context, info.context.world.now()
        wish = Reopening(decode_as("Booking", input.id), input.expected_version)
        id = await context.write(
            lambda tx: reopen_booking(tx, wish, now=now, ids=context.world.ids), key=key_of(info)
        )
        return ReopenBookingPayload(booking=await one(info, BOOKINGS, id), errors=[])
