"""A booking has what it blocks and blocks what it has, for the time of its tour, and comes back so."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import fleet
from db.database import Database, Transaction
from domain.errors import RuleBroken, VehicleBusy, WrongState
from domain.identity import Brand, Kind
from tests.builders import (
    START,
    a_block,
    a_booking,
    a_brand,
    a_driver,
    a_payment,
    a_stop,
    a_vehicle,
    as_owner,
    assign_driver,
    assign_vehicle,
    write,
)
from tests.db.refusals import Work, assert_refused, assert_second_is_refused, doing, found

HOUR = timedelta(hours=1)
LONG_AGO = datetime(2025, 6, 1, tzinfo=UTC)
TO = "update bookings set status = '{0}' where id = %(id)s"
CANCEL, PENCIL, EXPIRE = (TO.format(status) for status in ("cancelled", "pending", "expired"))
RELEASE = "update blocks set released_at = now() where booking_id = %(id)s and released_at is null"
REVIVE = (
    "update blocks set released_at = null, kind = 'booking', expires_at = null"
    " where booking_id = %(id)s"
)
SHIFT = "starts_at = starts_at + interval '1 hour', ends_at = ends_at + interval '1 hour'"
LATER = f"update bookings set {SHIFT} where id = %(id)s"  # noqa: S608
BLOCKS_LATER = f"update blocks set {SHIFT} where booking_id = %(id)s"  # noqa: S608
UNASSIGN = "delete from booking_vehicles where booking_id = %(id)s"
DISMISS = "delete from booking_drivers where booking_id = %(id)s"
LIVE = "select count(*) from blocks where booking_id = %(id)s and released_at is null"
STATUS = "select status from bookings where id = %(id)s"
OTHERS, TIME = "blocks_are_of_the_booking", "blocks_are_of_the_tours_time"


@dataclass(frozen=True, slots=True)
class Tour:
    """A booking with a van and a driver, as its status has them."""

    id: UUID
    van: UUID
    driver: UUID


async def _make(tx: Transaction, status: str, **values: Any) -> Tour:
    hold = {"hold_expires_at": START - HOUR} if status in {"held", "expired"} else {}
    given = {"status": status, "deposit_waiver_reason": "A school", **hold, **values}
    tour = Tour(await a_booking(tx, **given), await a_vehicle(tx), await a_driver(tx))
    await assign_vehicle(tx, tour.id, tour.van)
    await assign_driver(tx, tour.id, tour.driver)
    return tour


async def a_tour(database: Database, brand: Brand, status: str = "confirmed", **kw: Any) -> Tour:
    tour: Tour = await write(database, brand, lambda tx: _make(tx, status, **kw))
    return tour


@pytest.mark.parametrize("status", ["held", "pending", "confirmed", "assigned", "in_progress"])
@pytest.mark.parametrize("resource", ["vehicle_id", "driver_id"])
@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.WORKER])
async def test_what_is_assigned_is_blocked(
    database: Database, brand: Brand, status: str, resource: str, kind: Kind
) -> None:
    async def bare(tx: Transaction) -> None:
        tour = await _make(tx, status)
        release: Any = f"{RELEASE} and {resource} is not null"
        assert await tx.run(release, {"id": tour.id}) == 1

    await assert_refused(database, brand, bare, WrongState, kind=kind)


async def test_a_van_is_let_go_by_the_booking_that_has_it(database: Database, brand: Brand) -> None:
    tour = await a_tour(database, brand)
    await assert_refused(database, brand, doing(RELEASE, id=tour.id), WrongState)
    await assert_refused(database, brand, doing(UNASSIGN, id=tour.id), OTHERS)
    await assert_refused(database, brand, doing(DISMISS, id=tour.id), OTHERS)
    await write(database, brand, doing(UNASSIGN, DISMISS, RELEASE, id=tour.id))
    assert await found(database, brand, LIVE, id=tour.id) == 0


async def test_a_block_is_of_a_van_that_the_booking_has(database: Database, brand: Brand) -> None:
    tour = await a_tour(database, brand)

    async def another(tx: Transaction) -> None:
        await a_block(tx, booking_id=tour.id, vehicle_id=await a_vehicle(tx))

    async def exchanged(tx: Transaction) -> None:
        statement = "update blocks set vehicle_id = %(van)s where vehicle_id = %(old)s"
        await tx.run(statement, {"van": await a_vehicle(tx), "old": tour.van})

    await assert_refused(database, brand, another, OTHERS)
    await assert_refused(database, brand, exchanged, WrongState)


@pytest.mark.parametrize("status", ["draft", "cancelled", "expired"])
async def test_a_booking_that_is_off_blocks_nothing(
    database: Database, brand: Brand, status: str
) -> None:
    tour = await a_tour(database, brand, status)
    assert await found(database, brand, LIVE, id=tour.id) == 0
    await assert_refused(database, brand, doing(REVIVE, id=tour.id), OTHERS)


async def test_who_cancels_lets_the_van_go_in_the_same_transaction(
    database: Database, brand: Brand
) -> None:
    tour = await a_tour(database, brand)
    await assert_refused(database, brand, doing(CANCEL, id=tour.id), OTHERS)
    await write(database, brand, doing(CANCEL, RELEASE, id=tour.id))
    assert await found(database, brand, STATUS, id=tour.id) == "cancelled"


async def test_a_tour_that_is_over_may_keep_its_blocks_or_let_them_go(
    database: Database, brand: Brand
) -> None:
    tour = await a_tour(database, brand, "completed")
    assert await found(database, brand, LIVE, id=tour.id) == 2
    await write(database, brand, doing(RELEASE, id=tour.id))


@pytest.mark.parametrize(
    "fault",
    [
        "update blocks set kind = 'booking', expires_at = null where booking_id = %(id)s",
        "update blocks set expires_at = expires_at + interval '1 minute' where booking_id = %(id)s",
        "update bookings set hold_expires_at = hold_expires_at + interval '1 minute'"
        " where id = %(id)s",
        PENCIL,
    ],
)
async def test_a_hold_blocks_for_as_long_as_it_holds(
    database: Database, brand: Brand, fault: str
) -> None:
    """A block that expires is let go by whoever wants the van next: what is pending has none."""
    tour = await a_tour(database, brand, "held")
    await assert_refused(database, brand, doing(fault, id=tour.id), OTHERS)
    await write(database, brand, doing(PENCIL, REVIVE, id=tour.id))
    assert await found(database, brand, LIVE, id=tour.id) == 2


async def test_a_hold_whose_van_a_sister_took_is_not_pencilled_in(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await a_tour(database, brand, "held", hold_expires_at=LONG_AGO)

    async def take(tx: Transaction) -> None:
        await fleet.release_expired_holds(tx, [tour.van], now=LONG_AGO + HOUR)
        await assign_vehicle(tx, await a_booking(tx), tour.van)

    await write(database, sister, take)
    await assert_refused(database, brand, doing(PENCIL, id=tour.id), WrongState)
    await write(database, brand, doing(EXPIRE, RELEASE, id=tour.id))
    assert await found(database, brand, STATUS, id=tour.id) == "expired"


@pytest.mark.parametrize(
    "fault",
    [
        "update blocks set starts_at = starts_at + interval '1 minute' where booking_id = %(id)s",
        "update blocks set ends_at = ends_at - interval '1 minute' where booking_id = %(id)s",
        "update blocks set ends_at = ends_at + interval '1 minute' where vehicle_id = %(van)s",
        "update bookings set ends_at = ends_at + interval '1 hour' where id = %(id)s",
        LATER,
    ],
)
async def test_a_block_has_the_time_of_its_tour_and_the_pause(
    database: Database, brand: Brand, fault: str
) -> None:
    tour = await a_tour(database, brand)
    await assert_refused(database, brand, doing(fault, id=tour.id, van=tour.van), TIME)


async def test_a_tour_moves_with_what_it_blocks(database: Database, brand: Brand) -> None:
    tour = await a_tour(database, brand)
    await write(database, brand, doing(BLOCKS_LATER, LATER, id=tour.id))
    ends_at = "select ends_at from blocks where vehicle_id = %(van)s"
    ended = await found(database, brand, ends_at, van=tour.van)
    assert ended == START + 7 * HOUR + timedelta(minutes=30)


async def test_a_block_keeps_the_pause_that_it_was_made_with_until_it_moves(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await a_tour(database, brand)
    await as_owner(
        settings,
        "update tenants set buffer_minutes = 45 where tenant_id = %(id)s",
        {"id": brand.tenant_id},
        tenant=brand.tenant_id,
    )
    await write(database, brand, doing(TO.format("assigned"), id=tour.id))
    await assert_refused(database, brand, doing(BLOCKS_LATER, LATER, id=tour.id), TIME)
    longer = BLOCKS_LATER.replace("'1 hour' where", "'75 minutes' where")
    await write(database, brand, doing(longer, LATER, id=tour.id))


async def _another_van(tx: Transaction, tour: Tour) -> None:
    await assign_vehicle(tx, tour.id, await a_vehicle(tx))


@pytest.mark.parametrize("cancels_first", [True, False])
async def test_of_who_cancels_and_who_assigns_at_once_one_is_refused(
    database: Database, brand: Brand, *, cancels_first: bool
) -> None:
    tour = await a_tour(database, brand)
    both: list[Work] = [doing(RELEASE, CANCEL, id=tour.id), partial(_another_van, tour=tour)]
    first, second = both if cancels_first else reversed(both)
    await assert_second_is_refused(database, brand, first, second, OTHERS)
    assert await found(database, brand, LIVE, id=tour.id) == (0 if cancels_first else 3)


async def test_a_van_that_is_assigned_while_the_tour_moves_is_refused(
    database: Database, brand: Brand
) -> None:
    tour = await a_tour(database, brand)
    move = doing(LATER, BLOCKS_LATER, id=tour.id)
    assign = partial(_another_van, tour=tour)
    await assert_second_is_refused(database, brand, move, assign, TIME)


async def test_a_van_that_is_taken_back_while_the_tour_moves_is_refused(
    database: Database, brand: Brand
) -> None:
    tour = await a_tour(database, brand)
    let_go = f"{RELEASE} and vehicle_id is not null"
    await write(database, brand, doing(let_go, UNASSIGN, id=tour.id))
    take_back = doing(
        "update blocks set released_at = null where vehicle_id = %(van)s",
        "insert into booking_vehicles (booking_id, vehicle_id, party_size)"
        " values (%(id)s, %(van)s, 4)",
        id=tour.id,
        van=tour.van,
    )
    move = doing(LATER, f"{BLOCKS_LATER} and released_at is null", id=tour.id)
    await assert_second_is_refused(database, brand, move, take_back, TIME)


async def test_a_cancelled_booking_comes_back_with_its_van(
    database: Database, brand: Brand
) -> None:
    tour = await a_tour(database, brand, "cancelled")
    await assert_refused(database, brand, doing(PENCIL, id=tour.id), WrongState)
    await write(database, brand, doing(PENCIL, REVIVE, id=tour.id))
    assert await found(database, brand, LIVE, id=tour.id) == 2


async def test_a_cancelled_booking_whose_van_is_taken_does_not_come_back(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await a_tour(database, brand, "cancelled")

    async def take(tx: Transaction) -> None:
        await assign_vehicle(tx, await a_booking(tx), tour.van)

    await write(database, sister, take)
    await assert_refused(database, brand, doing(PENCIL, REVIVE, id=tour.id), VehicleBusy)


async def test_a_booking_that_had_a_van_comes_back_with_one_though_it_was_taken_off(
    database: Database, brand: Brand
) -> None:
    tour = await a_tour(database, brand, "cancelled")
    await write(database, brand, doing(UNASSIGN, DISMISS, id=tour.id))
    await assert_refused(database, brand, doing(PENCIL, id=tour.id), WrongState)

    async def with_another(tx: Transaction) -> None:
        await doing(PENCIL, id=tour.id)(tx)
        await _another_van(tx, tour)

    await write(database, brand, with_another)
    assert await found(database, brand, LIVE, id=tour.id) == 1


async def test_a_booking_that_never_had_a_van_comes_back_without_one(
    database: Database, brand: Brand
) -> None:
    booking = await write(database, brand, lambda tx: a_booking(tx, status="cancelled"))
    await write(database, brand, doing(PENCIL, id=booking))


@pytest.mark.parametrize(
    ("payment", "passes"),
    [
        (None, False),
        ({"status": "pending", "received_at": None}, False),
        ({"kind": "tip"}, False),
        ({"kind": "deposit"}, True),
        ({"kind": "full", "amount_cents": 62187}, True),
    ],
)
async def test_an_expired_booking_comes_back_by_a_payment_and_with_its_van(
    database: Database, brand: Brand, payment: dict[str, Any] | None, *, passes: bool
) -> None:
    tour = await a_tour(database, brand, "expired")

    async def comeback(tx: Transaction, *, with_van: bool = True) -> None:
        if payment:
            customer = await tx.row(
                "select customer_id from bookings where id = %(id)s", {"id": tour.id}
            )
            assert customer is not None
            await a_payment(tx, booking_id=tour.id, customer_id=customer[0], **payment)
        await doing(PENCIL, *([REVIVE] if with_van else [UNASSIGN, DISMISS]), id=tour.id)(tx)

    bare = partial(comeback, with_van=False)
    await assert_refused(database, brand, bare, WrongState, kind=Kind.WORKER)
    if passes:
        await write(database, brand, comeback, kind=Kind.WORKER)
        assert await found(database, brand, LIVE, id=tour.id) == 2
    else:
        await assert_refused(database, brand, comeback, WrongState, kind=Kind.WORKER)


@pytest.mark.parametrize("status", ["out_of_service", "retired"])
async def test_a_van_out_of_service_carries_nobody(
    database: Database, brand: Brand, status: str
) -> None:
    async def with_van(tx: Transaction, status: str) -> None:
        await assign_vehicle(tx, await a_booking(tx), await a_vehicle(tx, status=status))

    await assert_refused(database, brand, partial(with_van, status=status), WrongState)
    await write(database, brand, partial(with_van, status="maintenance"))


@pytest.mark.parametrize("to", ["9999", "null"])
async def test_a_mileage_does_not_fall(database: Database, brand: Brand, to: str) -> None:
    van = await write(database, brand, lambda tx: a_vehicle(tx, mileage=10000))
    set_to = "update vehicles set mileage = {} where id = %(id)s"
    await assert_refused(database, brand, doing(set_to.format(to), id=van), RuleBroken)
    await write(database, brand, doing(set_to.format(10000), set_to.format(10001), id=van))


SHORTER = "update bookings set ends_at = ends_at - interval '3 hours' where id = %(id)s"


async def test_a_stop_is_reached_during_the_tour(database: Database, brand: Brand) -> None:
    booking = await write(database, brand, a_booking)

    async def stop(tx: Transaction, hours: int) -> None:
        await a_stop(tx, booking, hours + 2, planned_arrival_at=START + hours * HOUR)

    for outside in (-1, 6):
        await assert_refused(database, brand, partial(stop, hours=outside), RuleBroken)
    for within in (0, 5):
        await write(database, brand, partial(stop, hours=within))
    await assert_refused(database, brand, doing(SHORTER, id=booking), RuleBroken)


async def test_a_stop_that_is_added_while_the_tour_is_shortened_is_refused(
    database: Database, brand: Brand
) -> None:
    booking = await write(database, brand, a_booking)
    shorten = doing(SHORTER, id=booking)
    await assert_second_is_refused(
        database, brand, shorten, lambda tx: a_stop(tx, booking, 4), RuleBroken
    )
