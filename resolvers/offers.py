"""Offers of tours: the lists that are asked for, and what staff and drivers do to an offer."""

from typing import Any

import strawberry
from strawberry import Info

from db.bookings import BOOKINGS
from db.offers import TOUR_OFFERS
from domain.errors import InvalidInput
from domain.identity import Scope
from domain.offers import NewOffers
from domain.schedule import check_day
from domain.texts import storable
from resolvers.assignments import override_of
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.offers import (
    AcceptOfferInput,
    DeclineOfferInput,
    OfferTourInput,
    OfferTourPayload,
    RequestSubstituteInput,
    RequestSubstitutePayload,
    TourOffer,
    TourOfferFilter,
    TourOfferPayload,
    WithdrawOfferInput,
)
from schema.orders import TourOfferOrder
from schema.pagination import Connection
from services.offers import (
    Answer,
    accept_offer,
    decline_offer,
    offer_tour,
    request_substitute,
    withdraw_offer,
)


@strawberry.type
class OfferQuery:
    """Root fields that read offers."""

    tour_offers: Connection[TourOffer] = listed(
        TOUR_OFFERS,
        filter=TourOfferFilter,
        order=TourOfferOrder.CREATED_AT_DESC,
        scope=Scope.NOTES_READ,
        description="Offers of tours: a driver's own, or all of them for the staff.",
    )
    tour_offer: TourOffer | None = by_id(TourOffer, TOUR_OFFERS)


@strawberry.type
class OfferMutation:
    """Root fields that make, answer and end offers."""

    @mutation(
        OfferTourPayload,
        scope=Scope.DISPATCH_WRITE,
        description="Offer a tour that lacks a driver; who accepts first has it.",
    )
    async def offer_tour(self, info: Info, input: OfferTourInput) -> OfferTourPayload:
        context, now = info.context, info.context.world.now()
        if input.expires_at.tzinfo is None:
            raise InvalidInput(
                "A time needs an offset: 2026-06-08T10:00:00-07:00.", path="expiresAt"
            )
        check_day(input.expires_at, path="expiresAt")
        drivers = [decode_as("Driver", each, path="driverIds") for each in input.driver_ids]
        wish = NewOffers(
            decode_as("Booking", input.booking_id, path="bookingId"),
            tuple(drivers),
            input.expires_at,
            override_of(info, input.override),
        )
        made = await context.write(lambda tx: offer_tour(tx, wish, now=now, ids=context.world.ids))
        offers: list[Any] = await context.by(TOUR_OFFERS.name).load_many(made)
        return OfferTourPayload(offers=offers, errors=[])

    @mutation(
        TourOfferPayload,
        scope=Scope.OFFERS_ANSWER,
        description="Take a tour that was offered to you, if you are the first.",
    )
    async def accept_offer(self, info: Info, input: AcceptOfferInput) -> TourOfferPayload:
        wish = Answer(decode_as("TourOffer", input.id), input.expected_version)
        return await _ended(info, accept_offer, wish)

    @mutation(
        TourOfferPayload,
        scope=Scope.OFFERS_ANSWER,
        description="Say no to a tour that was offered to you.",
    )
    async def decline_offer(self, info: Info, input: DeclineOfferInput) -> TourOfferPayload:
        reason = storable(input.reason, path="reason")
        wish = Answer(decode_as("TourOffer", input.id), input.expected_version, reason)
        return await _ended(info, decline_offer, wish)

    @mutation(
        TourOfferPayload,
        scope=Scope.DISPATCH_WRITE,
        description="Take an offer back that nobody has answered.",
    )
    async def withdraw_offer(self, info: Info, input: WithdrawOfferInput) -> TourOfferPayload:
        wish = Answer(decode_as("TourOffer", input.id), input.expected_version)
        return await _ended(info, withdraw_offer, wish)

    @mutation(
        RequestSubstitutePayload,
        scope=Scope.OFFERS_ANSWER,
        description="Ask to be replaced: the tour is offered to whoever is free, and the staff are"
        " told. It stays yours until somebody takes it.",
    )
    async def request_substitute(
        self, info: Info, input: RequestSubstituteInput
    ) -> RequestSubstitutePayload:
        context, now = info.context, info.context.world.now()
        booking_id = decode_as("Booking", input.booking_id, path="bookingId")
        reason = storable(input.reason, path="reason")
        asked = await context.write(
            lambda tx: request_substitute(
                tx, booking_id, reason=reason, now=now, ids=context.world.ids
            )
        )
        return RequestSubstitutePayload(booking=await one(info, BOOKINGS, asked), errors=[])


async def _ended(info: Info, use_case: Any, wish: Answer) -> TourOfferPayload:
    context, now = info.context, info.context.world.now()
    ended = await context.write(lambda tx: use_case(tx, wish, now=now, ids=context.world.ids))
    return TourOfferPayload(offer=await one(info, TOUR_OFFERS, ended), errors=[])
