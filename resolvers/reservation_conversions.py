"""Reservations: how one becomes a booking."""

import strawberry
from strawberry import Info

from db.bookings import BOOKINGS
from db.reservations import RESERVATIONS
from domain.identity import Scope
from domain.reservation_conversions import Conversion
from domain.sales import NewBooking
from domain.texts import storable
from resolvers.keys import key_of
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.reservation_changes import ConvertReservationInput, ConvertReservationPayload
from services.reservation_conversions import convert_reservation


@strawberry.type
class ReservationConversionMutation:
    """Root fields that make bookings of reservations."""

    @mutation(
        ConvertReservationPayload,
        scope=Scope.RESERVATIONS_WRITE,
        description="Make the quoted tour of a confirmed reservation; its deposit becomes the"
        " booking's.",
        keyed=True,
    )
    async def convert_reservation(
        self, info: Info, input: ConvertReservationInput
    ) -> ConvertReservationPayload:
        context, now, ids = info.context, info.context.world.now(), info.context.world.ids
        reservation = decode_as("Reservation", input.id)
        await one(info, RESERVATIONS, reservation)  # What is not there is not priced either.
        offered = context.world.quotes.read(input.quote_token, context.brand)
        new = NewBooking(
            offered.wish,
            offered.total_cents,
            "reservation",
            pickup=_text(input.pickup, "pickup"),
            dropoff=_text(input.dropoff, "dropoff"),
            special_requests=_text(input.special_requests, "specialRequests"),
            internal_notes=_text(input.internal_notes, "internalNotes"),
            driver_notes=_text(input.driver_notes, "driverNotes"),
        )
        wish = Conversion(reservation, input.expected_version, new)
        booked = await context.write(
            lambda tx: convert_reservation(tx, wish, id=ids.new(), now=now, ids=ids),
            key=key_of(info),
        )
        return ConvertReservationPayload(
            reservation=await one(info, RESERVATIONS, reservation),
            booking=await one(info, BOOKINGS, booked),
            errors=[],
        )


def _text(said: str | None, path: str) -> str | None:
    return None if said is None else storable(said, path=path)
