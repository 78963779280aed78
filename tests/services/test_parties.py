"""A tour sold for another party: lines, sums and vans, and what they block; or nothing at all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import (
    DomainError,
    InvalidInput,
    NotFound,
    PartyTooLarge,
    StaleVersion,
    VehicleBusy,
)
from domain.identity import Brand, Kind
from domain.parties import NewParty
from domain.sales import QuoteChanged
from services.cancellations import Cancellation, cancel_booking
from services.parties import change_party
from tests.builders import START, a_block, a_booking, a_brand, a_payment, a_principal, write
from tests.db.refusals import stored
from tests.db.rows import a_task
from tests.services.selling import NOW, Ids, create, open_shop, some_rates, wanted
from tests.services.trail import trail_of

ROW = (
    "select party_size, subtotal_cents, tax_cents, total_cents, deposit_cents, version"
    " from bookings where id = %(id)s"
)
VANS = (
    "select bv.vehicle_id, bv.party_size, k.ends_at - k.starts_at from booking_vehicles bv"
    " join blocks k on k.vehicle_id = bv.vehicle_id and k.booking_id = bv.booking_id"
    " and k.released_at is null where bv.booking_id = %(id)s order by bv.party_size desc"
)
LINES = (
    "select position, kind, amount_cents from booking_price_lines where booking_id = %(id)s"
    " order by position"
)
BLOCKED = "select vehicle_id from blocks where booking_id = %(id)s and released_at is null"
Work = Callable[[Transaction], Awaitable[UUID]]


async def rows(database: Database, brand: Brand, statement: str, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, {"id": id}))


async def another(
    database: Database, brand: Brand, booking: UUID, party: int, *, version: int = 1, **facts: Any
) -> NewParty:
    """The booking's tour at today's price for so many guests."""
    new = await wanted(database, brand, party_size=party, **facts)
    return NewParty(booking, version, new.wish, new.promised_cents)


def changing(wish: NewParty) -> Work:
    return lambda tx: change_party(tx, wish, now=NOW, ids=Ids())


async def test_four_guests_become_eight_in_the_van_they_have(
    database: Database, settings: Settings, brand: Brand
) -> None:
    (van,) = await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))
    await write(database, brand, changing(await another(database, brand, booking, 8)))

    assert await rows(database, brand, ROW, booking) == [(8, 75000, 6825, 81825, 40913, 2)]
    assert await rows(database, brand, LINES, booking) == [(1, "rate", 75000), (2, "tax", 6825)]
    assert [row[:2] for row in await rows(database, brand, VANS, booking)] == [(van, 8)]
    told = [each for each in (await trail_of(settings, brand)).events if each[1] == "PartyChanged"]
    ((_, _, _, entity_id, version, *_, changes),) = told
    assert (entity_id, version) == (booking, 2)
    lines = changes.pop("price_lines")
    assert changes == {
        "party_size": [4, 8],
        "subtotal_cents": [57000, 75000],
        "tax_cents": [5187, 6825],
        "total_cents": [62187, 81825],
        "deposit_cents": [31094, 40913],
    }
    assert [[line["amount_cents"] for line in side] for side in lines] == [
        [57000, 5187],
        [75000, 6825],
    ]


async def test_a_van_that_is_too_small_is_changed_for_the_smallest_that_fits(
    database: Database, settings: Settings, brand: Brand
) -> None:
    small, large, middle = await open_shop(database, brand, 6, 14, 11)
    booking = await create(database, brand, await wanted(database, brand))
    before = await rows(database, brand, VANS, booking)
    await write(database, brand, changing(await another(database, brand, booking, 10)))

    ((_, _, length),) = before
    assert before == [(small, 4, length)]
    assert await rows(database, brand, VANS, booking) == [(middle, 10, length)]
    assert await rows(database, brand, BLOCKED, booking) == [(middle,)]
    told = (await trail_of(settings, brand)).events[-1]
    assert told[8]["vehicles"] == [[str(small)], [str(middle)]]
    assert large not in {small, middle}


async def test_a_large_party_takes_a_second_van_and_gives_it_back(
    database: Database, brand: Brand
) -> None:
    first, second = await open_shop(database, brand, 14, 14)
    booking = await create(database, brand, await wanted(database, brand))
    await write(database, brand, changing(await another(database, brand, booking, 20)))
    taken = await rows(database, brand, VANS, booking)
    assert [row[1] for row in taken] == [14, 6]
    assert {row[0] for row in taken} == {first, second}

    await write(database, brand, changing(await another(database, brand, booking, 1, version=2)))
    assert [row[1] for row in await rows(database, brand, VANS, booking)] == [1]
    assert len(await rows(database, brand, BLOCKED, booking)) == 1


async def test_a_deposit_that_was_received_stays_what_it_was(
    database: Database, brand: Brand
) -> None:
    await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))

    async def pay(tx: Transaction) -> None:
        row = await tx.row("select customer_id from bookings where id = %(b)s", {"b": booking})
        assert row is not None
        await a_payment(tx, booking_id=booking, customer_id=row[0])
        received = "update bookings set deposit_received_at = %(now)s where id = %(id)s"
        await tx.run(received, {"now": START, "id": booking})

    await write(database, brand, pay)
    await write(database, brand, changing(await another(database, brand, booking, 8)))
    assert await rows(database, brand, ROW, booking) == [(8, 75000, 6825, 81825, 31094, 2)]


async def test_what_a_smaller_party_leaves_over_is_staffs_to_give_back(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand, party_size=8))

    async def pay(tx: Transaction) -> None:
        row = await tx.row("select customer_id from bookings where id = %(b)s", {"b": booking})
        assert row is not None
        await a_payment(tx, booking_id=booking, customer_id=row[0], amount_cents=65000)

    await write(database, brand, pay)
    tasks = "select kind, title, settled, version from tasks where subject_id = %(id)s order by id"
    less = "Give back $28.13 for WWT-2026-00001: it costs less than was paid"
    least = "Give back $93.59 for WWT-2026-00001: it costs less than was paid"
    await write(database, brand, changing(await another(database, brand, booking, 4)))
    assert await rows(database, brand, tasks, booking) == [("overpayment", less, False, 1)]
    await write(database, brand, changing(await another(database, brand, booking, 2, version=2)))
    assert await rows(database, brand, tasks, booking) == [
        ("overpayment", less, True, 2),
        ("overpayment", least, False, 1),
    ]
    await write(database, brand, changing(await another(database, brand, booking, 8, version=3)))
    assert [row[2] for row in await rows(database, brand, tasks, booking)] == [True, True]
    kinds = [each[1] for each in (await trail_of(settings, brand)).events]
    assert (kinds.count("TaskCreated"), kinds.count("TaskSettled")) == (2, 2)


async def test_a_guest_who_cancels_gets_it_all_at_once(database: Database, brand: Brand) -> None:
    await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))
    await write(database, brand, lambda tx: a_task(tx, kind="overpayment", subject_id=booking))
    guest = database.session(a_principal(brand, Kind.LINK, object_id=booking))
    wish = Cancellation(booking, 1, "Ill", 0)
    await guest.write(lambda tx: cancel_booking(tx, wish, now=NOW, ids=Ids()))

    settled = "select done_at, settled from tasks where subject_id = %(id)s"
    assert await rows(database, brand, settled, booking) == [(NOW, True)]


async def test_the_party_that_it_has_changes_nothing(database: Database, brand: Brand) -> None:
    await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))
    before = await stored(database, brand)
    await write(database, brand, changing(await another(database, brand, booking, 4)))
    assert await stored(database, brand) == before


async def refuse(database: Database, brand: Brand, wish: NewParty, by: type[DomainError]) -> None:
    before = await stored(database, brand)
    with pytest.raises(by):
        await write(database, brand, changing(wish))
    assert await stored(database, brand) == before


async def test_vans_of_a_sister_brand_are_not_taken_from_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    _, large = await open_shop(database, brand, 6, 14)
    booking = await create(database, brand, await wanted(database, brand))

    async def block(tx: Transaction) -> None:
        await a_block(tx, vehicle_id=large)

    await write(database, sister, block)
    await refuse(database, brand, await another(database, brand, booking, 8), VehicleBusy)
    await refuse(
        database,
        brand,
        await another(database, brand, booking, 14, starts_at=START),
        VehicleBusy,
    )


async def test_more_guests_than_the_fleet_carries_are_too_many(
    database: Database, brand: Brand
) -> None:
    await open_shop(database, brand, 6, 6)
    booking = await create(database, brand, await wanted(database, brand))
    await refuse(database, brand, await another(database, brand, booking, 13), PartyTooLarge)


async def test_a_quote_of_another_tour_price_or_version_is_not_taken_up(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))
    wish = await another(database, brand, booking, 8)
    longer = await another(database, brand, booking, 8, minutes=420)
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    await write(database, sister, some_rates)
    for refused, by in (
        (replace(wish, expected_version=2), StaleVersion),
        (replace(wish, promised_cents=81824), QuoteChanged),
        (longer, InvalidInput),
    ):
        await refuse(database, brand, refused, by)
    theirs = await write(database, sister, a_booking)
    await refuse(database, brand, replace(wish, booking_id=theirs), NotFound)


async def test_of_two_parties_that_grow_into_one_van_one_gets_it(
    database: Database, brand: Brand
) -> None:
    await open_shop(database, brand, 4, 4, 14)
    tours = [await create(database, brand, await wanted(database, brand)) for _ in range(2)]
    wishes = [await another(database, brand, tour, 10) for tour in tours]
    said = await asyncio.gather(
        *(write(database, brand, changing(wish)) for wish in wishes), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in said) == ["UUID", "VehicleBusy"]
