"""Availability over GraphQL: across brands, and without a word about whose tours block."""

from datetime import timedelta
from typing import Any

import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.identity import Brand, Kind
from tests.builders import START, a_block, a_brand, a_vehicle, write
from tests.resolvers.conftest import Ask, told

CALENDAR = """query ($from: Date!, $to: Date!, $party: Int!) {
  availabilityCalendar(from: $from, to: $to, partySize: $party, minutes: 360) {
    date available startTimes reason } }"""
DAY = """query ($date: Date!, $party: Int!) {
  availability(date: $date, partySize: $party, minutes: 360) {
    startsAt startsAtLocal endsAt available vanSeats reason } }"""
AHEAD = START + timedelta(days=365 * 5)
ON = AHEAD.date()


async def a_busy_van(database: Database, brand: Brand, seats: int = 14) -> None:
    async def work(tx: Any) -> None:
        vehicle = await a_vehicle(tx, seats=seats)
        await a_block(tx, vehicle_id=vehicle, starts_at=AHEAD, ends_at=AHEAD + timedelta(hours=12))

    await write(database, brand, work)


@pytest.mark.parametrize("kind", [Kind.SITE, Kind.CUSTOMER, Kind.PARTNER, Kind.STAFF])
async def test_a_van_that_a_sibling_brand_has_taken_is_taken_for_all(
    settings: Settings, database: Database, brand: Brand, ask: Ask, kind: Kind
) -> None:
    sibling = await a_brand(settings, tenant=brand, code="nwtc")
    await a_busy_van(database, sibling)
    days = {"from": ON.isoformat(), "to": (ON + timedelta(days=1)).isoformat(), "party": 4}
    answer = await ask(CALENDAR, kind, **days)

    assert answer.errors is None
    assert answer.data == {
        "availabilityCalendar": [
            {"date": days["from"], "available": False, "startTimes": 0, "reason": "ALL_BUSY"},
            {"date": days["to"], "available": True, "startTimes": 17, "reason": None},
        ]
    }


async def test_another_operators_vans_are_neither_free_nor_taken(
    settings: Settings, database: Database, ask: Ask
) -> None:
    stranger = await a_brand(settings)
    await write(database, stranger, lambda tx: a_vehicle(tx, seats=14))
    answer = await ask(CALENDAR, Kind.SITE, **{"from": str(ON), "to": str(ON), "party": 4})
    assert answer.data == {
        "availabilityCalendar": [
            {"date": str(ON), "available": False, "startTimes": 0, "reason": "TOO_MANY_GUESTS"}
        ]
    }


async def test_a_day_tells_each_start_with_the_seats_it_would_take(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await a_busy_van(database, brand, seats=6)
    await write(database, brand, lambda tx: a_vehicle(tx, seats=11))
    answer = await ask(DAY, Kind.SITE, date=str(ON), party=4)

    assert answer.data is not None
    assert len(answer.data["availability"]) == 17
    assert answer.data["availability"][4] == {
        "startsAt": f"{ON}T10:00:00-07:00",
        "startsAtLocal": f"{ON}T10:00:00",
        "endsAt": f"{ON}T16:00:00-07:00",
        "available": True,
        "vanSeats": [11],
        "reason": None,
    }


async def test_a_month_is_two_statements(ask: Ask, statements: list[str]) -> None:
    days = {"from": str(ON), "to": str(ON + timedelta(days=30)), "party": 4}
    await ask(CALENDAR, Kind.SITE, **days)
    assert len(statements) == 2


@pytest.mark.parametrize(
    ("days", "party"), [(-1, 4), (62, 4), (0, 0), (0, 101)], ids=["back", "long", "none", "crowd"]
)
async def test_what_cannot_be_asked_is_refused(ask: Ask, days: int, party: int) -> None:
    asked = {"from": str(ON), "to": str(ON + timedelta(days=days)), "party": party}
    assert told(await ask(CALENDAR, Kind.SITE, **asked)) == [
        ("availabilityCalendar", "BAD_USER_INPUT")
    ]


async def test_a_driver_is_not_told(ask: Ask) -> None:
    assert told(await ask(DAY, Kind.DRIVER, date=str(ON), party=4)) == [
        ("availability", "FORBIDDEN")
    ]
