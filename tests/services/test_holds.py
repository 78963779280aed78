"""Holds: longer, given back, run out; and what was held is free for whoever comes next."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db import callers
from db.database import Database, Transaction
from domain.booking_states import HoldExpired
from domain.errors import NotFound, StaleVersion, WrongState
from domain.identity import NOBODY, Brand, Kind
from services.holds import expire_hold, extend_hold, release_hold
from tests.builders import a_principal, new_id
from tests.services.selling import NOW, Ids, create, hold, open_shop, seen, wanted

MINUTE = timedelta(minutes=1)
STATE = "select status, hold_expires_at, version from bookings"
BLOCK = "select kind, expires_at, released_at from blocks"


async def _as_guest(database: Database, brand: Brand, booking: UUID, work: Any) -> Any:
    guest = a_principal(brand, Kind.LINK, object_id=booking)
    return await database.session(guest).write(work)


async def _held(database: Database, brand: Brand) -> UUID:
    await open_shop(database, brand, 14)
    return await hold(database, brand, await wanted(database, brand))


def _extend(booking: UUID, version: int, now: datetime) -> Any:
    return lambda tx: extend_hold(tx, booking, version, now=now, ids=Ids())


def _release(booking: UUID, version: int, now: datetime) -> Any:
    return lambda tx: release_hold(tx, booking, version, now=now, ids=Ids())


async def _opens(database: Database, brand: Brand, *, now: datetime) -> bool:
    ((link,),) = await seen(database, brand, "select id from links")
    async with database.session(NOBODY).read() as tx:
        return await callers.by_link(tx, link, now=now) is not None


async def test_a_hold_lasts_longer_with_its_van_and_its_link(
    database: Database, brand: Brand
) -> None:
    booking = await _held(database, brand)

    await _as_guest(database, brand, booking, _extend(booking, 1, NOW + 10 * MINUTE))

    expires_at = NOW + 25 * MINUTE
    assert await seen(database, brand, STATE) == [("held", expires_at, 2)]
    assert await seen(database, brand, BLOCK) == [("hold", expires_at, None)]
    assert await _opens(database, brand, now=expires_at - MINUTE)
    kinds = "select kind, changes from events order by id"
    told = (await seen(database, brand, kinds))[-1]
    before = (NOW + 15 * MINUTE).isoformat()
    assert told == ("HoldExtended", {"hold_expires_at": [before, expires_at.isoformat()]})


async def test_a_hold_lasts_an_hour_at_most(database: Database, brand: Brand) -> None:
    booking, version = await _held(database, brand), 1
    for minutes in (14, 28, 42, 55):
        at = NOW + minutes * MINUTE
        await _as_guest(database, brand, booking, _extend(booking, version, at))
        version += 1

    assert await seen(database, brand, STATE) == [("held", NOW + 60 * MINUTE, 5)]
    with pytest.raises(WrongState):
        await _as_guest(database, brand, booking, _extend(booking, version, NOW + 59 * MINUTE))
    assert await seen(database, brand, STATE) == [("held", NOW + 60 * MINUTE, 5)]


async def test_a_hold_that_has_run_out_is_neither_extended_nor_given_back(
    database: Database, brand: Brand
) -> None:
    booking = await _held(database, brand)
    over = NOW + 15 * MINUTE

    for work in (_extend(booking, 1, over), _release(booking, 1, over)):
        with pytest.raises(HoldExpired):
            await _as_guest(database, brand, booking, work)
    assert await seen(database, brand, STATE) == [("held", over, 1)]


async def test_what_is_given_back_is_free_at_once_and_its_link_opens_nothing(
    database: Database, brand: Brand
) -> None:
    booking = await _held(database, brand)
    at = NOW + MINUTE

    await _as_guest(database, brand, booking, _release(booking, 1, at))

    assert (await seen(database, brand, "select status, cancel_reason from bookings")) == [
        ("cancelled", "released")
    ]
    assert [row[2] for row in await seen(database, brand, BLOCK)] == [at]
    assert not await _opens(database, brand, now=at)
    await create(database, brand, await wanted(database, brand), now=at)


async def test_an_old_version_and_anothers_hold_are_refused(
    database: Database, brand: Brand
) -> None:
    booking = await _held(database, brand)

    with pytest.raises(StaleVersion):
        await _as_guest(database, brand, booking, _release(booking, 7, NOW))
    with pytest.raises(NotFound):
        await _as_guest(database, brand, new_id(), _release(booking, 1, NOW))
    assert await seen(database, brand, STATE) == [("held", NOW + 15 * MINUTE, 1)]


async def test_a_swept_hold_is_expired_and_frees_its_van_once(
    database: Database, brand: Brand
) -> None:
    booking = await _held(database, brand)
    worker = database.session(a_principal(brand, Kind.WORKER))

    async def sweep(at: datetime) -> bool:
        async def work(tx: Transaction) -> bool:
            return await expire_hold(tx, booking, now=at, ids=Ids())

        return await worker.write(work)

    over = NOW + 15 * MINUTE
    assert not await sweep(over - timedelta(seconds=1))
    assert await sweep(over)
    assert not await sweep(over)
    assert await seen(database, brand, STATE) == [("expired", over, 2)]
    assert await seen(database, brand, BLOCK) == [("hold", over, over)]
    kinds = await seen(database, brand, "select kind from events order by id")
    assert [kind for (kind,) in kinds] == ["BookingHeld", "HoldExpired"]
