"""Selling a quoted tour: what is stored and told of it, and that a van is never sold twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.customers import Contact
from domain.errors import InvalidInput, NotFound, OutsideOperatingDay, PartyTooLarge, VehicleBusy
from domain.identity import Brand, Kind
from domain.sales import Buyer, NewStop, QuoteChanged
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_customer,
    a_principal,
    a_winery,
    new_id,
    write,
)
from tests.services.selling import ADA, NOW, create, hold, open_shop, seen, wanted
from tests.services.trail import NOTHING, trail_of

BOOKING = (
    "select number, status, source, customer_name, customer_email, party_size, starts_at, ends_at,"
    " subtotal_cents, tax_cents, total_cents, deposit_cents, balance_cents, policy -> 'tiers' -> 0"
    " ->> 'percent', version from bookings where id = %(id)s"
)
BLOCKS = "select vehicle_id, kind, starts_at, ends_at, expires_at from blocks order by vehicle_id"
EVENTS = "select kind, entity, changes ->> 'total_cents' from events order by id"


async def _stored(database: Database, brand: Brand) -> dict[str, int]:
    tables = ("bookings", "customers", "blocks", "booking_vehicles", "events", "links", "counters")
    return {
        table: (await seen(database, brand, f"select count(*) from {table}"))[0][0]  # noqa: S608
        for table in tables
    }


async def test_a_sale_stores_the_tour_with_its_price_its_van_and_its_customer(
    database: Database, brand: Brand
) -> None:
    (van,) = await open_shop(database, brand, 14)

    made = await create(database, brand, await wanted(database, brand))

    ends_at = START + timedelta(hours=6)
    assert await seen(database, brand, BOOKING, id=made) == [
        (
            "WWT-2026-00001",
            "pending",
            "console",
            "Ada Guest",
            "ada@example.com",
            4,
            START,
            ends_at,
            57000,
            5187,
            62187,
            31094,
            31093,
            "100",
            1,
        )
    ]
    free_at = ends_at + timedelta(minutes=30)
    assert await seen(database, brand, BLOCKS) == [(van, "booking", START, free_at, None)]
    assert await seen(database, brand, EVENTS) == [
        ("CustomerCreated", "customer", None),
        ("BookingCreated", "booking", "[null, 62187]"),
    ]
    lines = "select position, kind, label, amount_cents from booking_price_lines order by position"
    assert [row[:2] + row[3:] for row in await seen(database, brand, lines)] == [
        (1, "rate", 57000),
        (2, "tax", 5187),
    ]


async def test_the_smallest_van_that_fits_is_taken_then_the_next(
    database: Database, brand: Brand
) -> None:
    large, small, middle = await open_shop(database, brand, 14, 5, 11)
    new = await wanted(database, brand)

    for expected in (small, middle, large):
        made = await create(database, brand, new)
        vans = "select vehicle_id, party_size from booking_vehicles where booking_id = %(id)s"
        assert await seen(database, brand, vans, id=made) == [(expected, 4)]
    with pytest.raises(VehicleBusy):
        await create(database, brand, new)


async def test_a_party_over_fourteen_takes_several_vans_and_each_carries_its_guests(
    database: Database, brand: Brand
) -> None:
    eleven, fourteen, six = await open_shop(database, brand, 11, 14, 6)

    made = await create(database, brand, await wanted(database, brand, party_size=20))

    vans = "select vehicle_id, party_size from booking_vehicles where booking_id = %(id)s"
    assert set(await seen(database, brand, vans, id=made)) == {(fourteen, 14), (six, 6)}
    sums = "select subtotal_cents from bookings where id = %(id)s"
    assert await seen(database, brand, sums, id=made) == [(140 * 600 + 125 * 600,)]
    assert eleven != six


async def test_vans_that_are_named_are_taken_if_they_are_free_and_large_enough(
    database: Database, brand: Brand
) -> None:
    small, large = await open_shop(database, brand, 6, 14)
    new = await wanted(database, brand, party_size=8)

    with pytest.raises(PartyTooLarge):
        await create(database, brand, replace(new, vehicle_ids=[small]))
    made = await create(database, brand, replace(new, vehicle_ids=[large]))
    with pytest.raises(VehicleBusy):
        await create(database, brand, replace(new, vehicle_ids=[large]))
    with pytest.raises(VehicleBusy):
        await create(database, brand, replace(new, vehicle_ids=[new_id()]))
    with pytest.raises(InvalidInput, match="leave `vehicleIds` out"):
        await create(database, brand, replace(new, vehicle_ids=[]))
    assert await seen(database, brand, "select id from bookings") == [(made,)]


async def test_a_party_that_all_vans_together_do_not_carry_is_told_so_and_not_to_come_later(
    database: Database, brand: Brand
) -> None:
    await open_shop(database, brand, 6, 14)
    large, fitting = [await wanted(database, brand, party_size=n) for n in (21, 20)]

    with pytest.raises(PartyTooLarge, match="All vehicles together carry 20 guests"):
        await hold(database, brand, large)
    await hold(database, brand, fitting)
    with pytest.raises(PartyTooLarge):
        await hold(database, brand, large)
    with pytest.raises(VehicleBusy):
        await hold(database, brand, fitting)
    assert await seen(database, brand, "select party_size from bookings") == [(20,)]


async def test_a_quote_that_is_no_longer_the_price_is_refused_with_both_totals(
    database: Database, brand: Brand, settings: Settings
) -> None:
    await open_shop(database, brand, 14)
    new = replace(await wanted(database, brand), promised_cents=60000)

    with pytest.raises(QuoteChanged, match=r"was \$600\.00; the price is \$621\.87 now"):
        await create(database, brand, new)
    assert await trail_of(settings, brand) == NOTHING


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"starts_at": START - timedelta(hours=3)}, OutsideOperatingDay),
        ({"starts_at": START + timedelta(hours=7)}, OutsideOperatingDay),
        ({"buyer": Buyer()}, InvalidInput),
        ({"buyer": Buyer(customer_id=new_id())}, NotFound),
        ({"stops": [NewStop("winery")]}, InvalidInput),
        ({"stops": [NewStop("custom", name="x", minutes=29)]}, InvalidInput),
        (
            {"stops": [NewStop("custom", name="x", planned_arrival_at=START + timedelta(hours=6))]},
            InvalidInput,
        ),
        ({"stops": [NewStop("custom", name="x")] * 21}, InvalidInput),
    ],
)
async def test_what_cannot_be_sold_is_refused_and_stores_nothing(
    database: Database, brand: Brand, change: dict[str, Any], refusal: type[Exception]
) -> None:
    await open_shop(database, brand, 14)
    before = await _stored(database, brand)
    new = await wanted(database, brand, **change)

    with pytest.raises(refusal):
        await create(database, brand, new)
    assert await _stored(database, brand) == before


async def test_a_sale_takes_twelve_statements_however_large_it_is(
    database: Database, brand: Brand, settings: Settings, statements: list[str]
) -> None:
    await open_shop(database, brand, 14, 14, 14)
    winery = await a_winery(settings)
    stops = [
        NewStop("winery", winery_id=winery, planned_arrival_at=START + timedelta(minutes=20 * n))
        for n in range(15)
    ]
    large = await wanted(database, brand, party_size=40, stops=stops)
    small = await wanted(
        database,
        brand,
        starts_at=START + timedelta(days=1),
        buyer=Buyer(contact=Contact("Bob Guest", "bob@example.com", None)),
    )
    counts = []
    for new in (large, small):
        statements.clear()
        await create(database, brand, new)
        counts.append([each.split("\n")[0][:40] for each in statements])

    assert counts[0] == counts[1]
    # Two more belong to the key that the request is done under, see `db.idempotency`; one to a code.
    assert len(counts[0]) == 9, counts[0]


async def test_a_known_customer_is_found_by_the_address_and_not_rewritten(
    database: Database, brand: Brand
) -> None:
    """Failure 12: find-or-create let anyone rewrite a customer."""
    await open_shop(database, brand, 14)
    known = await write(
        database, brand, lambda tx: a_customer(tx, name="Ada Lovely", email=ADA.email, phone=None)
    )

    made = await create(database, brand, await wanted(database, brand))

    rows = await seen(database, brand, "select id, name, phone, version from customers")
    assert rows == [(known, "Ada Lovely", None, 1)]
    sold = "select customer_id, customer_name, customer_phone from bookings where id = %(id)s"
    assert await seen(database, brand, sold, id=made) == [(known, "Ada Guest", ADA.phone)]


async def test_a_draft_takes_no_van_and_needs_no_buyer(database: Database, brand: Brand) -> None:
    await open_shop(database, brand, 14)
    new = replace(await wanted(database, brand), begins="draft", buyer=Buyer())

    await create(database, brand, new)

    assert await seen(database, brand, "select status, customer_id from bookings") == [
        ("draft", None)
    ]
    assert await seen(database, brand, "select 1 from blocks") == []


async def test_a_visitor_holds_a_tour_that_is_theirs_alone_to_open(
    database: Database, brand: Brand, settings: Settings
) -> None:
    (van,) = await open_shop(database, brand, 14)
    site = a_principal(brand, Kind.SITE)

    made = await hold(database, brand, await wanted(database, brand), by=site)

    expires_at = NOW + timedelta(minutes=15)
    free_at = START + timedelta(hours=6, minutes=30)
    assert await seen(database, brand, BLOCKS) == [(van, "hold", START, free_at, expires_at)]
    row = await seen(
        database, brand, "select status, source, customer_id, hold_expires_at from bookings"
    )
    assert row == [("held", "website", None, expires_at)]
    assert await seen(database, brand, "select object_kind, object_id from links") == [
        ("booking", made)
    ]
    trail = await trail_of(settings, brand)
    assert [(event[1], event[5], event[6]) for event in trail.events] == [
        ("BookingHeld", "link", site.actor_id)
    ]
    assert [(job[0], job[3]["booking_id"]) for job in trail.jobs] == [("expire_hold", str(made))]


async def test_a_hold_of_a_site_sees_and_writes_nothing_else(
    database: Database, brand: Brand
) -> None:
    """The role of a guest has one object in hand, and it is not one that was there before."""
    await open_shop(database, brand, 14)
    other = await write(database, brand, a_booking)
    site = a_principal(brand, Kind.SITE)
    guest = database.session(site.opening(other))
    new = await wanted(database, brand)

    await hold(database, brand, new, by=site)

    async with database.session(site).read() as tx:
        with pytest.raises(Exception, match="permission denied"):
            await tx.rows("select id from bookings")
    async with guest.read() as tx:
        assert await tx.rows("select id from bookings") == [(other,)]


async def test_of_fifty_who_want_the_last_van_in_three_brands_one_gets_it(
    database: Database, brand: Brand, settings: Settings
) -> None:
    brands = [brand, *[await a_brand(settings, tenant=brand, code=c) for c in ("nwtc", "hcwt")]]
    await open_shop(database, brand, 14)
    for sister in brands[1:]:
        await open_shop(database, sister)
    wishes = [await wanted(database, each) for each in brands]

    async def attempt(place: int) -> UUID | VehicleBusy:
        mine, new = brands[place % 3], wishes[place % 3]
        try:
            if place % 2:
                return await hold(database, mine, new)
            return await create(database, mine, new)
        except VehicleBusy as busy:
            return busy

    told = await asyncio.gather(*(attempt(place) for place in range(50)))

    assert sum(isinstance(each, UUID) for each in told) == 1
    assert sum(isinstance(each, VehicleBusy) for each in told) == 49
    bookings = [await seen(database, each, "select id from bookings") for each in brands]
    assert sum(len(rows) for rows in bookings) == 1


async def test_an_expired_hold_of_another_brand_blocks_nobody(
    database: Database, brand: Brand, settings: Settings
) -> None:
    """Failure 7: expired holds still blocked."""
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    await open_shop(database, brand, 14)
    await open_shop(database, sister)
    new, theirs = await wanted(database, brand), await wanted(database, sister)
    await hold(database, sister, theirs)
    expired_at = NOW + timedelta(minutes=15)

    with pytest.raises(VehicleBusy):
        await create(database, brand, new, now=expired_at - timedelta(seconds=1))
    made = await create(database, brand, new, now=expired_at)

    assert await seen(database, brand, "select id, status from bookings") == [(made, "pending")]


async def test_two_parties_that_want_the_same_two_vans_do_not_wait_in_a_circle(
    database: Database, brand: Brand
) -> None:
    one, two = await open_shop(database, brand, 14, 14)
    new, before = await wanted(database, brand, party_size=20), database.retries

    async def attempt(order: list[UUID]) -> bool:
        try:
            await create(database, brand, replace(new, vehicle_ids=order))
        except VehicleBusy:
            return False
        return True

    told = await asyncio.gather(*(attempt([one, two] if n % 2 else [two, one]) for n in range(10)))

    assert sorted(told) == [False] * 9 + [True]
    assert database.retries == before


async def test_numbers_are_given_once_and_without_a_gap_to_many_at_once(
    database: Database, brand: Brand
) -> None:
    """Failure 5: two sequences produced the same booking numbers."""
    await open_shop(database, brand, *[14] * 12)
    new = await wanted(database, brand)

    await asyncio.gather(*(create(database, brand, new) for _ in range(12)))

    numbers = await seen(database, brand, "select number from bookings order by number")
    assert numbers == [(f"WWT-2026-{n:05d}",) for n in range(1, 13)]
