"""Pages, filters and batches: every row once, in order, and the page knows what lies around it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bootstrap.settings import Settings
from db import reading
from db.bookings import BOOKINGS
from db.cursors import cursor_of
from db.customers import CUSTOMERS
from db.database import Database, Transaction
from db.fleet import VEHICLES
from db.reading import Slice, Wanted
from db.relations import Relation
from domain.errors import InvalidInput
from domain.identity import Brand, Kind
from domain.listing import Page
from resolvers.root import RELATIONS
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_customer,
    a_driver,
    a_principal,
    a_stop,
    a_vehicle,
    a_winery,
    assign_driver,
    assign_vehicle,
    write,
)

ORDER = "STARTS_AT_ASC"


async def _page(
    database: Database, brand: Brand, page: Page, *, order: str = ORDER, **filters: Any
) -> Slice:
    wanted = Wanted.of(BOOKINGS, order, filters, zone=ZoneInfo(brand.time_zone))
    async with database.session(a_principal(brand)).read() as tx:
        return await reading.page(tx, wanted, page)


async def _found(database: Database, brand: Brand, **filters: Any) -> list[UUID]:
    slice = await _page(database, brand, Page(size=100), **filters)
    async with database.session(a_principal(brand)).read() as tx:
        wanted = Wanted.of(BOOKINGS, ORDER, filters, zone=ZoneInfo(brand.time_zone))
        assert await reading.count(tx, wanted) == len(slice.rows)
    return [row.id for row in slice.rows]


async def _seven(database: Database, brand: Brand) -> list[UUID]:
    """Seven bookings in the order of a list: three, one and three that start together."""

    async def work(tx: Transaction) -> list[UUID]:
        customer = await a_customer(tx)
        made = []
        for days in (1, 0, 2, 0, 2, 0, 2):
            starts_at = START + timedelta(days=days)
            made.append((starts_at, await a_booking(tx, customer_id=customer, starts_at=starts_at)))
        return [id for _, id in sorted(made)]

    ids: list[UUID] = await write(database, brand, work)
    return ids


def _cursors(slice: Slice, order: str) -> tuple[str, str]:
    return cursor_of(BOOKINGS, order, slice.rows[0]), cursor_of(BOOKINGS, order, slice.rows[-1])


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
@pytest.mark.parametrize("order", BOOKINGS.orders)
async def test_paging_forwards_meets_every_row_once_and_knows_where_it_ends(
    database: Database, brand: Brand, order: str, size: int
) -> None:
    ids = await _seven(database, brand)
    expected = _expected(ids, order, await _page(database, brand, Page(size=100), order=order))
    seen: list[UUID] = []
    after: str | None = None
    while True:
        slice = await _page(database, brand, Page(size=size, after=after), order=order)
        assert slice.has_previous == bool(seen)
        seen += [row.id for row in slice.rows]
        assert slice.has_next == (len(seen) < 7)
        if not slice.has_next:
            break
        after = _cursors(slice, order)[1]
    assert seen == expected


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
@pytest.mark.parametrize("order", BOOKINGS.orders)
async def test_paging_backwards_meets_the_same_rows_from_the_end(
    database: Database, brand: Brand, order: str, size: int
) -> None:
    ids = await _seven(database, brand)
    expected = _expected(ids, order, await _page(database, brand, Page(size=100), order=order))
    seen: list[UUID] = []
    before: str | None = None
    while True:
        page = Page(size=size, before=before, backwards=True)
        slice = await _page(database, brand, page, order=order)
        assert slice.has_next == bool(seen)
        seen = [row.id for row in slice.rows] + seen
        assert slice.has_previous == (len(seen) < 7)
        if not slice.has_previous:
            break
        before = _cursors(slice, order)[0]
    assert seen == expected


def _expected(ids: list[UUID], order: str, whole: Slice) -> list[UUID]:
    """By start as given; all were created together, so that their ids alone decide."""
    rising = ids if order.startswith("STARTS_AT") else sorted(ids)
    expected = rising if order.endswith("ASC") else rising[::-1]
    assert [row.id for row in whole.rows] == expected
    return expected


async def test_between_two_cursors_lie_the_rows_between_them(
    database: Database, brand: Brand
) -> None:
    ids = await _seven(database, brand)
    whole = await _page(database, brand, Page(size=100))
    after, before = (cursor_of(BOOKINGS, ORDER, whole.rows[place]) for place in (1, 5))
    slice = await _page(database, brand, Page(size=2, after=after, before=before))
    assert [row.id for row in slice.rows] == ids[2:4]
    assert (slice.has_previous, slice.has_next) == (True, True)
    last = await _page(database, brand, Page(size=2, after=after, before=before, backwards=True))
    assert [row.id for row in last.rows] == ids[3:5]
    assert (last.has_previous, last.has_next) == (True, True)


async def test_an_empty_list_has_nothing_before_and_nothing_behind_it(
    database: Database, brand: Brand
) -> None:
    for page in (Page(), Page(backwards=True)):
        assert await _page(database, brand, page) == Slice([], has_previous=False, has_next=False)


async def test_a_page_is_one_statement_and_a_row_that_came_meanwhile_moves_no_other(
    database: Database, brand: Brand, statements: list[str]
) -> None:
    ids = await _seven(database, brand)
    statements.clear()
    first = await _page(database, brand, Page(size=3))
    assert len(statements) == 1
    await write(database, brand, lambda tx: a_booking(tx, starts_at=START - timedelta(days=1)))
    second = await _page(database, brand, Page(size=4, after=_cursors(first, ORDER)[1]))
    assert [row.id for row in (*first.rows, *second.rows)] == ids


@pytest.mark.parametrize("arguments", [(0, None), (101, None), (None, 0), (None, -1), (1, 1)])
def test_a_page_has_one_to_a_hundred_rows_from_one_end(
    arguments: tuple[int | None, int | None],
) -> None:
    first, last = arguments
    with pytest.raises(InvalidInput):
        Page.of(first=first, last=last)


DAYS = [
    ("America/Los_Angeles", date(2026, 3, 8), (8, 8, 0), (9, 7, 0), 23),
    ("America/Los_Angeles", date(2026, 11, 1), (1, 7, 0), (2, 8, 0), 25),
    ("America/Los_Angeles", date(2026, 6, 8), (8, 7, 0), (9, 7, 0), 24),
    ("Pacific/Auckland", date(2026, 4, 5), (4, 11, 0), (5, 12, 0), 25),
    ("Pacific/Auckland", date(2026, 9, 27), (26, 12, 0), (27, 11, 0), 23),
]


@pytest.mark.parametrize(("zone", "day", "opens", "closes", "hours"), DAYS)
async def test_a_local_day_is_from_its_first_instant_to_its_last(
    database: Database,
    settings: Settings,
    zone: str,
    day: date,
    opens: tuple[int, int, int],
    closes: tuple[int, int, int],
    hours: int,
) -> None:
    brand = await a_brand(settings, time_zone=zone)
    since, until = (
        datetime(2026, day.month, at[0], at[1], at[2], tzinfo=UTC) for at in (opens, closes)
    )
    assert until - since == timedelta(hours=hours)
    instant = timedelta(microseconds=1)

    async def work(tx: Transaction) -> list[UUID]:
        starts = (since - instant, since, until - instant, until)
        return [await a_booking(tx, starts_at=starts_at) for starts_at in starts]

    before, first, last, behind = await write(database, brand, work)
    assert await _found(database, brand, starts_on_from=day, starts_on_to=day) == [first, last]
    assert await _found(database, brand, starts_on_from=day) == [first, last, behind]
    assert await _found(database, brand, starts_on_to=day) == [before, first, last]


async def test_each_filter_of_bookings_finds_its_own(
    database: Database, settings: Settings, brand: Brand
) -> None:
    winery = await a_winery(settings)

    async def work(tx: Transaction) -> dict[str, Any]:
        await a_booking(tx)
        customer, van, driver = await a_customer(tx), await a_vehicle(tx), await a_driver(tx)
        booking = await a_booking(
            tx,
            customer_id=customer,
            status="draft",
            source="phone",
            number="WWT-2026-77777",
            customer_name="Grace Guest",
            customer_phone="+15095550199",
        )
        await assign_vehicle(tx, booking, van)
        await assign_driver(tx, booking, driver)
        await a_stop(tx, booking, 1, kind="winery", winery_id=winery)
        return {"id": booking, "customer_id": customer, "vehicle_id": van, "driver_id": driver}

    made = await write(database, brand, work)
    mine = [made["id"]]
    for name in ("customer_id", "vehicle_id", "driver_id"):
        assert await _found(database, brand, **{name: made[name]}) == mine
    assert await _found(database, brand, winery_id=winery) == mine
    assert await _found(database, brand, status=["draft", "completed"]) == mine
    assert await _found(database, brand, source=["phone"]) == mine
    for text in ("77777", "grace", " GRACE ", "(509) 555-0199", "+1 509 555.0199"):
        assert await _found(database, brand, text=text) == mine
    assert await _found(database, brand, text="%") == []
    assert await _found(database, brand, status=["draft"], source=["website"]) == []
    assert len(await _found(database, brand)) == 2


async def test_rows_by_key_come_in_the_order_of_the_keys_with_gaps_for_the_unknown(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    ids = await _seven(database, brand)
    theirs = await write(database, sister, a_booking)
    keys = [ids[3], theirs, UUID(int=1), ids[0], ids[3]]
    async with database.session(a_principal(brand)).read() as tx:
        rows = await reading.by_column(tx, BOOKINGS, keys)
    assert [row and row.id for row in rows] == [ids[3], None, None, ids[0], ids[3]]


async def test_rows_of_owners_come_grouped_in_the_order_of_the_edge(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> tuple[list[UUID], list[UUID], list[str]]:
        one, two, three = [await a_booking(tx) for _ in range(3)]
        stops = [await a_stop(tx, one, position) for position in (2, 1)]
        for name in ("Van B", "Van A"):
            await assign_vehicle(tx, two, await a_vehicle(tx, name=name))
        return [one, two, three], stops, ["Van A", "Van B"]

    owners, stops, vans = await write(database, brand, work)
    async with database.session(a_principal(brand)).read() as tx:
        edges = BOOKINGS.many
        found = await reading.children(tx, RELATIONS["booking_stops"], edges["stops"], owners)
        assert [[row.id for row in rows] for rows in found] == [stops[::-1], [], []]
        through = await reading.children(tx, VEHICLES, edges["vehicles"], owners)
    assert [[_name(row) for row in rows] for rows in through] == [[], vans, []]


def _name(row: Any) -> str:
    return str(row.name)


async def test_what_a_kind_of_caller_may_not_see_is_read_as_nothing(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> UUID:
        return await a_customer(tx, vip=True, tags=["late"], internal_notes="Tips well")

    customer = await write(database, brand, work)

    async def read(kind: Kind) -> Sequence[Any]:
        async with database.session(a_principal(brand, kind, actor=customer)).read() as tx:
            return await reading.by_column(tx, CUSTOMERS, [customer])

    (staff,), (own,) = await read(Kind.STAFF), await read(Kind.CUSTOMER)
    assert (staff.vip, staff.tags, staff.internal_notes) == (True, ["late"], "Tips well")
    assert (own.vip, own.tags, own.internal_notes) == (None, None, None)
    assert own.name == staff.name == "Ada Guest"


@pytest.mark.parametrize(
    ("names", "orders"),
    [
        ({"id; drop table x": "uuid"}, {}),
        ({"id": "uuid"}, {"MIXED": ("-starts_at", "id")}),
        ({"id": "uuid"}, {"ENDLESS": ("starts_at",)}),
    ],
)
def test_a_declaration_that_cannot_become_a_statement_is_refused_when_it_is_made(
    names: dict[str, Any], orders: dict[str, tuple[str, ...]]
) -> None:
    with pytest.raises(ValueError, match=r"cannot stand in a statement|runs one way"):
        Relation("planted", columns=names, orders=orders)
