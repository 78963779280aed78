"""Statistics over GraphQL: figures as money of the brand, and told to few."""

from datetime import UTC, datetime

import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.identity import Brand, Kind
from tests.builders import START, a_booking, a_brand, a_principal, write
from tests.db.rows import a_proposal
from tests.resolvers.conftest import Ask, told

BOOKINGS = """query ($from: Date!, $to: Date!, $by: StatisticsDay!, $filter: StatisticsFilter) {
  bookingStatistics(from: $from, to: $to, by: $by, filter: $filter) {
    total { bookings guests gross { formatted } tax { amountCents } net { amountCents }
      averageParty cancelled cancellationPpm }
    byStatus { status bookings guests }
    bySource { source figures { bookings } }
    byTourType { tourType figures { gross { amountCents currency } } }
    byMonth { month figures { bookings averageParty } }
    inquiries { inquiries booked conversionPpm } } }"""
PROPOSALS = """query ($from: Date!, $to: Date!) {
  proposalStatistics(from: $from, to: $to, by: TOUR_DAY) {
    total { proposals sent accepted converted guests averageParty open { amountCents }
      gross { formatted } tax { amountCents } net { amountCents } acceptancePpm conversionPpm }
    byStatus { status proposals guests } byMonth { month figures { sent } } } }"""
SUMMER = {"from": "2026-06-01", "to": "2026-07-31"}
# Midnight in Walla Walla, between July and August.
AUGUST = datetime(2026, 8, 1, 7, 0, tzinfo=UTC)

EVER = {"valid_until": datetime(2090, 1, 1, tzinfo=UTC)}


async def test_what_is_sold_and_what_is_not_is_told_by_month_state_way_and_kind(
    database: Database, settings: Settings, brand: Brand, ask: Ask
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    for each in (brand, sister):
        await write(database, each, a_booking)
        await write(database, each, lambda tx: a_booking(tx, party_size=7, source="phone"))
        await write(database, each, lambda tx: a_booking(tx, status="cancelled"))
        await write(database, each, lambda tx: a_booking(tx, starts_at=AUGUST))

    answer = await ask(BOOKINGS, by="TOUR_DAY", **SUMMER)

    assert answer.data == {
        "bookingStatistics": {
            "total": {
                "bookings": 2,
                "guests": 11,
                "gross": {"formatted": "$1,243.74"},
                "tax": {"amountCents": 10_374},
                "net": {"amountCents": 114_000},
                "averageParty": 5.5,
                "cancelled": 1,
                "cancellationPpm": 333_333,
            },
            "byStatus": [
                {"status": "CANCELLED", "bookings": 1, "guests": 4},
                {"status": "PENDING", "bookings": 2, "guests": 11},
            ],
            "bySource": [
                {"source": "CONSOLE", "figures": {"bookings": 1}},
                {"source": "PHONE", "figures": {"bookings": 1}},
            ],
            "byTourType": [
                {
                    "tourType": "WINE_TOUR",
                    "figures": {"gross": {"amountCents": 124_374, "currency": "USD"}},
                }
            ],
            "byMonth": [
                {"month": "2026-06-01", "figures": {"bookings": 2, "averageParty": 5.5}},
                {"month": "2026-07-01", "figures": {"bookings": 0, "averageParty": None}},
            ],
            "inquiries": {"inquiries": 0, "booked": 0, "conversionPpm": None},
        }
    }


async def test_a_filter_and_the_day_of_creation_choose_others(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, a_booking)
    await write(database, brand, lambda tx: a_booking(tx, source="phone", created_at=START))
    phone = {"source": ["PHONE"], "tourType": ["WINE_TOUR"]}

    answers = [
        await ask(BOOKINGS, by=by, filter=filter, **SUMMER)
        for by, filter in (("TOUR_DAY", phone), ("CREATION", None), ("CREATION", {"source": []}))
    ]

    assert [
        answer.data["bookingStatistics"]["total"]["bookings"]  # type: ignore[index]
        for answer in answers
    ] == [1, 1, 0]


async def test_proposals_are_told_by_how_far_they_came(
    database: Database, brand: Brand, ask: Ask
) -> None:
    for status in ("draft", "sent", "accepted", "accepted", "declined"):
        await write(
            database, brand, lambda tx, status=status: a_proposal(tx, status=status, **EVER)
        )

    answer = await ask(PROPOSALS, **SUMMER)

    assert answer.data == {
        "proposalStatistics": {
            "total": {
                "proposals": 5,
                "sent": 4,
                "accepted": 2,
                "converted": 0,
                "guests": 6,
                "averageParty": 3.0,
                "open": {"amountCents": 132_390},
                "gross": {"formatted": "$2,647.80"},
                "tax": {"amountCents": 16_380},
                "net": {"amountCents": 248_400},
                "acceptancePpm": 500_000,
                "conversionPpm": 0,
            },
            "byStatus": [
                {"status": "ACCEPTED", "proposals": 2, "guests": 6},
                {"status": "DECLINED", "proposals": 1, "guests": 3},
                {"status": "DRAFT", "proposals": 1, "guests": 3},
                {"status": "SENT", "proposals": 1, "guests": 3},
            ],
            "byMonth": [
                {"month": "2026-06-01", "figures": {"sent": 4}},
                {"month": "2026-07-01", "figures": {"sent": 0}},
            ],
        }
    }


@pytest.mark.parametrize("role", ["dispatcher", "sales", "driver", "viewer"])
async def test_a_member_without_the_scope_is_told_no_figures(
    brand: Brand, ask: Ask, role: str
) -> None:
    member = a_principal(brand, role=role)
    assert told(await ask(BOOKINGS, member, by="CREATION", **SUMMER)) == [
        ("bookingStatistics", "FORBIDDEN")
    ]
    assert told(await ask(PROPOSALS, member, **SUMMER)) == [("proposalStatistics", "FORBIDDEN")]


@pytest.mark.parametrize("kind", [Kind.SITE, Kind.LINK, Kind.CUSTOMER, Kind.PARTNER, Kind.DRIVER])
async def test_nobody_but_staff_is_told_figures(ask: Ask, kind: Kind) -> None:
    assert told(await ask(PROPOSALS, kind, **SUMMER)) == [("proposalStatistics", "FORBIDDEN")]


async def test_a_range_that_ends_before_it_begins_is_refused(ask: Ask) -> None:
    turned = {"from": SUMMER["to"], "to": SUMMER["from"]}
    assert told(await ask(PROPOSALS, **turned)) == [("proposalStatistics", "BAD_USER_INPUT")]
