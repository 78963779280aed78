"""Bookings: the lists and objects that are asked for, the move, and the change that is told."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry
from strawberry import Info

from db.bookings import BOOKINGS
from domain.bookings import NewTimes
from domain.errors import InvalidInput
from domain.identity import Scope
from resolvers.guests import hand_of
from resolvers.listing import by_column, by_id, listed, one, says
from resolvers.refusals import mutation
from schema.bookings import (
    Booking,
    BookingChanged,
    BookingFilter,
    RescheduleBookingInput,
    RescheduleBookingPayload,
)
from schema.global_ids import decode_as
from schema.orders import BookingOrder
from schema.pagination import Connection
from schema.permissions import requires
from services.bookings import reschedule_booking


@strawberry.type
class BookingQuery:
    """Root fields that read bookings."""

    bookings: Connection[Booking] = listed(
        BOOKINGS,
        filter=BookingFilter,
        order=BookingOrder.STARTS_AT_ASC,
        scope=Scope.BOOKINGS_READ,
        description="Bookings that the caller may see.",
        guarded={
            "text": (Scope.CUSTOMERS_READ, Scope.CUSTOMERS_CONTACT),
            "customer_id": Scope.CUSTOMERS_READ,
        },
    )
    booking: Booking | None = by_id(Booking, BOOKINGS)
    booking_by_number: Booking | None = by_column(
        Booking, BOOKINGS, "number", "One booking by its human number."
    )


@strawberry.type
class BookingMutation:
    """Root fields that change bookings."""

    @mutation(
        RescheduleBookingPayload,
        scope=Scope.BOOKINGS_AMEND,
        description="Move a booking to another time, with its vehicles, drivers and stops. A guest"
        " may while the first cancellation tier lasts, and once after that, to a day on which"
        " the tour costs no more; what was sold keeps its price. Staff's moves are not priced.",
    )
    async def reschedule_booking(
        self, info: Info, input: RescheduleBookingInput
    ) -> RescheduleBookingPayload:
        context, now = info.context, info.context.world.now()
        for path, at in (("startsAt", input.starts_at), ("endsAt", input.ends_at)):
            if at is not None and at.tzinfo is None:
                raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path=path)
        wish = NewTimes(
            decode_as("Booking", input.id), input.starts_at, input.ends_at, input.expected_version
        )
        session = await hand_of(info, wish.booking_id)
        moved = await context.write(
            lambda tx: reschedule_booking(tx, wish, now=now, ids=context.world.ids),
            session=session,
        )
        booking = await one(info, BOOKINGS, moved.id)
        return RescheduleBookingPayload(booking=booking, errors=[])


@strawberry.type
class BookingSubscription:
    """Root fields that tell of changes of bookings."""

    @strawberry.subscription(
        extensions=[requires(Scope.BOOKINGS_READ)],
        description="Every change of one booking, until the caller may no longer see it.",
    )
    async def booking_changed(
        self, info: Info, id: Annotated[strawberry.ID, says("The booking.")]
    ) -> AsyncGenerator[BookingChanged, None]:
        context, booking_id = info.context, decode_as("Booking", id)
        listening = context.world.events.listen(
            tenant_id=context.brand.tenant_id,
            brand_id=context.brand.id,
            entity="booking",
            entity_id=booking_id,
        )
        async with listening as notices:
            await one(info, BOOKINGS, booking_id)
            await context.renew()
            async for notice in notices:
                await context.prove_again()
                booking = await context.by(BOOKINGS.name).load(booking_id)
                if booking is None:
                    return
                yield BookingChanged(
                    event_id=strawberry.ID(str(notice.event_id)), kind=notice.kind, booking=booking
                )
                await context.renew()
