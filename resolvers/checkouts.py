"""Checkouts: what whoever holds a booking does with it, until it is confirmed or called off."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry import Info

from db.bookings import BOOKINGS
from db.database import Session
from db.payments import PAYMENTS
from domain.checkouts import CheckoutWish
from domain.identity import Kind, Scope
from domain.payments import NewPayment
from domain.quotas import Policy
from resolvers.freshness import if_it_refunds
from resolvers.inputs import instant
from resolvers.keys import key_of
from resolvers.listing import one, says
from resolvers.refusals import mutation
from resolvers.sales import contact_of
from schema.global_ids import decode_as
from schema.permissions import check, requires
from schema.quotes import amount
from schema.sales import (
    BookingInput,
    BookingPayload,
    CancelBookingInput,
    CancellationQuote,
    CheckOutInput,
    ConfirmBookingInput,
    RecordPaymentInput,
    RecordPaymentPayload,
)
from services.cancellations import Cancellation, cancel_booking, quote_cancellation
from services.checkouts import check_out
from services.confirmations import confirm_booking, pencil_booking
from services.holds import extend_hold, release_hold
from services.payments import record_payment


@strawberry.type
class CheckoutQuery:
    """Root fields that say what would be."""

    @strawberry.field(
        extensions=[requires(Scope.BOOKINGS_CANCEL)],
        description="What would come back if a booking were called off now.",
    )
    async def cancellation_quote(
        self,
        info: Info,
        *,
        booking_id: Annotated[strawberry.ID, says("The booking.")],
        our_fault: Annotated[bool, says("Ours or the weather's. Staff only.")] = False,
    ) -> CancellationQuote:
        context = info.context
        wanted = decode_as("Booking", booking_id, path="bookingId")
        session = await _session(info, wanted) or context.session
        async with session.read() as tx:
            refund, currency = await quote_cancellation(
                tx, wanted, our_fault=our_fault, now=context.world.now()
            )
        return CancellationQuote(
            days_before=refund.days_before,
            percent=refund.percent,
            from_deposit=amount(refund.from_deposit_cents, currency),
            beyond_deposit=amount(refund.beyond_deposit_cents, currency),
            refund=amount(refund.total_cents, currency),
        )


@strawberry.type
class CheckoutMutation:
    """Root fields that take a booking on its way."""

    @mutation(
        BookingPayload,
        scope=Scope.BOOKINGS_CHECKOUT,
        description="Say who books and accept the terms. Once the tour is sold, name and phone may"
        " be corrected; `transferBooking` hands it to somebody else.",
        policy=Policy.PAYMENTS,
    )
    async def check_out(self, info: Info, input: CheckOutInput) -> BookingPayload:
        wish = CheckoutWish(
            booking_id=decode_as("Booking", input.id),
            expected_version=input.expected_version,
            contact=contact_of(input.contact),
            accepts_terms=input.accept_terms,
            pickup=input.pickup,
            dropoff=input.dropoff,
            special_requests=input.special_requests,
        )
        return await _changed(info, input.id, partial(check_out, wish=wish))

    @mutation(
        BookingPayload,
        scope=Scope.BOOKINGS_CHECKOUT,
        description="Let a hold last its minutes again, up to an hour in all.",
    )
    async def extend_hold(self, info: Info, input: BookingInput) -> BookingPayload:
        return await _changed(info, input.id, _seen(extend_hold, input))

    @mutation(
        BookingPayload,
        scope=Scope.BOOKINGS_CHECKOUT,
        description="Give a hold back. Its checkout token opens nothing any more.",
    )
    async def release_hold(self, info: Info, input: BookingInput) -> BookingPayload:
        return await _changed(info, input.id, _seen(release_hold, input))

    @mutation(
        BookingPayload,
        scope=Scope.BOOKINGS_WRITE,
        description="Pencil in what was held, or a draft: from now on it keeps its vans.",
    )
    async def pencil_booking(self, info: Info, input: BookingInput) -> BookingPayload:
        return await _changed(info, input.id, _seen(pencil_booking, input))

    @mutation(
        BookingPayload,
        scope=Scope.BOOKINGS_WRITE,
        description="Confirm a booking by its deposit, or without it for a reason.",
    )
    async def confirm_booking(self, info: Info, input: ConfirmBookingInput) -> BookingPayload:
        if input.waive_deposit_reason is not None:
            check(info.context.principal, Scope.DEPOSITS_WAIVE)
        work = _seen(confirm_booking, input)
        return await _changed(info, input.id, partial(work, waiver=input.waive_deposit_reason))

    @mutation(
        BookingPayload,
        scope=Scope.BOOKINGS_CANCEL,
        description="Call a booking off, for the refund that was quoted.",
        keyed=True,
        policy=Policy.PAYMENTS,
        fresh=if_it_refunds,
    )
    async def cancel_booking(self, info: Info, input: CancelBookingInput) -> BookingPayload:
        context, now, ids = info.context, info.context.world.now(), info.context.world.ids
        wish = Cancellation(
            booking_id=decode_as("Booking", input.id),
            expected_version=input.expected_version,
            reason=input.reason,
            quoted_refund_cents=input.quoted_refund_cents,
            our_fault=input.our_fault,
        )
        session = await _session(info, wish.booking_id)
        cancelled = await context.write(
            lambda tx: cancel_booking(tx, wish, now=now, ids=ids),
            key=key_of(info),
            session=session,
        )
        return BookingPayload(booking=await one(info, BOOKINGS, cancelled), errors=[])

    @mutation(
        RecordPaymentPayload,
        scope=Scope.PAYMENTS_WRITE,
        description="Record a check, cash or a transfer: for a booking, or as the deposit of a"
        " reservation or of an accepted proposal.",
        keyed=True,
        policy=Policy.PAYMENTS,
    )
    async def record_payment(self, info: Info, input: RecordPaymentInput) -> RecordPaymentPayload:
        context, now, ids = info.context, info.context.world.now(), info.context.world.ids
        new = _payment(input, received_at=input.received_at or now)
        id = ids.new()
        paid = await context.write(
            lambda tx: record_payment(tx, new, id=id, now=now, ids=ids), key=key_of(info)
        )
        return RecordPaymentPayload(payment=await one(info, PAYMENTS, paid), errors=[])


def _seen(use_case: Callable[..., Awaitable[Any]], input: Any) -> Callable[..., Awaitable[Any]]:
    """The use case, on the booking at the version that the caller saw."""
    return partial(
        use_case,
        booking_id=decode_as("Booking", input.id),
        expected_version=input.expected_version,
    )


async def _changed(
    info: Info, id: strawberry.ID, use_case: Callable[..., Awaitable[Any]]
) -> BookingPayload:
    """Do it, and read the booking as it is by then, if the caller still may."""
    context, now, ids = info.context, info.context.world.now(), info.context.world.ids
    await context.write(lambda tx: use_case(tx, now=now, ids=ids))
    return BookingPayload(booking=await one(info, BOOKINGS, decode_as("Booking", id)), errors=[])


async def _session(info: Info, booking_id: UUID) -> Session | None:
    """A customer has their own booking in hand once it is seen to be theirs.

    Errors: NotFound.
    """
    context = info.context
    if context.principal.kind is not Kind.CUSTOMER:
        return None
    await one(info, BOOKINGS, booking_id)
    opened: Session = context.opening(booking_id)
    return opened


def _payment(input: RecordPaymentInput, *, received_at: datetime) -> NewPayment:
    return NewPayment(
        booking_id=_named("Booking", input.booking_id, path="bookingId"),
        reservation_id=_named("Reservation", input.reservation_id, path="reservationId"),
        proposal_id=_named("Proposal", input.proposal_id, path="proposalId"),
        kind=input.kind.value,
        method=input.method.value,
        amount_cents=input.amount_cents,
        reference=input.reference,
        received_at=instant(received_at, "receivedAt"),
    )


def _named(type_name: str, id: strawberry.ID | None, *, path: str) -> UUID | None:
    return None if id is None else decode_as(type_name, id, path=path)
