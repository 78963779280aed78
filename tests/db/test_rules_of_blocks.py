"""One van, one driver, one tour at a time: across the brands of a tenant, whoever asks."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import fleet
from db.database import Database, Transaction
from domain.errors import DomainError, DriverBusy, RuleBroken, VehicleBusy
from domain.identity import Brand, Kind
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
from tests.db.refusals import assert_refused, doing

HOUR = timedelta(hours=1)
END = START + 6 * HOUR
PAUSE = timedelta(minutes=30)
MAKE: dict[str, Callable[..., Awaitable[UUID]]] = {"vehicle_id": a_vehicle, "driver_id": a_driver}
BUSY: dict[str, type[DomainError]] = {"vehicle_id": VehicleBusy, "driver_id": DriverBusy}
ASSIGN: Mapping[str, Callable[..., Awaitable[UUID]]] = {
    "vehicle_id": assign_vehicle,
    "driver_id": assign_driver,
}
UNASSIGN = (
    "delete from booking_vehicles a using blocks k"
    " where k.id = %(id)s and a.booking_id = k.booking_id and a.vehicle_id = k.vehicle_id",
    "delete from booking_drivers a using blocks k"
    " where k.id = %(id)s and a.booking_id = k.booking_id and a.driver_id = k.driver_id",
)
CONFIRMED: Mapping[str, Any] = {"status": "confirmed", "deposit_waiver_reason": "A school"}
BUSY_PERIODS = (
    "select vehicle_id, driver_id, starts_at, ends_at"
    " from busy_periods(%(vehicles)s, %(drivers)s, %(since)s, %(until)s)"
)
both = pytest.mark.parametrize("resource", ["vehicle_id", "driver_id"])


@pytest.fixture
async def sister(settings: Settings, brand: Brand) -> Brand:
    """Another brand of the same tenant."""
    return await a_brand(settings, tenant=brand, code="nwtc")


async def _resource(database: Database, brand: Brand, resource: str, **values: Any) -> UUID:
    made: UUID = await write(database, brand, lambda tx: MAKE[resource](tx, **values))
    return made


def _taking(
    resource: str,
    id: UUID,
    *,
    starts_at: datetime = START,
    ends_at: datetime = END,
    booked: Mapping[str, Any] = CONFIRMED,
    **block: Any,
) -> Callable[[Transaction], Awaitable[UUID]]:
    """A booking of its own that takes the van or driver from 10:00 to 16:00, the pause counted."""

    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx, starts_at=starts_at, ends_at=ends_at - PAUSE, **booked)
        return await ASSIGN[resource](tx, booking, id, **block)

    return work


def _letting_go(block: UUID) -> Callable[[Transaction], Awaitable[int]]:
    """Release a block, and take its van or driver off the booking."""

    async def work(tx: Transaction) -> int:
        for statement in UNASSIGN:
            await tx.run(statement, {"id": block})
        return await tx.run(
            "update blocks set released_at = now() where id = %(id)s", {"id": block}
        )

    return work


@both
@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        (START, END),
        (START + HOUR, END - HOUR),
        (START - HOUR, START + timedelta(seconds=1)),
        (END - timedelta(seconds=1), END + HOUR),
        (START - HOUR, END + HOUR),
    ],
)
async def test_an_overlap_is_refused_in_the_brand_and_in_its_sister(
    database: Database,
    brand: Brand,
    sister: Brand,
    resource: str,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    id = await _resource(database, brand, resource)
    await write(database, brand, _taking(resource, id))
    again = _taking(resource, id, starts_at=starts_at, ends_at=ends_at)
    await assert_refused(database, brand, again, BUSY[resource])
    await assert_refused(database, sister, again, BUSY[resource], kind=Kind.WORKER)


@both
@pytest.mark.parametrize("starts_at", [START - 6 * HOUR, END])
async def test_tours_that_touch_do_not_overlap(
    database: Database, brand: Brand, sister: Brand, resource: str, starts_at: datetime
) -> None:
    id = await _resource(database, brand, resource)
    await write(database, brand, _taking(resource, id))
    after = _taking(resource, id, starts_at=starts_at, ends_at=starts_at + 6 * HOUR)
    assert isinstance(await write(database, sister, after), UUID)


@both
async def test_another_tenants_van_of_the_same_id_is_another_van(
    database: Database, brand: Brand, settings: Settings, resource: str
) -> None:
    stranger = await a_brand(settings)
    id = await _resource(database, brand, resource)
    await _resource(database, stranger, resource, id=id)
    await write(database, brand, _taking(resource, id))
    assert isinstance(await write(database, stranger, _taking(resource, id)), UUID)


@both
async def test_maintenance_and_time_off_block_like_a_tour(
    database: Database, brand: Brand, sister: Brand, resource: str
) -> None:
    id = await _resource(database, brand, resource)
    kind = "maintenance" if resource == "vehicle_id" else "time_off"
    await write(database, brand, lambda tx: a_block(tx, kind=kind, **{resource: id}))
    await assert_refused(database, sister, _taking(resource, id), BUSY[resource])


@both
async def test_a_released_block_frees_its_time(
    database: Database, brand: Brand, sister: Brand, resource: str
) -> None:
    id = await _resource(database, brand, resource)
    block = await write(database, brand, _taking(resource, id))

    assert await write(database, brand, _letting_go(block)) == 1
    assert isinstance(await write(database, sister, _taking(resource, id)), UUID)


@both
async def test_an_offset_pair_shares_its_time_and_a_third_is_refused(
    database: Database, brand: Brand, resource: str
) -> None:
    id, pair = await _resource(database, brand, resource), new_id()

    def side(number: int, of: UUID = pair) -> Callable[[Transaction], Awaitable[UUID]]:
        return _taking(resource, id, offset_pair_id=of, offset_pair_side=number)

    owner = await a_member(database, brand)
    first = await write(database, brand, side(1), actor=owner)
    await write(database, brand, side(2), actor=owner)
    for third in (side(1), side(2), side(1, new_id()), _taking(resource, id)):
        await assert_refused(database, brand, third, BUSY[resource], actor=owner)

    await write(database, brand, _letting_go(first))
    assert isinstance(await write(database, brand, side(1), actor=owner), UUID)


@pytest.mark.parametrize("role", ["manager", "dispatcher", None])
@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.WORKER])
async def test_a_pair_is_set_by_an_owner_of_the_brand_and_by_nobody_else(
    database: Database, brand: Brand, sister: Brand, role: str | None, kind: Kind
) -> None:
    id = await _resource(database, brand, "vehicle_id")
    actor = await a_member(database, brand, role) if role else await a_member(database, sister)
    paired = _taking("vehicle_id", id, offset_pair_id=new_id(), offset_pair_side=1)
    await assert_refused(database, brand, paired, RuleBroken, kind=kind, actor=actor)
    block = await write(database, brand, _taking("vehicle_id", id), actor=actor)
    pair = "update blocks set offset_pair_id = %(id)s, offset_pair_side = 1 where id = %(id)s"
    later = doing(pair, id=block)
    await assert_refused(database, brand, later, RuleBroken, kind=kind, actor=actor)
    owner = await a_member(database, brand)
    await write(database, brand, later, actor=owner)
    moved = "update blocks set offset_pair_side = 2, reason = 'Moved' where id = %(id)s"
    await write(database, brand, doing(moved, id=block), kind=kind, actor=actor)


@both
async def test_one_side_of_a_pair_does_not_open_the_time_of_others(
    database: Database, brand: Brand, sister: Brand, resource: str
) -> None:
    id = await _resource(database, brand, resource)
    await write(database, brand, _taking(resource, id))
    paired = _taking(resource, id, offset_pair_id=new_id(), offset_pair_side=1)
    await assert_refused(database, brand, paired, BUSY[resource])
    await assert_refused(database, sister, paired, BUSY[resource])


async def test_busy_times_are_those_of_all_brands_and_name_no_booking(
    database: Database, brand: Brand, sister: Brand, settings: Settings
) -> None:
    van = await _resource(database, brand, "vehicle_id")
    driver = await _resource(database, brand, "driver_id")
    await write(database, brand, _taking("vehicle_id", van))
    await write(database, sister, _taking("vehicle_id", van, starts_at=END, ends_at=END + HOUR))
    await write(database, sister, _taking("driver_id", driver))
    await write(
        database, sister, _taking("vehicle_id", await _resource(database, brand, "vehicle_id"))
    )
    stranger = await a_brand(settings)
    await _resource(database, stranger, "vehicle_id", id=van)
    later = _taking("vehicle_id", van, starts_at=END + HOUR, ends_at=END + 2 * HOUR)
    await write(database, stranger, later)
    wanted = {"vehicles": [van], "drivers": [driver], "since": START, "until": END + 3 * HOUR}
    rows = await write(database, brand, lambda tx: tx.rows(BUSY_PERIODS, wanted))
    assert sorted(rows, key=str) == sorted(
        [(van, None, START, END), (van, None, END, END + HOUR), (None, driver, START, END)],
        key=str,
    )


async def test_busy_times_are_cut_where_they_touch(database: Database, brand: Brand) -> None:
    van = await _resource(database, brand, "vehicle_id")
    await write(database, brand, _taking("vehicle_id", van))
    nothing = {"vehicles": [van], "drivers": [], "since": END, "until": END + HOUR}
    assert await write(database, brand, lambda tx: tx.rows(BUSY_PERIODS, nothing)) == []
    before = {"vehicles": [van], "drivers": [], "since": START - HOUR, "until": START}
    assert await write(database, brand, lambda tx: tx.rows(BUSY_PERIODS, before)) == []


def _held(van: UUID, *, expires_at: datetime) -> Callable[[Transaction], Awaitable[UUID]]:
    held = {"status": "held", "hold_expires_at": expires_at}
    return _taking("vehicle_id", van, booked=held)


async def test_an_expired_hold_of_another_brand_is_released_and_is_no_busy_time(
    database: Database, brand: Brand, sister: Brand
) -> None:
    van = await _resource(database, brand, "vehicle_id")
    now = datetime.now(UTC)
    await write(database, sister, _held(van, expires_at=now - timedelta(minutes=1)))
    wanted = {"vehicles": [van], "drivers": [], "since": START, "until": END}
    assert await write(database, brand, lambda tx: tx.rows(BUSY_PERIODS, wanted)) == []

    async def take(tx: Transaction) -> UUID:
        await fleet.release_expired_holds(tx, [van], now=now)
        return await _taking("vehicle_id", van)(tx)

    assert isinstance(await write(database, brand, take), UUID)


async def test_a_live_hold_is_not_released_by_anybodys_clock(
    database: Database, brand: Brand, sister: Brand
) -> None:
    van = await _resource(database, brand, "vehicle_id")
    now = datetime.now(UTC)
    await write(database, sister, _held(van, expires_at=now + timedelta(minutes=1)))

    async def take(tx: Transaction) -> None:
        await fleet.release_expired_holds(tx, [van], now=now + timedelta(days=1))
        await _taking("vehicle_id", van)(tx)

    await assert_refused(database, brand, take, VehicleBusy)


async def test_an_expired_hold_of_another_van_stays(database: Database, brand: Brand) -> None:
    van, other = [await _resource(database, brand, "vehicle_id") for _ in range(2)]
    now = datetime.now(UTC)
    hold = await write(database, brand, _held(other, expires_at=now - HOUR))

    async def work(tx: Transaction) -> Any:
        await fleet.release_expired_holds(tx, [van], now=now)
        return await tx.row("select released_at from blocks where id = %(id)s", {"id": hold})

    assert await write(database, brand, work) == (None,)
