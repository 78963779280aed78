"""Sales: a quote is taken up by a visitor, who holds the tour, or by staff, who book it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry import Info

from auth.quote_tokens import Offered
from db import booking_states, links
from db.bookings import BOOKINGS
from domain.booking_states import State
from domain.customers import Contact
from domain.errors import NotFound
from domain.identity import Kind, Scope
from domain.itineraries import WantedStop
from domain.quotas import Policy
from domain.sales import Buyer, NewBooking, NewStop
from domain.texts import storable
from resolvers.itineraries import wanted
from resolvers.keys import key_of
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.enums import BookingStatus
from schema.global_ids import decode_as, encode
from schema.quotes import amount
from schema.sales import (
    BookingHold,
    BookingPayload,
    ContactInput,
    CreateBookingInput,
    HoldBookingInput,
    HoldBookingPayload,
)
from services.sales import create_booking, hold_booking

SAID = ("pickup", "dropoff", "special_requests", "internal_notes", "driver_notes")
SOURCES = {Kind.SITE: "website", Kind.CUSTOMER: "website", Kind.PARTNER: "partner"}


@strawberry.type
class SaleMutation:
    """Root fields that sell."""

    @mutation(
        HoldBookingPayload,
        scope=Scope.BOOKINGS_HOLD,
        description="Hold a quoted tour for some minutes, with the vans that it takes.",
        keyed=True,
        policy=Policy.PAYMENTS,
    )
    async def hold_booking(self, info: Info, input: HoldBookingInput) -> HoldBookingPayload:
        context, now, ids = info.context, info.context.world.now(), info.context.world.ids
        principal, offered = context.principal, _offered(info, input.quote_token)
        new = NewBooking(
            offered.wish,
            offered.total_cents,
            SOURCES.get(principal.kind, "console"),
            begins="held",
            buyer=await _own(info),
            sold_by_app_id=principal.actor_id if principal.kind is Kind.PARTNER else None,
            **_said(input),
        )
        id = ids.new()
        held = await context.write(
            lambda tx: hold_booking(tx, new, id=id, now=now, ids=ids),
            key=key_of(info),
            session=context.opening(id),
        )
        return HoldBookingPayload(hold=await _hold(info, held), errors=[])

    @mutation(
        BookingPayload,
        scope=Scope.BOOKINGS_WRITE,
        description="Sell a quoted tour: it is pencilled in and its vans are taken.",
        keyed=True,
    )
    async def create_booking(self, info: Info, input: CreateBookingInput) -> BookingPayload:
        context, now, ids = info.context, info.context.world.now(), info.context.world.ids
        offered, id = _offered(info, input.quote_token), ids.new()
        new = NewBooking(
            offered.wish,
            offered.total_cents,
            input.source.value,
            begins="draft" if input.draft else "pending",
            buyer=_buyer(input),
            inquiry_id=_id("Inquiry", input.inquiry_id, "inquiryId"),
            stops=[
                _stop(wanted(each, path=f"stops.{place}."))
                for place, each in enumerate(input.stops)
            ],
            vehicle_ids=_vehicles(input),
            **_said(input),
        )
        made = await context.write(
            lambda tx: create_booking(tx, new, id=id, now=now, ids=ids), key=key_of(info)
        )
        return BookingPayload(booking=await one(info, BOOKINGS, made), errors=[])


def contact_of(given: ContactInput) -> Contact:
    """Errors: InvalidInput."""
    return Contact.of(given.name, given.email, given.phone)


def _offered(info: Info, token: str) -> Offered:
    context = info.context
    offered: Offered = context.world.quotes.read(token, context.brand)
    return offered


async def _own(info: Info) -> Buyer:
    """A customer who holds a tour is who books it; anybody else says so at the checkout."""
    principal = info.context.principal
    if principal.kind is not Kind.CUSTOMER:
        return Buyer()
    row = await info.context.by("customers").load(principal.actor_id)
    if row is None:
        raise NotFound
    return Buyer(principal.actor_id, Contact(row.name, row.email, row.phone))


async def _hold(info: Info, booking_id: UUID) -> BookingHold:
    """Read by whoever holds it: a site's key alone reads no booking."""
    context = info.context
    async with context.opening(booking_id).read() as tx:
        state = await booking_states.read(tx, booking_id)
        link = await links.of_object(tx, booking_id)
    if state is None:
        raise NotFound
    return _told(state, context.zone, context.world.links.token_of(link) if link else None)


def _told(state: State, zone: Any, token: str | None) -> BookingHold:
    expires_at: datetime | None = state.hold_expires_at
    return BookingHold(
        booking_id=strawberry.ID(encode("Booking", state.id)),
        number=state.number,
        status=BookingStatus(state.status),
        version=state.version,
        starts_at=state.starts_at.astimezone(zone),
        ends_at=state.ends_at.astimezone(zone),
        expires_at=expires_at.astimezone(zone) if expires_at else None,
        total=amount(state.total_cents, state.currency),
        deposit=amount(state.deposit_cents, state.currency),
        checkout_token=token,
    )


def _buyer(input: CreateBookingInput) -> Buyer:
    customer = _id("Customer", input.customer_id, "customerId")
    return Buyer(customer, contact_of(input.contact) if input.contact else None)


def _vehicles(input: CreateBookingInput) -> list[UUID] | None:
    if input.vehicle_ids is None:
        return None
    return [decode_as("Vehicle", each, path="vehicleIds") for each in input.vehicle_ids]


def _stop(stop: WantedStop) -> NewStop:
    return NewStop(
        kind=stop.kind,
        winery_id=stop.winery_id,
        restaurant_id=stop.restaurant_id,
        hotel_id=stop.hotel_id,
        own_place_id=stop.own_place_id,
        name=stop.name,
        address=stop.address,
        planned_arrival_at=stop.planned_arrival_at,
        minutes=stop.minutes,
    )


def _said(input: Any) -> dict[str, Any]:
    """Errors: InvalidInput for text that cannot be stored."""
    found = {name: getattr(input, name) for name in SAID if hasattr(input, name)}
    return {
        name: storable(text, path=name) if text is not None else None
        for name, text in found.items()
    }


def _id(name: str, given: strawberry.ID | None, path: str) -> UUID | None:
    return None if given is None else decode_as(name, given, path=path)
