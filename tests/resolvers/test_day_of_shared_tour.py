"""The day of a shared tour over GraphQL: its driver, its sheet, and who says that guests are here."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db.database import Database, Transaction
from domain.identity import Brand, Kind, Principal
from schema.global_ids import encode
from tests.builders import a_customer, a_driver, a_principal, a_vehicle, write
from tests.db.rows import a_paid_ticket, a_ticket, put_at_the_wheel
from tests.resolvers.conftest import Ask, told
from tests.services.crews import a_sound_driver, a_sound_van
from tests.services.touring import HOUR, NOW, STARTS, a_tour

AHEAD = datetime(2031, 6, 9, 18, tzinfo=UTC)
SHEET = """
query ($date: Date!) {
  manifest(date: $date) {
    driverName
    tours { number }
    sharedTours {
      sharedTourId title status startsAtLocal endsAtLocal guests lunches vehicle { name guests }
      parties { ticketId firstName guests withLunch status version }
    }
  }
}
"""
CHECK_IN = """
mutation ($id: ID!, $version: Int!) {
  checkInTicket(input: { id: $id, expectedVersion: $version }) {
    ticket { status version total { amountCents } sharedTour { title } } errors { code path } } }
"""
ASSIGN = """
mutation ($tour: ID!, $driver: ID!, $version: Int!, $override: ComplianceOverride) {
  assignSharedTourDriver(input: { sharedTourId: $tour, driverId: $driver, override: $override,
      expectedVersion: $version }) {
    sharedTour { version drivers { name } } warnings { code } errors { code path } } }
"""
PROPOSED = """
query ($tour: ID!) { driversForSharedTour(sharedTourId: $tour) {
  driver { name } overridable reasons { code message } warnings { code } } }
"""
OWN = """
query ($driver: ID!) { sharedTours(filter: { driverId: $driver }) {
  edges { node { id tickets { number guests total { amountCents } } } } } }
"""


def of_role(brand: Brand, role: str) -> Principal:
    return a_principal(brand, role=role)


async def a_day(
    tx: Transaction, starts_at: datetime = STARTS, name: str = "Van 1"
) -> dict[str, UUID]:
    """Dan's tour of two parties, and another that nobody drives."""
    dan, van = await a_driver(tx, name="Dan"), await a_vehicle(tx, name=name)
    tour = await a_tour(tx, vehicle_id=van, starts_at=starts_at)
    await put_at_the_wheel(tx, tour, dan)
    common = {"shared_tour_id": tour, "created_at": NOW}
    ada = await a_customer(tx, name="Ada Guest")
    bob = await a_customer(tx, name="Bob Longer Name")
    lunch = {"with_lunch": True, "guests": 3, "status": "confirmed"}
    number = f"WWT-ST-2026-{starts_at.minute:04}"
    first = await a_paid_ticket(tx, customer_id=ada, number=f"{number}1", **common, **lunch)
    await a_ticket(tx, customer_id=bob, number=f"{number}2", **common)
    await a_ticket(tx, customer_id=bob, **common, hold_expires_at=NOW)
    await a_ticket(tx, customer_id=bob, **common, status="cancelled")
    other = await a_tour(tx, starts_at=starts_at + HOUR)
    return {"dan": dan, "tour": tour, "ticket": first, "other": other}


async def test_a_sheet_says_who_sits_in_a_shared_tour_and_who_of_them_is_here(
    database: Database, brand: Brand, ask: Ask
) -> None:
    day = await write(database, brand, a_day)
    ours = {
        "sharedTourId": encode("SharedTour", day["tour"]),
        "title": "Sunday",
        "status": "SCHEDULED",
        "startsAtLocal": "2026-06-08T11:00:00",
        "endsAtLocal": "2026-06-08T17:00:00",
        "guests": 5,
        "lunches": 3,
        "vehicle": {"name": "Van 1", "guests": 5},
        "parties": [
            {
                "ticketId": encode("Ticket", day["ticket"]),
                "firstName": "Ada",
                "guests": 3,
                "withLunch": True,
                "status": "CONFIRMED",
                "version": 1,
            },
        ],
    }
    for caller in (a_principal(brand, Kind.DRIVER, actor=day["dan"]), of_role(brand, "dispatcher")):
        result = await ask(SHEET, caller, date="2026-06-08")
        assert result.errors is None
        sheets: Any = result.data["manifest"]  # type: ignore[index]
        assert (sheets[0]["driverName"], sheets[0]["tours"]) == ("Dan", [])
        [told_of] = sheets[0]["sharedTours"]
        assert [each["firstName"] for each in told_of["parties"]] == ["Ada", "Bob"]
        assert told_of | {"parties": told_of["parties"][:1]} == ours
        free = [each["sharedTourId"] for sheet in sheets[1:] for each in sheet["sharedTours"]]
        is_driver = caller.kind is Kind.DRIVER
        assert free == ([] if is_driver else [encode("SharedTour", day["other"])])


@pytest.mark.parametrize("tours", [1, 4])
async def test_a_sheet_of_shared_tours_costs_seven_statements_however_many(
    database: Database, brand: Brand, ask: Ask, statements: list[str], tours: int
) -> None:
    for each in range(tours):
        at = STARTS + each * timedelta(minutes=1)
        await write(database, brand, lambda tx, at=at: a_day(tx, at, f"Van {at}"))
    statements.clear()
    result = await ask(SHEET, date="2026-06-08")
    found: Any = result.data["manifest"]  # type: ignore[index]
    assert (len(found), len(statements)) == (tours + 1, 7)


@pytest.mark.parametrize("who", ["driver", "dispatcher", "sales"])
async def test_guests_are_checked_in_by_driver_dispatcher_and_sales(
    database: Database, brand: Brand, ask: Ask, who: str
) -> None:
    day = await write(database, brand, a_day)
    driver = a_principal(brand, Kind.DRIVER, actor=day["dan"])
    caller = driver if who == "driver" else of_role(brand, who)
    result = await ask(CHECK_IN, caller, id=encode("Ticket", day["ticket"]), version=1)
    assert result.errors is None
    total = None if who == "driver" else {"amountCents": 20729}
    assert result.data == {
        "checkInTicket": {
            "ticket": {
                "status": "CHECKED_IN",
                "version": 2,
                "total": total,
                "sharedTour": {"title": "Sunday"},
            },
            "errors": [],
        }
    }


async def test_others_check_nobody_in(database: Database, brand: Brand, ask: Ask) -> None:
    day = await write(database, brand, a_day)
    given = {"id": encode("Ticket", day["ticket"]), "version": 1}
    stranger = await write(database, brand, a_driver)
    refused = await ask(CHECK_IN, a_principal(brand, Kind.DRIVER, actor=stranger), **given)
    assert refused.data == {
        "checkInTicket": {"ticket": None, "errors": [{"code": "NOT_FOUND", "path": "id"}]}
    }
    for caller in (of_role(brand, "finance"), of_role(brand, "viewer"), Kind.LINK, Kind.PARTNER):
        assert told(await ask(CHECK_IN, caller, **given)) == [("checkInTicket", "FORBIDDEN")]
    read = "query ($id: ID!) { ticket(id: $id) { status version } }"
    kept = await ask(read, id=given["id"])
    assert kept.data == {"ticket": {"status": "CONFIRMED", "version": 1}}


async def test_a_driver_is_found_assigned_and_sees_the_tour_as_their_own(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def crew(tx: Transaction) -> tuple[UUID, UUID]:
        tour = await a_tour(tx, vehicle_id=await a_sound_van(tx), starts_at=AHEAD)
        return tour, await a_sound_driver(tx, name="Dot")

    tour, dot = await write(database, brand, crew)
    dispatch, seen = of_role(brand, "dispatcher"), encode("SharedTour", tour)
    found = await ask(PROPOSED, dispatch, tour=seen)
    assert found.errors is None
    [proposal] = found.data["driversForSharedTour"]  # type: ignore[index]
    assert (proposal["driver"], proposal["warnings"]) == ({"name": "Dot"}, [])
    given = {"tour": seen, "driver": encode("Driver", dot), "version": 1}
    refused = await ask(ASSIGN, dispatch, **given)
    [error] = refused.data["assignSharedTourDriver"]["errors"]  # type: ignore[index]
    assert error == {"code": "NOT_COMPLIANT", "path": "driverId"}
    none = await ask(ASSIGN, dispatch, **given, override={"reason": "Mine."})
    assert told(none) == [("assignSharedTourDriver", "FORBIDDEN")]
    own = {"driver": encode("Driver", dot)}
    driver = a_principal(brand, Kind.DRIVER, actor=dot)
    empty = await ask(OWN, driver, **own)
    assert empty.data == {"sharedTours": {"edges": []}}
    await write(database, brand, lambda tx: put_at_the_wheel(tx, tour, dot))
    full = await ask(OWN, driver, **own)
    assert full.data == {"sharedTours": {"edges": [{"node": {"id": seen, "tickets": []}}]}}
    for kind in (Kind.SITE, Kind.CUSTOMER):
        document = "query ($driver: ID!) { sharedTours(filter: { driverId: $driver }) { edges { node { id } } } }"
        assert told(await ask(document, kind, **own)) == [("sharedTours", "FORBIDDEN")]
