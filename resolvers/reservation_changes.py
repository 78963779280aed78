"""Reservations: made, talked over, confirmed, or cancelled with the refund that was quoted."""

from collections.abc import Collection
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry import Info

from db import links
from db import reservations as stored
from db.reservations import RESERVATIONS
from domain.customers import Contact
from domain.errors import InvalidInput, NotFound
from domain.identity import Kind, Principal, Scope
from domain.listing import argument
from domain.quotas import Policy
from domain.reservation_cancellations import Cancellation
from domain.reservations import CHANGEABLE, NewReservation, ReservationChange, reached_by
from resolvers.freshness import if_it_refunds
from resolvers.guests import hand_of
from resolvers.keys import key_of
from resolvers.listing import one, says
from resolvers.refusals import mutation
from schema.global_ids import decode_as, encode
from schema.money import Money
from schema.permissions import requires
from schema.reservation_changes import (
    AmendReservationInput,
    CancelReservationInput,
    ConfirmReservationInput,
    ContactReservationInput,
    CreateReservationInput,
    CreateReservationPayload,
    ReservationCancellation,
    ReservationPayload,
    UpdateReservationInput,
)
from schema.scalars import Cents
from services import reservations

AMENDABLE = CHANGEABLE - {"method", "internal_notes"}
NOT_NULL = frozenset({"preferred_on", "party_size", "tour_type", "method"})


@strawberry.type
class ReservationCancellationQuery:
    """Root fields that reckon what a cancellation gives back."""

    @strawberry.field(
        extensions=[requires(Scope.RESERVATIONS_CANCEL)],
        description="What cancelling a reservation now would give back, reckoned to the earlier of"
        " its days that has not been given up; nothing is stored.",
    )
    async def reservation_cancellation(
        self,
        info: Info,
        id: Annotated[strawberry.ID, says("The reservation.")],
        our_fault: Annotated[
            bool | None, says("A fault of ours, or the weather. Staff only.")
        ] = None,
    ) -> ReservationCancellation:
        context, now = info.context, info.context.world.now()
        reservation = decode_as("Reservation", id)
        session = await hand_of(info, reservation, RESERVATIONS) or context.session
        async with session.read() as tx:
            due = await reservations.quote_cancellation(
                tx, reservation, our_fault=our_fault or False, now=now
            )
        return ReservationCancellation(
            reservation=await one(info, RESERVATIONS, reservation),
            days_before=due.days_before,
            percent=due.percent,
            refund=Money(amount_cents=Cents(due.total_cents), currency=context.brand.currency),
        )


@strawberry.type
class ReservationMutation:
    """Root fields that change reservations."""

    @mutation(
        CreateReservationPayload,
        scope=Scope.RESERVATIONS_MAKE,
        description="Hold a day behind a flat deposit; staff are told to consult within a day.",
        keyed=True,
        policy=Policy.FORMS,
    )
    async def create_reservation(
        self, info: Info, input: CreateReservationInput
    ) -> CreateReservationPayload:
        context, now, ids = info.context, info.context.world.now(), info.context.world.ids
        wish, id = _wish(input, context.principal), ids.new()
        made = await context.write(
            lambda tx: reservations.create_reservation(tx, wish, id=id, now=now, ids=ids),
            key=key_of(info),
            session=context.opening(id),
        )
        return await _receipt(info, made)

    @mutation(
        ReservationPayload,
        scope=Scope.RESERVATIONS_WRITE,
        description="Change the wishes of a reservation.",
    )
    async def update_reservation(
        self, info: Info, input: UpdateReservationInput
    ) -> ReservationPayload:
        context, now = info.context, info.context.world.now()
        named = _named(input, CHANGEABLE)
        wish = ReservationChange(decode_as("Reservation", input.id), input.expected_version, named)
        changed = await context.write(
            lambda tx: reservations.update_reservation(tx, wish, now=now, ids=context.world.ids)
        )
        return await _answer(info, changed)

    @mutation(
        ReservationPayload,
        scope=Scope.RESERVATIONS_AMEND,
        description="Correct how whoever reserved is reached, and what they wish. A guest may until"
        " they are consulted, and their days while the first cancellation tier lasts.",
    )
    async def amend_reservation(
        self, info: Info, input: AmendReservationInput
    ) -> ReservationPayload:
        context, now = info.context, info.context.world.now()
        named = _named(input, AMENDABLE)
        if input.contact is not None:
            contact = Contact.of(input.contact.name, input.contact.email, input.contact.phone)
            named |= reached_by(contact)
        wish = ReservationChange(decode_as("Reservation", input.id), input.expected_version, named)
        changed = await context.write(
            lambda tx: reservations.amend_reservation(tx, wish, now=now, ids=context.world.ids),
            session=await hand_of(info, wish.reservation_id, RESERVATIONS),
        )
        return await _answer(info, changed)

    @mutation(
        ReservationPayload,
        scope=Scope.RESERVATIONS_WRITE,
        description="Say that the guest of a reservation was consulted.",
    )
    async def contact_reservation(
        self, info: Info, input: ContactReservationInput
    ) -> ReservationPayload:
        return await _stepped(info, reservations.contact_reservation, input)

    @mutation(
        ReservationPayload,
        scope=Scope.RESERVATIONS_WRITE,
        description="Say that the guest of a reservation agrees to what was talked over.",
    )
    async def confirm_reservation(
        self, info: Info, input: ConfirmReservationInput
    ) -> ReservationPayload:
        return await _stepped(info, reservations.confirm_reservation, input)

    @mutation(
        ReservationPayload,
        scope=Scope.RESERVATIONS_CANCEL,
        description="Cancel a reservation with the refund that the guest was told; staff are told"
        " to make it.",
        keyed=True,
        policy=Policy.PAYMENTS,
        fresh=if_it_refunds,
    )
    async def cancel_reservation(
        self, info: Info, input: CancelReservationInput
    ) -> ReservationPayload:
        context, now = info.context, info.context.world.now()
        wish = Cancellation(
            decode_as("Reservation", input.id),
            input.expected_version,
            input.reason,
            input.quoted_refund_cents,
            input.our_fault,
        )
        cancelled = await context.write(
            lambda tx: reservations.cancel_reservation(tx, wish, now=now, ids=context.world.ids),
            key=key_of(info),
            session=await hand_of(info, wish.reservation_id, RESERVATIONS),
        )
        return await _answer(info, cancelled)


def _wish(input: CreateReservationInput, principal: Principal) -> NewReservation:
    """Errors: NotFound and InvalidInput for what only staff say."""
    customer, inquiry = input.customer_id, input.inquiry_id
    if principal.kind is not Kind.STAFF:
        for path, id in (("customerId", customer), ("inquiryId", inquiry)):
            if id is not None:
                raise NotFound(path=path)
        if input.internal_notes is not None:
            raise InvalidInput("Only staff make notes.", path="internalNotes")
    own = principal.actor_id if principal.kind is Kind.CUSTOMER else None
    contact = input.contact
    return NewReservation(
        preferred_on=input.preferred_on,
        party_size=input.party_size,
        tour_type=input.tour_type.value,
        method=input.method.value,
        alternate_on=input.alternate_on,
        customer_id=decode_as("Customer", customer, path="customerId") if customer else own,
        contact=Contact.of(contact.name, contact.email, contact.phone) if contact else None,
        inquiry_id=decode_as("Inquiry", inquiry, path="inquiryId") if inquiry else None,
        special_requests=input.special_requests,
        internal_notes=input.internal_notes,
    )


def _named(input: Any, names: Collection[str]) -> dict[str, Any]:
    """What is named of a change.

    Errors: InvalidInput for what cannot be cleared.
    """
    named = {
        name: value.value if isinstance(value, Enum) else value
        for name in sorted(names)
        if (value := getattr(input, name)) is not strawberry.UNSET
    }
    for name in NOT_NULL & named.keys():
        if named[name] is None:
            raise InvalidInput("This cannot be cleared.", path=argument(name))
    return named


async def _receipt(info: Info, made: UUID) -> CreateReservationPayload:
    """What whoever made it is told, read by whoever holds its token."""
    context = info.context
    async with context.opening(made).read() as tx:
        link, told = await links.of_object(tx, made), await stored.receipt(tx, made)
    number, currency, cents = told or (None, None, None)
    shown = context.principal.may(Scope.RESERVATIONS_READ)
    return CreateReservationPayload(
        reservation=await one(info, RESERVATIONS, made) if shown else None,
        id=strawberry.ID(encode("Reservation", made)),
        number=number,
        deposit=Money.of(cents, currency),
        checkout_token=context.world.links.token_of(link) if link else None,
        errors=[],
    )


async def _stepped(info: Info, use_case: Any, input: Any) -> ReservationPayload:
    context, now = info.context, info.context.world.now()
    given = {"expected_version": input.expected_version, "now": now, "ids": context.world.ids}
    reservation = decode_as("Reservation", input.id)
    return await _answer(info, await context.write(lambda tx: use_case(tx, reservation, **given)))


async def _answer(info: Info, id: Any) -> ReservationPayload:
    return ReservationPayload(reservation=await one(info, RESERVATIONS, id), errors=[])
