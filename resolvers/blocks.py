"""Blocks: the list that is asked for, and the times that are taken and given back."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry
from strawberry import Info

from db.blocks import BLOCKS
from domain.blocks import NewBlock
from domain.identity import Scope
from resolvers.callers import driver_of
from resolvers.inputs import instant, stored
from resolvers.listing import listed, one
from resolvers.refusals import mutation
from schema.blocks import (
    Block,
    BlockDriverInput,
    BlockFilter,
    BlockPayload,
    BlockVehicleInput,
    ChangeBlockInput,
    TakeTimeOffInput,
)
from schema.global_ids import decode_as
from schema.orders import BlockOrder
from schema.pagination import Connection
from services.blocks import block, close_offset_pair, open_offset_pair, release_block


@strawberry.type
class BlockQuery:
    """Root fields that read blocks."""

    blocks: Connection[Block] = listed(
        BLOCKS,
        filter=BlockFilter,
        order=BlockOrder.STARTS_AT_ASC,
        scope=Scope.FLEET_READ,
        description="Times that are taken, of this brand or of none; a driver's own.",
    )


@strawberry.type
class BlockMutation:
    """Root fields that take a time and give it back."""

    @mutation(
        BlockPayload,
        scope=Scope.FLEET_WRITE,
        description="Take a vehicle out for a time: for the workshop, or for no tours at all.",
    )
    async def block_vehicle(self, info: Info, input: BlockVehicleInput) -> BlockPayload:
        vehicle = decode_as("Vehicle", input.vehicle_id, path="vehicleId")
        return await _taken(info, _wish(input, vehicle_id=vehicle))

    @mutation(BlockPayload, scope=Scope.FLEET_WRITE, description="Take a driver out for a time.")
    async def block_driver(self, info: Info, input: BlockDriverInput) -> BlockPayload:
        driver = decode_as("Driver", input.driver_id, path="driverId")
        return await _taken(info, _wish(input, driver_id=driver))

    @mutation(
        BlockPayload,
        scope=Scope.DUTY_WRITE,
        description="Take time off: a driver for themselves, dispatch for anybody.",
    )
    async def take_time_off(self, info: Info, input: TakeTimeOffInput) -> BlockPayload:
        wish = NewBlock(
            vehicle_id=None,
            driver_id=driver_of(info.context.principal, input.driver_id),
            kind="time_off",
            starts_at=instant(input.starts_at, "startsAt"),
            ends_at=instant(input.ends_at, "endsAt"),
            reason=input.reason,
        )
        return await _taken(info, wish)

    @mutation(
        BlockPayload,
        scope=Scope.DUTY_WRITE,
        description="Give back a time that no booking has: a driver their own time off, dispatch"
        " any block.",
    )
    async def release_block(self, info: Info, input: ChangeBlockInput) -> BlockPayload:
        return await _changed(info, input, release_block)

    @mutation(
        BlockPayload,
        scope=Scope.FLEET_WRITE,
        description="Let one other block overlap this one: a private pair, set by an owner.",
    )
    async def open_offset_pair(self, info: Info, input: ChangeBlockInput) -> BlockPayload:
        return await _changed(info, input, open_offset_pair)

    @mutation(
        BlockPayload,
        scope=Scope.FLEET_WRITE,
        description="Let nothing overlap this block any more; refused while something does.",
    )
    async def close_offset_pair(self, info: Info, input: ChangeBlockInput) -> BlockPayload:
        return await _changed(info, input, close_offset_pair)


def _wish(
    input: BlockVehicleInput | BlockDriverInput,
    *,
    vehicle_id: UUID | None = None,
    driver_id: UUID | None = None,
) -> NewBlock:
    beside = input.beside_id
    return NewBlock(
        vehicle_id=vehicle_id,
        driver_id=driver_id,
        kind=stored(input.kind),
        starts_at=instant(input.starts_at, "startsAt"),
        ends_at=instant(input.ends_at, "endsAt"),
        reason=input.reason,
        of_brand=input.only_this_brand,
        beside=decode_as("Block", beside, path="besideId") if beside else None,
    )


async def _taken(info: Info, wish: NewBlock) -> BlockPayload:
    context, now = info.context, info.context.world.now()
    made = await context.write(lambda tx: block(tx, wish, now=now, ids=context.world.ids))
    return BlockPayload(block=await one(info, BLOCKS, made.id), errors=[])


async def _changed(
    info: Info, input: ChangeBlockInput, change: Callable[..., Awaitable[Any]]
) -> BlockPayload:
    context, now = info.context, info.context.world.now()
    id, expected = decode_as("Block", input.id), input.expected_version
    await context.write(
        lambda tx: change(tx, id, expected_version=expected, now=now, ids=context.world.ids)
    )
    return BlockPayload(block=await one(info, BLOCKS, id), errors=[])
