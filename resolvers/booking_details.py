"""Details of a booking: what is written on it is changed."""

import strawberry
from strawberry import UNSET, Info

from db.bookings import BOOKINGS
from domain.booking_details import FIELDS, DetailsChange
from domain.identity import Scope
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.booking_details import UpdateBookingInput, UpdateBookingPayload
from schema.global_ids import decode_as
from services.booking_details import update_booking


@strawberry.type
class BookingDetailsMutation:
    """Root fields that change what is written on a booking."""

    @mutation(
        UpdateBookingPayload,
        scope=Scope.BOOKINGS_WRITE,
        description="Change a booking's places, wishes, notes, and whom to write to or call.",
    )
    async def update_booking(self, info: Info, input: UpdateBookingInput) -> UpdateBookingPayload:
        context, now = info.context, info.context.world.now()
        given = {name: getattr(input, name) for name in FIELDS}
        wish = DetailsChange(
            decode_as("Booking", input.id),
            input.expected_version,
            {name: text for name, text in given.items() if text is not UNSET},
        )
        id = await context.write(
            lambda tx: update_booking(tx, wish, now=now, ids=context.world.ids)
        )
        return UpdateBookingPayload(booking=await one(info, BOOKINGS, id), errors=[])
