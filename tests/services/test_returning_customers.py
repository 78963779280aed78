"""Customers who take part again: back if they were put away, and never one who was merged."""

import asyncio
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import buyers
from db.database import Database, Transaction
from domain.customers import Contact
from domain.errors import ConflictingChange
from domain.identity import Brand, Kind
from tests.builders import START, a_booking, a_customer, a_principal, new_id, write
from tests.db.refusals import stored
from tests.db.rows import Make, a_proposal, a_reservation, a_ticket
from tests.services.test_customer_merges import merging
from tests.services.trail import FreshIds, trail_of

EMAIL = "ada@example.com"
ROW = "select name, archived_at, version, updated_at from customers"
WAITS = "select from pg_locks where pid = %(pid)s and not granted"


async def _find(tx: Transaction, email: str = EMAIL) -> UUID:
    contact = Contact.of("Somebody else", email, None)
    return await buyers.find_or_make(tx, contact, now=START, ids=FreshIds())


async def _until_it_waits(tx: Transaction, pid: int) -> None:
    while True:
        if await tx.rows(WAITS, {"pid": pid}):
            return
        await asyncio.sleep(0.005)


async def test_who_was_put_away_is_back_when_they_take_part_again_and_it_is_told(
    database: Database, settings: Settings, brand: Brand
) -> None:
    put_away = {"name": "Ada", "email": EMAIL, "archived_at": START, "version": 4}
    ada = await write(database, brand, lambda tx: a_customer(tx, **put_away))
    guest = database.session(a_principal(brand, Kind.LINK, object_id=new_id()))

    assert [await guest.write(_find), await guest.write(_find)] == [ada, ada]

    assert await write(database, brand, lambda tx: tx.rows(ROW)) == [("Ada", None, 5, START)]
    told = (await trail_of(settings, brand)).events
    assert [(each[1], each[3], each[4], each[5], each[8]) for each in told] == [
        (
            "CustomerRestored",
            ada,
            5,
            "link",
            {"archived_at": [START.isoformat(), None], "version": [4, 5]},
        )
    ]


async def test_whoever_was_merged_stays_away_and_who_was_kept_comes_back(
    database: Database, brand: Brand
) -> None:
    gone = await write(database, brand, lambda tx: a_customer(tx, email=EMAIL))
    keep = await write(database, brand, lambda tx: a_customer(tx, email="keep@example.com"))
    await write(database, brand, merging(keep, gone))
    hide = "update customers set archived_at = %(now)s where id = %(id)s"
    await write(database, brand, lambda tx: tx.run(hide, {"id": keep, "now": START}))

    assert await write(database, brand, lambda tx: _find(tx, "keep@example.com")) == keep

    away = "select id from customers where archived_at is not null"
    assert await write(database, brand, lambda tx: tx.rows(away)) == [(gone,)]


@pytest.mark.parametrize("make", [a_booking, a_reservation, a_proposal, a_ticket])
async def test_nothing_new_names_a_merged_customer(
    database: Database, brand: Brand, make: Make
) -> None:
    gone = await write(database, brand, lambda tx: a_customer(tx, email=EMAIL))
    keep = await write(database, brand, lambda tx: a_customer(tx, email="keep@example.com"))
    await write(database, brand, merging(keep, gone))
    before = await stored(database, brand)

    with pytest.raises(ConflictingChange):
        await write(database, brand, lambda tx: make(tx, customer_id=gone))

    assert await stored(database, brand) == before


async def test_a_sale_that_found_a_customer_before_their_merge_finds_the_one_who_was_kept(
    database: Database, brand: Brand
) -> None:
    gone = await write(database, brand, lambda tx: a_customer(tx, email=EMAIL))
    keep = await write(database, brand, lambda tx: a_customer(tx, email="keep@example.com"))
    seen: list[UUID] = []
    found, merged = asyncio.Event(), asyncio.Event()

    async def sell(tx: Transaction) -> UUID:
        seen.append(await _find(tx))
        found.set()
        await merged.wait()
        return await a_booking(tx, customer_id=seen[-1])

    sale = asyncio.create_task(write(database, brand, sell))
    await found.wait()
    await write(database, brand, merging(keep, gone))
    merged.set()
    booking = await sale

    assert seen == [gone, keep]
    whose = "select id, customer_id from bookings"
    assert await write(database, brand, lambda tx: tx.rows(whose)) == [(booking, keep)]


async def test_of_two_who_come_back_at_once_one_is_told_of(
    database: Database, settings: Settings, brand: Brand
) -> None:
    """By an address of before: nobody holds its row, so that both see who was put away."""
    gone = await write(database, brand, lambda tx: a_customer(tx, email=EMAIL))
    ada = await write(database, brand, lambda tx: a_customer(tx, email="keep@example.com"))
    await write(database, brand, merging(ada, gone))
    hide = "update customers set archived_at = %(now)s, version = 4 where id = %(id)s"
    await write(database, brand, lambda tx: tx.run(hide, {"id": ada, "now": START}))
    waiting: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    found = asyncio.Event()

    async def first(tx: Transaction) -> UUID:
        back = await _find(tx)
        found.set()
        await _until_it_waits(tx, await waiting)
        return back

    async def second(tx: Transaction) -> UUID:
        await found.wait()
        [(pid,)] = await tx.rows("select pg_backend_pid()")
        waiting.set_result(pid)
        return await _find(tx)

    guests = [database.session(a_principal(brand, Kind.LINK, object_id=new_id())) for _ in "12"]
    async with asyncio.timeout(10):
        backs = tuple(await asyncio.gather(guests[0].write(first), guests[1].write(second)))

    assert backs == (ada, ada)
    kept = "select archived_at, version from customers where id = %(id)s"
    assert await write(database, brand, lambda tx: tx.rows(kept, {"id": ada})) == [(None, 5)]
    told = [each for each in (await trail_of(settings, brand)).events if each[5] == "link"]
    assert [(each[1], each[3], each[4]) for each in told] == [("CustomerRestored", ada, 5)]


async def test_a_guest_learns_of_nobody_else_whether_they_were_merged(
    database: Database, brand: Brand
) -> None:
    gone = await write(database, brand, lambda tx: a_customer(tx, email=EMAIL))
    keep = await write(database, brand, lambda tx: a_customer(tx, email="keep@example.com"))
    await write(database, brand, merging(keep, gone))
    booking = new_id()
    guest = database.session(a_principal(brand, Kind.LINK, object_id=booking))
    given = {"id": gone}

    async def asked(tx: Transaction) -> object:
        return await tx.rows("select was_merged(%(id)s)", given)

    assert await guest.write(asked) == [(False,)]
    assert await write(database, brand, asked) == [(True,)]
    before = await stored(database, brand)
    sold = {"id": booking, "status": "held", "hold_expires_at": START, "created_at": START}
    with pytest.raises(ConflictingChange):
        await guest.write(lambda tx: a_booking(tx, customer_id=gone, **sold))
    assert await stored(database, brand) == before
