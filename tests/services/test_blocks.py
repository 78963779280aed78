"""Times that no booking has: taken once whoever asks, given back once, shared by an owner alone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.blocks import NewBlock
from domain.errors import (
    DomainError,
    DriverBusy,
    NotFound,
    RuleBroken,
    StaleVersion,
    VehicleBusy,
    WrongState,
)
from domain.identity import Brand, Kind
from services.blocks import block, close_offset_pair, open_offset_pair, release_block
from tests.builders import (
    START,
    a_block,
    a_booking,
    a_brand,
    a_driver,
    a_member,
    a_vehicle,
    assign_driver,
    assign_vehicle,
    new_id,
    write,
)
from tests.db.refusals import assert_refused, found
from tests.services.test_fleet import Ids
from tests.services.trail import trail_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOURS = timedelta(hours=6)
Work = Callable[[Transaction], Awaitable[Any]]


def taking(van: UUID, starts_at: datetime = START, **values: Any) -> Work:
    wish = NewBlock(van, None, "maintenance", starts_at, starts_at + HOURS)
    return lambda tx: block(tx, replace(wish, **values), now=NOW, ids=Ids())


def changing(change: Any, id: UUID, version: int) -> Work:
    return lambda tx: change(tx, id, expected_version=version, now=NOW, ids=Ids())


def off(driver: UUID) -> NewBlock:
    return NewBlock(None, driver, "time_off", START, START + HOURS, "Family")


async def test_a_van_is_taken_out_for_all_brands_and_given_back(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    van = await write(database, brand, a_vehicle)
    taken = await write(database, brand, taking(van, reason=" New  brakes "))
    row = "select reason from blocks where id = %(id)s and brand_id is null"
    assert await found(database, sister, row, id=taken.id) == "New brakes"
    await assert_refused(database, sister, taking(van, START + HOURS / 2), VehicleBusy)
    await write(database, sister, changing(release_block, taken.id, 1))
    await write(database, sister, taking(van))
    kinds = [(row[1], row[4]) for row in (await trail_of(settings, brand)).events]
    assert kinds == [("VehicleBlocked", 1)]
    (released, _) = (await trail_of(settings, sister)).events
    assert released[8] == {"released_at": [None, NOW.isoformat()], "version": [1, 2]}


async def test_what_is_of_one_brand_is_busy_time_to_its_sister_and_no_block(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    van = await write(database, brand, a_vehicle)
    taken = await write(database, brand, taking(van, of_brand=True))
    await assert_refused(database, sister, taking(van), VehicleBusy)
    await assert_refused(database, sister, changing(release_block, taken.id, 1), NotFound)


async def test_the_time_of_a_tour_is_not_taken_nor_given_back_whichever_brands_it_is(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")

    async def sold(tx: Transaction) -> tuple[UUID, UUID, UUID]:
        booking, van, dan = await a_booking(tx), await a_vehicle(tx), await a_driver(tx)
        blocked = await assign_vehicle(tx, booking, van)
        await assign_driver(tx, booking, dan)
        return van, dan, blocked

    van, dan, blocked = await write(database, brand, sold)
    take_dan = partial(block, wish=off(dan), now=NOW, ids=Ids())
    for other in (brand, sister):
        await assert_refused(database, other, taking(van), VehicleBusy)
        await assert_refused(database, other, take_dan, DriverBusy)
    await assert_refused(database, brand, changing(release_block, blocked, 1), WrongState)


async def test_a_hold_that_ran_out_does_not_stand_in_the_way(
    database: Database, brand: Brand
) -> None:
    async def held(tx: Transaction) -> UUID:
        van = await a_vehicle(tx)
        ends = NOW - timedelta(minutes=1)
        booking = await a_booking(tx, status="held", hold_expires_at=ends)
        await assign_vehicle(tx, booking, van)
        return van

    van = await write(database, brand, held)
    assert (await write(database, brand, taking(van))).version == 1


async def test_of_ten_who_want_one_van_at_once_one_has_it(database: Database, brand: Brand) -> None:
    van = await write(database, brand, a_vehicle)
    asked = (write(database, brand, taking(van)) for _ in range(10))
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["Block", *["VehicleBusy"] * 9]
    live = "select count(*) from blocks where released_at is null"
    assert await found(database, brand, live) == 1


async def test_what_is_not_there_or_was_changed_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    stranger = await a_brand(settings)
    van = await write(database, stranger, a_vehicle)
    theirs = await write(database, stranger, taking(van))
    own = await write(database, brand, _own_block)
    wrong: list[tuple[Work, type[DomainError]]] = [
        (taking(van), NotFound),
        (partial(block, wish=off(new_id()), now=NOW, ids=Ids()), NotFound),
        (changing(release_block, theirs.id, 1), NotFound),
        (changing(release_block, own, 2), StaleVersion),
    ]
    for work, by in wrong:
        await assert_refused(database, brand, work, by)


async def _own_block(tx: Transaction) -> UUID:
    return await a_block(tx, vehicle_id=await a_vehicle(tx))


async def test_a_driver_takes_time_off_and_gives_it_back_and_touches_no_other_time(
    database: Database, settings: Settings, brand: Brand
) -> None:
    dan, ann = [await write(database, brand, a_driver) for _ in range(2)]
    by_dan: Any = {"kind": Kind.DRIVER, "actor": dan}
    work = partial(block, wish=off(dan), now=NOW, ids=Ids())
    taken = await write(database, brand, work, **by_dan)
    await assert_refused(database, brand, work, DriverBusy, **by_dan)
    of_ann = partial(block, wish=off(ann), now=NOW, ids=Ids())
    await assert_refused(database, brand, of_ann, NotFound, **by_dan)
    hers = await write(database, brand, of_ann)
    blackout = replace(
        off(dan), kind="blackout", starts_at=START + HOURS, ends_at=START + 2 * HOURS
    )
    kept = await write(database, brand, partial(block, wish=blackout, now=NOW, ids=Ids()))
    for id, by in ((hers.id, NotFound), (kept.id, WrongState)):
        await assert_refused(database, brand, changing(release_block, id, 1), by, **by_dan)
    back = await write(database, brand, changing(release_block, taken.id, 1), **by_dan)
    assert back.version == 2
    row = "select released_at || ' ' || version from blocks where id = %(id)s"
    assert await found(database, brand, row, id=taken.id) == f"{NOW:%Y-%m-%d %H:%M:%S}+00 2"
    actors = [(row[1], row[5], row[6]) for row in (await trail_of(settings, brand)).events]
    assert actors[0] == ("DriverBlocked", "driver", dan)
    assert actors[-1] == ("BlockReleased", "driver", dan)


async def test_an_owner_lets_two_times_share_a_van_and_nobody_else_does(
    database: Database, brand: Brand
) -> None:
    owner = await a_member(database, brand, "owner")
    van = await write(database, brand, a_vehicle)
    first = await write(database, brand, taking(van))
    opening = changing(open_offset_pair, first.id, 1)
    # Owner by a token alone: the database looks for the membership.
    await assert_refused(database, brand, opening, RuleBroken)
    await write(database, brand, opening, actor=owner)
    beside = taking(van, START + HOURS / 2, beside=first.id)
    await assert_refused(database, brand, beside, RuleBroken)
    second = await write(database, brand, beside, actor=owner)
    assert (second.offset_pair_side, second.offset_pair_id is not None) == (2, True)
    third = taking(van, START + HOURS / 4, beside=first.id)
    await assert_refused(database, brand, third, VehicleBusy, actor=owner)
    await assert_refused(database, brand, taking(van, START + HOURS), VehicleBusy)
    closing = changing(close_offset_pair, first.id, 2)
    await assert_refused(database, brand, closing, VehicleBusy, actor=owner)
    await write(database, brand, changing(release_block, second.id, 1))
    closed = await write(database, brand, closing, actor=owner)
    assert (closed.offset_pair_id, closed.version) == (None, 3)


async def test_a_pair_is_of_one_van(database: Database, brand: Brand) -> None:
    owner = await a_member(database, brand, "owner")
    van, other = [await write(database, brand, a_vehicle) for _ in range(2)]
    first = await write(database, brand, taking(van))
    for work, by in (
        (taking(van, beside=first.id), WrongState),
        (taking(other, beside=first.id), NotFound),
    ):
        await assert_refused(database, brand, work, by, actor=owner)


@pytest.mark.parametrize("function", ["take_time_off", "give_back_time_off"])
async def test_time_off_by_a_function_is_the_callers_own(
    database: Database, brand: Brand, function: str
) -> None:
    """Whatever a driver hands over, the row is of whoever asks."""
    dan, ann = [await write(database, brand, a_driver) for _ in range(2)]
    hers = await write(database, brand, partial(block, wish=off(ann), now=NOW, ids=Ids()))
    statement: Any = {
        "take_time_off": "select take_time_off(%(new)s, %(at)s, %(end)s, 'x')",
        "give_back_time_off": "select give_back_time_off(%(hers)s, %(at)s)",
    }[function]
    given = {"new": new_id(), "hers": hers.id, "at": START, "end": START + HOURS}
    await write(database, brand, lambda tx: tx.rows(statement, given), kind=Kind.DRIVER, actor=dan)
    live = (
        "select string_agg(driver_id::text, ' ' order by id) from blocks where released_at is null"
    )
    expected = f"{ann} {dan}" if function == "take_time_off" else str(ann)
    assert await found(database, brand, live) == expected
