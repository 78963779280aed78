"""Statistics are right to the cent: against plain SQL over hundreds of random rows, by local days."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import InvalidInput
from domain.identity import Brand
from domain.numbers import Numbered
from domain.statistics import (
    BookingFigures,
    BookingGroup,
    BookingStatistics,
    By,
    Inquiries,
    ProposalStatistics,
    Range,
    booking_figures,
    months,
    ppm,
)
from services.statistics import booking_statistics, proposal_statistics
from tests.builders import a_brand, a_number, a_principal, new_id

SOURCES = ("website", "phone", "partner", "proposal")
TOURS = ("wine_tour", "celebration", "airport_transfer")
STATES = (
    *("held", "draft", "pending", "confirmed", "assigned"),
    *("in_progress", "completed", "cancelled", "expired"),
)
OFFERS = ("draft", "sent", "viewed", "accepted", "converted", "declined", "expired")
UNSOLD = "('cancelled', 'expired', 'held', 'draft')"
SUMS = f"""
  count(*) filter (where status not in {UNSOLD}),
  coalesce(sum(party_size) filter (where status not in {UNSOLD}), 0),
  coalesce(sum(total_cents) filter (where status not in {UNSOLD}), 0),
  coalesce(sum(tax_cents) filter (where status not in {UNSOLD}), 0),
  coalesce(sum(total_cents - tax_cents) filter (where status not in {UNSOLD}), 0),
  count(*) filter (where status = 'cancelled')
"""
CHOSEN = """
from bookings where tenant_id = %(tenant)s and brand_id = %(brand)s
  and ({day} at time zone %(zone)s)::date between %(first)s and %(last)s
  and (%(source)s::text is null or source = %(source)s)
  and (%(tour)s::text is null or tour_type = %(tour)s)
"""
PROPOSED = """
select count(*), count(*) filter (where status <> 'draft' or sent_at is not null),
  count(*) filter (where status in ('accepted', 'converted')),
  count(*) filter (where status = 'converted'),
  coalesce(sum(party_size) filter (where status in ('accepted', 'converted')), 0),
  coalesce(sum(total_cents) filter (where status in ('sent', 'viewed')
    and valid_until > now()), 0),
  coalesce(sum(total_cents) filter (where status in ('accepted', 'converted')), 0),
  coalesce(sum(tax_cents) filter (where status in ('accepted', 'converted')), 0)
from proposals where tenant_id = %(tenant)s and brand_id = %(brand)s
  and {day} between %(first)s and %(last)s
"""
INQUIRED = """
select count(*), count(*) filter (where id in (
  select inquiry_id from bookings where tenant_id = i.tenant_id and brand_id = i.brand_id
    and status not in ('cancelled', 'expired', 'held', 'draft')))
from inquiries i where tenant_id = %(tenant)s and brand_id = %(brand)s
  and (created_at at time zone %(zone)s)::date between %(first)s and %(last)s
  and (%(source)s::text is null or source = %(source)s)
  and (%(tour)s::text is null or tour_type = %(tour)s)
"""
DAY_OF: Mapping[By, str] = {"tour_day": "starts_at", "creation": "created_at"}
EDGED = (
    *(("bookings", "starts_at"), ("bookings", "created_at")),
    *(("proposals", "created_at"), ("inquiries", "created_at")),
)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 2))
FIRST, LAST = date(2026, 2, 10), date(2027, 1, 20)
BY_NOW = "case when status = 'held' and hold_expires_at < now() then 'expired' else status end"
LONG_AGO_OR_EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))
HALF_A_YEAR = (date(2026, 3, 8), date(2026, 10, 31))


def _an_instant(draw: random.Random) -> datetime:
    """Often within minutes of a local midnight of some zone, at the turn of a month or not."""
    day = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=draw.randrange(420))
    if draw.random() < 0.4:
        day = day.replace(day=1)
    return day + timedelta(
        hours=draw.choice((0, 7, 8, 11, 12, 13, 18)), seconds=draw.choice((-1, 0, 1))
    )


def _booking(draw: random.Random, brand: Brand, inquiry: UUID | None) -> dict[str, Any]:
    starts_at, subtotal = _an_instant(draw), draw.randrange(200_000)
    tax = draw.randrange(20_000)
    return {
        "tenant_id": brand.tenant_id,
        "brand_id": brand.id,
        "id": new_id(),
        "number": a_number(),
        "status": draw.choice(STATES),
        "tour_type": draw.choice(TOURS),
        "source": draw.choice(SOURCES),
        "customer_id": new_id(),
        "inquiry_id": inquiry,
        "party_size": draw.randrange(1, 15),
        "time_zone": brand.time_zone,
        "starts_at": starts_at,
        "ends_at": datetime(2040, 1, 1, tzinfo=UTC),
        "currency": brand.currency,
        "subtotal_cents": subtotal,
        "tax_cents": tax,
        "total_cents": subtotal + tax,
        "deposit_cents": 0,
        "policy": "[]",
        "deposit_waiver_reason": "A test",
        "hold_expires_at": draw.choice(LONG_AGO_OR_EVER),
        "created_at": _an_instant(draw),
        "updated_at": starts_at,
    }


def _proposal(draw: random.Random, brand: Brand) -> dict[str, Any]:
    subtotal, tax = draw.randrange(500_000), draw.randrange(20_000)
    starts_on, created_at = _an_instant(draw).date(), _an_instant(draw)
    status = draw.choice(OFFERS)
    return {
        "tenant_id": brand.tenant_id,
        "brand_id": brand.id,
        "id": new_id(),
        "number": a_number(Numbered.PROPOSAL),
        "status": status,
        "title": "Days",
        "customer_id": new_id(),
        "party_size": draw.randrange(1, 15),
        "starts_on": starts_on,
        "ends_on": starts_on,
        "valid_until": draw.choice(LONG_AGO_OR_EVER),
        "currency": brand.currency,
        "subtotal_cents": subtotal,
        "tax_cents": tax,
        "total_cents": subtotal + tax,
        "created_at": created_at,
        "accepted_at": LONG_AGO_OR_EVER[0],
        "sent_at": created_at if status == "draft" and draw.random() < 0.5 else None,
        "signature_name": "Ada",
        "terms_accepted_at": created_at,
    }


def _inquiry(draw: random.Random, brand: Brand) -> dict[str, Any]:
    return {
        "tenant_id": brand.tenant_id,
        "brand_id": brand.id,
        "id": new_id(),
        "number": a_number(Numbered.INQUIRY),
        "name": "Ada",
        "source": draw.choice(SOURCES),
        "tour_type": draw.choice((*TOURS, None)),
        "created_at": _an_instant(draw),
    }


def _at_the_edges(brand: Brand) -> list[datetime]:
    """The first instant of days at the edge of a range, and the last before it."""
    zone = ZoneInfo(brand.time_zone)
    days = (FIRST, LAST + timedelta(days=1), date(2026, 3, 1), date(2026, 4, 1), *NOVEMBER)
    firsts = [datetime.combine(day, time.min, zone) for day in days]
    return [*firsts, *(first - timedelta(microseconds=1) for first in firsts)]


async def _fill(settings: Settings, brand: Brand, seed: int) -> None:
    """Hundreds of rows that no rule has looked at but the checks of their own tables."""
    draw = random.Random(seed)  # noqa: S311 - the same rows in every run
    inquiries = [_inquiry(draw, brand) for _ in range(50)]
    asked = [*(each["id"] for each in inquiries), *[None] * 50]
    rows = {
        "inquiries": inquiries,
        "bookings": [_booking(draw, brand, draw.choice(asked)) for _ in range(250)],
        "proposals": [_proposal(draw, brand) for _ in range(150)],
    }
    for table, column in EDGED:
        for row, edge in zip(rows[table], _at_the_edges(brand), strict=False):
            row[column] = edge
    async with await _superuser(settings) as connection, connection.cursor() as cursor:
        await cursor.execute("set local session_replication_role = replica")
        for table, each in rows.items():
            names = list(each[0])
            places = ", ".join(f"%({name})s" for name in names)
            text: Any = f"insert into {table} ({', '.join(names)}) values ({places})"  # noqa: S608
            await cursor.executemany(text, each)


async def _superuser(settings: Settings) -> psycopg.AsyncConnection[Any]:
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    return await psycopg.AsyncConnection.connect(url)


async def _plain(settings: Settings, brand: Brand, text: Any, **given: Any) -> list[Any]:
    known = {"tenant": brand.tenant_id, "brand": brand.id, "zone": brand.time_zone}
    async with await _superuser(settings) as connection:
        return await (await connection.execute(text, {**known, **given})).fetchall()


def _hundredths(part: int, whole: int, digits: str) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal(digits), ROUND_HALF_UP)


def _told(found: BookingFigures) -> tuple[int, ...]:
    return (
        *(found.bookings, found.guests, found.gross_cents),
        *(found.tax_cents, found.net_cents, found.cancelled),
    )


def _assert_rates(found: BookingFigures) -> None:
    average = _hundredths(found.guests, found.bookings, "0.01")
    assert found.average_party == (None if average is None else float(average))
    rate = _hundredths(found.cancelled, found.bookings + found.cancelled, "0.000001")
    assert found.cancellation_ppm == (None if rate is None else int(rate * 1_000_000))


@pytest.fixture(scope="module")
async def brands(settings: Settings) -> list[Brand]:
    """A brand, its sister and a stranger, each with hundreds of rows of its own."""
    one = await a_brand(settings)
    sister = await a_brand(settings, tenant=one, code="nwtc")
    far = await a_brand(settings, time_zone="Pacific/Auckland", currency="NZD")
    for seed, brand in enumerate((one, sister, far)):
        await _fill(settings, brand, seed)
    return [one, sister, far]


async def counted(
    database: Database, brand: Brand, asked: Range, *, statements: list[str], **words: Any
) -> BookingStatistics:
    async with database.session(a_principal(brand)).read() as tx:
        statements.clear()
        found = await booking_statistics(tx, asked, **words)
    assert len(statements) == 2
    return found


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("by", ["tour_day", "creation"])
@pytest.mark.parametrize(
    ("days", "source", "tour"),
    [
        ((FIRST, LAST), None, None),
        (HALF_A_YEAR, "website", None),
        ((date(2026, 3, 1), date(2026, 3, 31)), None, "wine_tour"),
        ((date(2026, 11, 1), date(2026, 11, 1)), None, None),
    ],
)
async def test_bookings_are_summed_to_the_cent_in_every_grouping(
    database: Database,
    settings: Settings,
    brands: list[Brand],
    statements: list[str],
    place: int,
    by: By,
    days: tuple[date, date],
    source: str | None,
    tour: str | None,
) -> None:
    brand = brands[place]
    given = {"first": days[0], "last": days[1], "source": source, "tour": tour}
    chosen, day = CHOSEN.format(day=DAY_OF[by]), DAY_OF[by]
    month = f"date_trunc('month', {day} at time zone %(zone)s)::date"
    groups = {"source": "source", "tour_type": "tour_type", "month": month}
    plain = {
        name: {
            row[0]: tuple(map(int, row[1:]))
            for row in await _plain(
                settings, brand, f"select {key}, {SUMS} {chosen} group by 1", **given
            )
        }
        for name, key in groups.items()
    }
    (total,) = await _plain(settings, brand, f"select {SUMS} {chosen}", **given)
    by_status = await _plain(
        settings,
        brand,
        f"select {BY_NOW}, count(*), sum(party_size) {chosen} group by 1 order by 1",
        **given,
    )
    words = {"sources": [source] if source else None, "tour_types": [tour] if tour else None}

    found = await counted(database, brand, Range(*days, by), statements=statements, **words)

    assert _told(found.total) == tuple(map(int, total))
    assert [(each.status, each.count, each.guests) for each in found.by_status] == by_status
    assert {name: _told(each) for name, each in found.by_source.items()} == plain["source"]
    assert {name: _told(each) for name, each in found.by_tour_type.items()} == plain["tour_type"]
    empty = dict.fromkeys(months(Range(*days, by)), (0,) * 6)
    assert {name: _told(each) for name, each in found.by_month.items()} == empty | plain["month"]
    assert list(found.by_month) == sorted(found.by_month)
    for each in (found.total, *found.by_month.values(), *found.by_source.values()):
        _assert_rates(each)


@pytest.mark.parametrize(("source", "tour"), [(None, None), ("phone", None), (None, "wine_tour")])
async def test_inquiries_are_counted_with_those_that_came_to_a_booking(
    database: Database,
    settings: Settings,
    brands: list[Brand],
    statements: list[str],
    source: str | None,
    tour: str | None,
) -> None:
    brand = brands[0]
    given = {"first": FIRST, "last": LAST, "source": source, "tour": tour}
    (row,) = await _plain(settings, brand, INQUIRED, **given)
    words = {"sources": [source] if source else None, "tour_types": [tour] if tour else None}

    asked = Range(FIRST, LAST, "tour_day")
    found = (await counted(database, brand, asked, statements=statements, **words)).inquiries

    assert (found.inquiries, found.booked) == row
    assert found.inquiries > found.booked > 0


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("by", ["tour_day", "creation"])
@pytest.mark.parametrize("days", [(FIRST, LAST), HALF_A_YEAR])
async def test_proposals_are_counted_as_far_as_they_came(
    database: Database,
    settings: Settings,
    brands: list[Brand],
    statements: list[str],
    place: int,
    by: By,
    days: tuple[date, date],
) -> None:
    brand = brands[place]
    day = "starts_on" if by == "tour_day" else "(created_at at time zone %(zone)s)::date"
    plain = PROPOSED.format(day=day)
    found = await _proposals(database, brand, Range(*days, by), statements)
    for figures, span in (
        (found.total, days),
        *(
            (each, (max(days[0], month), min(days[1], _end_of(month))))
            for month, each in found.by_month.items()
        ),
    ):
        (row,) = await _plain(settings, brand, plain, first=span[0], last=span[1])
        assert (
            *(figures.proposals, figures.sent, figures.accepted, figures.converted),
            *(figures.guests, figures.open_cents),
            *(figures.accepted_cents, figures.accepted_tax_cents),
        ) == tuple(map(int, row))
        assert figures.accepted_net_cents == figures.accepted_cents - figures.accepted_tax_cents
        assert figures.acceptance_ppm == ppm(figures.accepted, figures.sent)
        assert figures.conversion_ppm == ppm(figures.converted, figures.accepted)
    assert found.total.sent > found.total.accepted > found.total.converted > 0
    assert sum(each.count for each in found.by_status) == found.total.proposals


def _end_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


async def _proposals(
    database: Database, brand: Brand, asked: Range, statements: list[str]
) -> ProposalStatistics:
    async with database.session(a_principal(brand)).read() as tx:
        statements.clear()
        found = await proposal_statistics(tx, asked)
    assert len(statements) == 1
    return found


async def test_a_brand_that_has_sold_nothing_has_no_average_and_no_rate(
    database: Database, brand: Brand, statements: list[str]
) -> None:
    found = await counted(database, brand, Range(FIRST, LAST, "tour_day"), statements=statements)
    assert _told(found.total) == (0, 0, 0, 0, 0, 0)
    assert (found.total.average_party, found.total.cancellation_ppm) == (None, None)
    assert (found.inquiries, found.inquiries.conversion_ppm) == (Inquiries(0, 0), None)
    assert len(found.by_month) == 12
    assert (found.by_status, found.by_source, found.by_tour_type) == ([], {}, {})


@pytest.mark.parametrize(
    ("first", "last", "path"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "to"),
        (date(2016, 1, 1), date(2026, 1, 1), "to"),
        (date(1800, 1, 1), date(2026, 1, 1), "from"),
    ],
)
async def test_an_empty_and_an_endless_range_are_refused(
    database: Database, brand: Brand, first: date, last: date, path: str
) -> None:
    async def both(tx: Transaction) -> None:
        for work in (booking_statistics, proposal_statistics):
            with pytest.raises(InvalidInput) as refused:
                await work(tx, Range(first, last, "tour_day"))
            assert refused.value.path == path

    async with database.session(a_principal(brand)).read() as tx:
        await both(tx)


@pytest.mark.parametrize(
    ("guests", "bookings", "cancelled", "average", "rate"),
    [
        (1, 3, 0, 0.33, 0),
        (2, 3, 1, 0.67, 250_000),
        (201, 200, 0, 1.01, 0),  # 1.005
        (1, 8, 1, 0.13, 111_111),  # 0.125
        (5, 1, 2, 5.0, 666_667),
    ],
)
def test_a_half_is_rounded_up_in_averages_and_rates(
    guests: int, bookings: int, cancelled: int, average: float, rate: int
) -> None:
    group = BookingGroup(FIRST, "completed", "website", "wine_tour", bookings, guests, 0, 0)
    lost = BookingGroup(FIRST, "cancelled", "website", "wine_tour", cancelled, 9, 7, 7)
    figures = booking_figures([group, lost])
    assert (figures.average_party, figures.cancellation_ppm) == (average, rate)
    assert figures.gross_cents == 0
