"""Who gets in whose way: killed sellers, circles of locks, a move against a confirmation."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from db import fleet
from db.database import Database, Transaction
from domain.bookings import NewTimes
from domain.errors import VehicleBusy
from domain.identity import Brand
from services.bookings import reschedule_booking
from services.confirmations import confirm_booking
from tests.builders import START, a_customer, write
from tests.services.selling import NOW, Ids, create, open_shop, seen, wanted

ROOT = Path(__file__).parents[2]


async def test_a_seller_who_is_killed_leaves_nothing_and_blocks_nobody(
    database: Database, brand: Brand, settings: Settings
) -> None:
    await open_shop(database, brand, 14)
    assert settings.database_url is not None
    assert settings.database_read_url is not None
    urls = [each.get_secret_value() for each in (settings.database_url, settings.database_read_url)]
    where = (str(brand.tenant_id), str(brand.id))
    seller = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.services.dying", *urls, *where),
        cwd=ROOT,
        env=child_environment({}),
        stdout=asyncio.subprocess.PIPE,
    )
    assert seller.stdout is not None
    said = await seller.stdout.readline()
    seller.kill()
    await seller.wait()
    assert said == b"sold\n"

    made = await create(database, brand, await wanted(database, brand))

    assert await seen(database, brand, "select id, number from bookings") == [
        (made, "WWT-2026-00001")
    ]
    assert len(await seen(database, brand, "select id from customers")) == 1
    assert len(await seen(database, brand, "select vehicle_id from blocks")) == 1


async def test_a_circle_of_locks_is_broken_and_both_changes_are_stored(
    database: Database, brand: Brand
) -> None:
    async def two(tx: Transaction) -> list[UUID]:
        return [await a_customer(tx), await a_customer(tx)]

    one, other = await write(database, brand, two)
    before, met = database.retries, asyncio.Barrier(2)
    seen_first: set[UUID] = set()
    change = "update customers set version = version + 1 where id = %(id)s"

    async def both(first: UUID, second: UUID) -> None:
        async def work(tx: Transaction) -> None:
            await tx.run(change, {"id": first})
            if first not in seen_first:
                seen_first.add(first)
                await met.wait()
            await tx.run(change, {"id": second})

        await write(database, brand, work)

    await asyncio.gather(both(one, other), both(other, one))

    versions = "select version from customers"
    assert await seen(database, brand, versions) == [(3,), (3,)]
    assert database.retries == before + 1


async def test_locks_that_are_taken_in_one_order_make_no_circle(
    database: Database, brand: Brand
) -> None:
    vans = await open_shop(database, brand, *[14] * 6)
    before = database.retries

    async def take(order: list[UUID]) -> None:
        await write(database, brand, lambda tx: fleet.lock(tx, order, []))

    await asyncio.gather(*(take(vans if n % 2 else vans[::-1]) for n in range(20)))

    assert database.retries == before


async def test_of_a_move_and_a_confirmation_at_once_the_second_is_told_of_the_first(
    database: Database, brand: Brand
) -> None:
    await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))
    later = NewTimes(booking, START + timedelta(days=1), None, 1)

    def move(tx: Transaction) -> Any:
        return reschedule_booking(tx, later, now=NOW, ids=Ids())

    def confirm(tx: Transaction) -> Any:
        return confirm_booking(tx, booking, 1, waiver="A friend", now=NOW, ids=Ids())

    told = await asyncio.gather(
        write(database, brand, move), write(database, brand, confirm), return_exceptions=True
    )

    assert [type(each).__name__ for each in told].count("StaleVersion") == 1
    row = "select status, starts_at, version from bookings"
    assert await seen(database, brand, row) in (
        [("confirmed", START, 2)],
        [("pending", later.starts_at, 2)],
    )


async def test_of_a_move_and_a_sale_that_want_one_van_at_once_one_has_it(
    database: Database, brand: Brand
) -> None:
    await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))
    tomorrow = START + timedelta(days=1)
    new = await wanted(database, brand, starts_at=tomorrow)
    wish = NewTimes(booking, tomorrow, None, 1)

    told = await asyncio.gather(
        create(database, brand, new),
        write(database, brand, lambda tx: reschedule_booking(tx, wish, now=NOW, ids=Ids())),
        return_exceptions=True,
    )

    assert sum(isinstance(each, VehicleBusy) for each in told) == 1
    there = "select count(*) from blocks where starts_at = %(at)s and released_at is null"
    assert await seen(database, brand, there, at=tomorrow) == [(1,)]
