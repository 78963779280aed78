"""Shared tours: the list that everybody may read, and how staff lays, changes and ends them."""

import strawberry
from strawberry import Info

from db.shared_tours import SHARED_TOURS
from domain.departures import NewTours
from domain.identity import Scope
from domain.shared_tours import TourChange
from domain.texts import storable
from resolvers.assignments import override_of
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from resolvers.times import with_offset
from schema.global_ids import decode_as
from schema.money import Money
from schema.orders import SharedTourOrder
from schema.pagination import Connection
from schema.shared_tours import (
    CancelSharedTourInput,
    CancelSharedTourPayload,
    CompleteSharedTourInput,
    LeftOutDay,
    ScheduleSharedTourInput,
    ScheduleSharedTourPayload,
    SharedTour,
    SharedTourFilter,
    SharedTourPayload,
    UpdateSharedTourInput,
)
from services.shared_tours import (
    cancel_shared_tour,
    complete_shared_tour,
    schedule_shared_tours,
    update_shared_tour,
)


@strawberry.type
class SharedTourQuery:
    """Root fields that read shared tours."""

    shared_tours: Connection[SharedTour] = listed(
        SHARED_TOURS,
        filter=SharedTourFilter,
        order=SharedTourOrder.STARTS_AT_ASC,
        scope=Scope.CATALOG_READ,
        description="Tours that are sold by the seat, with the seats that are left.",
    )
    shared_tour: SharedTour | None = by_id(SharedTour, SHARED_TOURS)


@strawberry.type
class SharedTourMutation:
    """Root fields that change shared tours."""

    @mutation(
        ScheduleSharedTourPayload,
        scope=Scope.SHARED_TOURS_WRITE,
        description="Lay shared tours on a day or a range of days, each with the largest free van.",
    )
    async def schedule_shared_tour(
        self, info: Info, input: ScheduleSharedTourInput
    ) -> ScheduleSharedTourPayload:
        context, now = info.context, info.context.world.now()
        wish = NewTours(
            code=storable(input.code, path="code"),
            first=input.from_,
            last=input.to or input.from_,
            weekdays=None if input.weekdays is None else frozenset(map(int, input.weekdays)),
            beside=input.beside,
            skip_impossible=input.skip_impossible,
        )
        made = await context.write(
            lambda tx: schedule_shared_tours(tx, wish, now=now, ids=context.world.ids)
        )
        tours = [await one(info, SHARED_TOURS, each) for each in made.ids]
        left_out = [
            LeftOutDay(on=each.on, code=each.why.code, message=each.why.message)
            for each in made.left_out
        ]
        return ScheduleSharedTourPayload(shared_tours=tours, left_out=left_out, errors=[])

    @mutation(
        SharedTourPayload,
        scope=Scope.SHARED_TOURS_WRITE,
        description="Change a shared tour's time, van, seats or prices.",
    )
    async def update_shared_tour(
        self, info: Info, input: UpdateSharedTourInput
    ) -> SharedTourPayload:
        context, now = info.context, info.context.world.now()
        wish = TourChange(
            tour_id=decode_as("SharedTour", input.id),
            expected_version=input.expected_version,
            title=None if input.title is None else storable(input.title, path="title"),
            starts_at=with_offset(input.starts_at, path="startsAt"),
            vehicle_id=None
            if input.vehicle_id is None
            else decode_as("Vehicle", input.vehicle_id, path="vehicleId"),
            guests_min=input.guests_min,
            guests_max=input.guests_max,
            seat_cents=input.seat_cents,
            seat_with_lunch_cents=input.seat_with_lunch_cents,
            override=override_of(info, input.override),
        )
        changed = await context.write(
            lambda tx: update_shared_tour(tx, wish, now=now, ids=context.world.ids)
        )
        tour = await one(info, SHARED_TOURS, changed.id)
        return SharedTourPayload(shared_tour=tour, errors=[])

    @mutation(
        CancelSharedTourPayload,
        scope=Scope.SHARED_TOURS_WRITE,
        description="Call a shared tour off, with its tickets; staff is told what to pay back.",
        fresh=True,
    )
    async def cancel_shared_tour(
        self, info: Info, input: CancelSharedTourInput
    ) -> CancelSharedTourPayload:
        context, now = info.context, info.context.world.now()
        tour_id = decode_as("SharedTour", input.id)
        off = await context.write(
            lambda tx: cancel_shared_tour(
                tx,
                tour_id,
                expected_version=input.expected_version,
                reason=input.reason,
                now=now,
                ids=context.world.ids,
            )
        )
        return CancelSharedTourPayload(
            shared_tour=await one(info, SHARED_TOURS, off.id),
            refund_due=Money.of(off.refund_cents, context.brand.currency),
            errors=[],
        )

    @mutation(
        SharedTourPayload,
        scope=Scope.SHARED_TOURS_WRITE,
        description="Say that a shared tour has been; whoever never paid was never there.",
    )
    async def complete_shared_tour(
        self, info: Info, input: CompleteSharedTourInput
    ) -> SharedTourPayload:
        context, now = info.context, info.context.world.now()
        tour_id, version = decode_as("SharedTour", input.id), input.expected_version
        over = await context.write(
            lambda tx: complete_shared_tour(
                tx, tour_id, expected_version=version, now=now, ids=context.world.ids
            )
        )
        return SharedTourPayload(shared_tour=await one(info, SHARED_TOURS, over.id), errors=[])
