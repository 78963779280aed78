"""The day sheet: everything for the road, nothing of money, in a handful of statements."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import InvalidInput
from domain.identity import Brand, Kind, Principal
from domain.manifests import MOST_TOURS, SheetTour, sheets
from schema.global_ids import encode
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_driver,
    a_principal,
    a_stop,
    a_vehicle,
    a_winery,
    assign_driver,
    assign_vehicle,
    insert,
    new_id,
    write,
)
from tests.resolvers.conftest import Ask, told

ZONE = ZoneInfo("America/Los_Angeles")
SHEET = """
query ($date: Date!, $driver: ID) {
  manifest(date: $date, driverId: $driver) {
    driverId driverName
    tours {
      number status startsAt startsAtLocal endsAtLocal partySize guestFirstName phone
      pickup dropoff driverNotes specialRequests tourType bookingId
      stops { position kind name address plannedArrivalAt minutes thirdPartyStatus }
      vehicles { name guests vehicleId }
    }
  }
}
"""
PHONES = (
    "query ($date: Date!) { manifest(date: $date) { driverName tours { guestFirstName phone } } }"
)


def noon(days: int) -> datetime:
    """Noon of the brand, so many days from now."""
    day = datetime.now(UTC).astimezone(ZONE).date() + timedelta(days=days)
    return datetime.combine(day, time(12), ZONE).astimezone(UTC)


async def a_tour(
    tx: Transaction, *drivers: UUID, starts_at: datetime = START, **values: Any
) -> UUID:
    given = {"deposit_received_at": START, "status": "confirmed", **values}
    booking = await a_booking(tx, starts_at=starts_at, **given)
    for driver in drivers:
        await assign_driver(tx, booking, driver)
    return booking


def as_driver(brand: Brand, driver: UUID) -> Principal:
    return a_principal(brand, Kind.DRIVER, actor=driver)


async def test_a_sheet_says_all_that_the_road_needs_and_nothing_of_money(
    database: Database, settings: Settings, brand: Brand, ask: Ask
) -> None:
    winery = await a_winery(settings, name="Cellar Nine")

    async def day(tx: Transaction) -> tuple[UUID, UUID, UUID]:
        dan, van = await a_driver(tx, name="Dan"), await a_vehicle(tx, name="Van 1")
        given: dict[str, Any] = {
            "pickup": "Hotel",
            "driver_notes": "Ring twice",
            "number": "WWT-2026-00042",
        }
        booking = await a_tour(tx, dan, special_requests="Shade", **given)
        await assign_vehicle(tx, booking, van)
        await a_stop(tx, booking, 1, kind="winery", winery_id=winery, name=None, minutes=45)
        inn = {"kind": "hotel", "name": "The Inn", "address": "1 Main Street"}
        own = await insert(tx, "own_places", **inn, created_at=START)
        await a_stop(tx, booking, 2, kind="hotel_checkout", own_place_id=own, name=None)
        return dan, van, booking

    dan, van, booking = await write(database, brand, day)
    result = await ask(SHEET, date="2026-06-08")
    assert result.errors is None
    assert result.data == {
        "manifest": [
            {
                "driverId": encode("Driver", dan),
                "driverName": "Dan",
                "tours": [
                    {
                        "number": "WWT-2026-00042",
                        "status": "CONFIRMED",
                        "startsAt": "2026-06-08T10:00:00-07:00",
                        "startsAtLocal": "2026-06-08T10:00:00",
                        "endsAtLocal": "2026-06-08T16:00:00",
                        "partySize": 4,
                        "guestFirstName": "Ada",
                        "phone": "+15095550142",
                        "pickup": "Hotel",
                        "dropoff": None,
                        "driverNotes": "Ring twice",
                        "specialRequests": "Shade",
                        "tourType": "WINE_TOUR",
                        "bookingId": encode("Booking", booking),
                        "stops": [
                            {
                                "position": 1,
                                "kind": "WINERY",
                                "name": "Cellar Nine",
                                "address": None,
                                "plannedArrivalAt": "2026-06-08T11:00:00-07:00",
                                "minutes": 45,
                                "thirdPartyStatus": "NONE",
                            },
                            {
                                "position": 2,
                                "kind": "HOTEL_CHECKOUT",
                                "name": "The Inn",
                                "address": "1 Main Street",
                                "plannedArrivalAt": "2026-06-08T12:00:00-07:00",
                                "minutes": 60,
                                "thirdPartyStatus": "NONE",
                            },
                        ],
                        "vehicles": [
                            {"name": "Van 1", "guests": 4, "vehicleId": encode("Vehicle", van)}
                        ],
                    }
                ],
            }
        ]
    }


async def test_dispatch_sees_every_sheet_by_name_and_last_what_nobody_drives(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def day(tx: Transaction) -> UUID:
        ann, dan = await a_driver(tx, name="Ann"), await a_driver(tx, name="Dan")
        await a_tour(tx, dan, customer_name="Early Bird", starts_at=START - timedelta(hours=2))
        later = START + timedelta(hours=5)
        await a_tour(tx, ann, dan, customer_name="Both Drive", starts_at=later)
        await a_tour(tx, customer_name="Nobody Yet")
        for status in ("draft", "pending", "cancelled"):
            await a_tour(tx, customer_name="Not Sold", status=status)
        await a_tour(tx, customer_name="Other Day", starts_at=START + timedelta(days=1))
        return ann

    ann = await write(database, brand, day)
    result = await ask(PHONES, date="2026-06-08")
    shown = [
        (sheet["driverName"], [tour["guestFirstName"] for tour in sheet["tours"]])
        for sheet in result.data["manifest"]  # type: ignore[index]
    ]
    assert shown == [("Ann", ["Both"]), ("Dan", ["Early", "Both"]), (None, ["Nobody"])]
    one = await ask(SHEET, date="2026-06-08", driver=encode("Driver", ann))
    assert [sheet["driverName"] for sheet in one.data["manifest"]] == ["Ann"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("days", "phone"), [(-1, None), (0, "+15095550142"), (1, "+15095550142"), (2, None)]
)
async def test_a_driver_has_the_telephone_on_the_day_and_on_the_day_before(
    database: Database, brand: Brand, ask: Ask, days: int, phone: str | None
) -> None:
    async def sold(tx: Transaction) -> UUID:
        dan = await a_driver(tx, name="Dan")
        created = {"created_at": START - timedelta(days=30)}
        await a_tour(tx, dan, starts_at=noon(days), **created)
        return dan

    dan = await write(database, brand, sold)
    asked = noon(days).astimezone(ZONE).date().isoformat()
    own = await ask(PHONES, as_driver(brand, dan), date=asked)
    assert own.errors is None
    tours = [{"guestFirstName": "Ada", "phone": phone}]
    assert own.data == {"manifest": [{"driverName": "Dan", "tours": tours}]}
    office = await ask(PHONES, date=asked)
    assert office.data["manifest"][0]["tours"][0]["phone"] == "+15095550142"  # type: ignore[index]


async def test_a_driver_sees_their_own_sheet_and_nobody_elses(
    database: Database, settings: Settings, brand: Brand, ask: Ask
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")

    async def day(tx: Transaction) -> tuple[UUID, UUID]:
        dan, ann = await a_driver(tx, name="Dan"), await a_driver(tx, name="Ann")
        await a_tour(tx, dan, customer_name="Mine Alone", starts_at=noon(0))
        await a_tour(tx, ann, customer_name="Hers Alone", starts_at=noon(0))
        await a_tour(tx, customer_name="Nobody Yet", starts_at=noon(0))
        return dan, ann

    dan, ann = await write(database, brand, day)
    today = noon(0).astimezone(ZONE).date().isoformat()
    own = await ask(SHEET, as_driver(brand, dan), date=today)
    assert [
        (sheet["driverName"], [tour["guestFirstName"] for tour in sheet["tours"]])
        for sheet in own.data["manifest"]  # type: ignore[index]
    ] == [("Dan", ["Mine"])]
    hers = await ask(SHEET, as_driver(brand, dan), date=today, driver=encode("Driver", ann))
    elsewhere = await ask(SHEET, as_driver(sister, dan), date=today)
    assert (hers.data, elsewhere.data) == ({"manifest": []}, {"manifest": []})


async def test_the_function_tells_no_telephone_of_a_tour_of_somebody_else_or_that_is_off(
    database: Database, brand: Brand
) -> None:
    async def sold(tx: Transaction) -> tuple[UUID, list[UUID]]:
        dan, ann = await a_driver(tx), await a_driver(tx)
        hers = await a_tour(tx, ann, starts_at=noon(0))
        off = await a_tour(tx, starts_at=noon(0), status="draft")
        await assign_driver(tx, off, dan)
        return dan, [hers, off]

    dan, bookings = await write(database, brand, sold)
    statement = "select * from phones_on_the_day(%(ids)s)"
    rows = await write(
        database,
        brand,
        lambda tx: tx.rows(statement, {"ids": bookings}),
        kind=Kind.DRIVER,
        actor=dan,
    )
    assert rows == []


@pytest.mark.parametrize("tours", [1, 5])
async def test_a_sheet_costs_seven_statements_however_many_tours(
    database: Database, brand: Brand, ask: Ask, statements: list[str], tours: int
) -> None:
    async def day(tx: Transaction) -> None:
        for each in range(tours):
            booking = await a_tour(tx, await a_driver(tx), party_size=each + 1)
            await assign_vehicle(tx, booking, await a_vehicle(tx))
            await a_stop(tx, booking, 1)

    await write(database, brand, day)
    statements.clear()
    result = await ask(SHEET, date="2026-06-08")
    assert len(result.data["manifest"]) == tours  # type: ignore[index]
    assert len(statements) == 7


@pytest.mark.parametrize("kind", [Kind.SITE, Kind.LINK, Kind.CUSTOMER, Kind.PARTNER])
async def test_no_guest_is_shown_a_sheet(ask: Ask, kind: Kind) -> None:
    assert told(await ask(PHONES, kind, date="2026-06-08")) == [("manifest", "FORBIDDEN")]


def test_a_day_of_more_tours_than_a_sheet_holds_is_asked_driver_by_driver() -> None:
    texts: Any = ["", "confirmed", "wine_tour", 2, START, START, None, None, None, None, None, []]
    many = [SheetTour(new_id(), *texts) for _ in range(MOST_TOURS + 1)]
    assert len(sheets(many[1:], {})[0].tours) == MOST_TOURS
    with pytest.raises(InvalidInput):
        sheets(many, {})
