"""What can be done to the time of a vehicle or a driver that no booking has."""

from datetime import datetime
from uuid import UUID

from db import blocks, drivers, events, fleet, vehicles
from db.database import Transaction
from domain.blocks import Block, NewBlock, check_owner, close_pair, open_pair, release, take_out
from domain.changes import happened
from domain.errors import NotFound
from domain.identity import Kind
from domain.ids import Ids


async def block(tx: Transaction, wish: NewBlock, *, now: datetime, ids: Ids) -> Block:
    """Take a vehicle or a driver out for a time, behind the lock of all who want it.

    Shape:  a hold that has run out does not stand in the way.
    Errors: NotFound, InvalidInput, EndBeforeStart, WrongState, VehicleBusy, DriverBusy; RuleBroken
            if somebody else than an owner shares a time.
    """
    if wish.vehicle_id and await vehicles.seen(tx, wish.vehicle_id) is None:
        raise NotFound(path="vehicleId")
    if wish.driver_id and await drivers.status(tx, wish.driver_id) is None:
        raise NotFound(path="driverId")
    taken = [each for each in (wish.vehicle_id,) if each]
    await fleet.lock(tx, taken, [each for each in (wish.driver_id,) if each])
    beside = await _beside(tx, wish)
    new = take_out(wish, id=ids.new(), beside=beside)
    if taken:
        await fleet.release_expired_holds(tx, taken, now=now)
    await blocks.insert(tx, new, of_brand=wish.of_brand)
    kind = "VehicleBlocked" if new.vehicle_id else "DriverBlocked"
    await events.append(tx, happened(kind, "block", None, new, id=ids.new(), now=now))
    return new


async def release_block(
    tx: Transaction, block_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Block:
    """Give a time back; to give it back again changes nothing.

    Errors: NotFound, StaleVersion, WrongState for the time of a booking.
    """
    before = await _locked(tx, block_id)
    driver = tx.principal.kind is Kind.DRIVER
    after = release(before, expected_version=expected_version, now=now, by_driver=driver)
    return await _store(tx, "BlockReleased", before, after, now=now, ids=ids)


async def open_offset_pair(
    tx: Transaction, block_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Block:
    """Let one other block overlap this one: the first side of a private pair, set by an owner.

    Errors: RuleBroken, NotFound, StaleVersion, WrongState.
    """
    check_owner(tx.principal.role)
    before = await _locked(tx, block_id)
    after = open_pair(before, expected_version=expected_version, pair_id=ids.new())
    return await _store(tx, "OffsetPairOpened", before, after, now=now, ids=ids)


async def close_offset_pair(
    tx: Transaction, block_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Block:
    """Let nothing overlap this block any more.

    Errors: RuleBroken, NotFound, StaleVersion; VehicleBusy, DriverBusy if something still does.
    """
    check_owner(tx.principal.role)
    before = await _locked(tx, block_id)
    after = close_pair(before, expected_version=expected_version)
    return await _store(tx, "OffsetPairClosed", before, after, now=now, ids=ids)


async def _beside(tx: Transaction, wish: NewBlock) -> Block | None:
    """The block of the same vehicle or driver that this one may overlap."""
    if wish.beside is None:
        return None
    check_owner(tx.principal.role)
    found = await blocks.find(tx, wish.beside)
    if found is None or (found.vehicle_id, found.driver_id) != (wish.vehicle_id, wish.driver_id):
        raise NotFound(path="besideId")
    return found


async def _locked(tx: Transaction, block_id: UUID) -> Block:
    """The block as it is behind the lock of its vehicle or driver, which no block ever changes."""
    found = await blocks.find(tx, block_id)
    if found is None:
        raise NotFound(path="id")
    taken, driving = ([each] if each else [] for each in (found.vehicle_id, found.driver_id))
    await fleet.lock(tx, taken, driving)
    return await blocks.find(tx, block_id) or found


async def _store(
    tx: Transaction, kind: str, before: Block, after: Block, *, now: datetime, ids: Ids
) -> Block:
    if after is not before:
        await blocks.update(tx, after)
        await events.append(tx, happened(kind, "block", before, after, id=ids.new(), now=now))
    return after
