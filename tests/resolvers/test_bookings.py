"""Bookings over GraphQL: the fixed shape, its exact statements, and the move."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import now
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import (
    START,
    a_booking,
    a_customer,
    a_driver,
    a_payment,
    a_principal,
    a_stop,
    a_vehicle,
    a_winery,
    an_app,
    assign_driver,
    assign_vehicle,
    new_id,
    write,
)
from tests.conftest import Snapshot
from tests.resolvers.conftest import Ask, told

DOCUMENTS = Path(__file__).parent / "documents"
FIXED_QUERY = (DOCUMENTS / "bookings.graphql").read_text()
RESCHEDULE = """
mutation ($id: ID!, $startsAt: DateTime!, $endsAt: DateTime, $version: Int!) {
  rescheduleBooking(
    input: { id: $id, startsAt: $startsAt, endsAt: $endsAt, expectedVersion: $version }
  ) {
    booking { id startsAt startsAtLocal endsAtLocal version stops { plannedArrivalAt } }
    errors { code message path retryable }
  }
}
"""


def fixed(number: int) -> UUID:
    """An id that is the same in every run, so that an answer can be compared to the letter."""
    return UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + number)


async def days_of_tours(tx: Transaction, winery: UUID, count: int, *, first: int = 0) -> None:
    """Bookings on consecutive days, each with everything that the fixed query asks for."""
    vehicle = await a_vehicle(tx, id=fixed(first + 1), name="Tour WW", seats=14)
    driver = await a_driver(tx, id=fixed(first + 2), name="Dan Driver")
    for each in range(count):
        starts_at = START + timedelta(days=each)
        customer = await a_customer(
            tx, id=fixed(first + 100 + each), name=f"Guest {each}", email=f"guest{each}@example.com"
        )
        booking = await a_booking(
            tx,
            id=fixed(first + 200 + each),
            number=f"WWT-2026-{each + 1:05}",
            customer_id=customer,
            starts_at=starts_at,
        )
        await assign_vehicle(tx, booking, vehicle, starts_at=starts_at)
        await assign_driver(tx, booking, driver, starts_at=starts_at)
        await a_stop(tx, booking, 1, kind="winery", winery_id=winery, name=None)
        await a_stop(tx, booking, 2)
        await a_payment(tx, id=fixed(first + 300 + each), booking_id=booking, customer_id=customer)


async def test_the_fixed_query_gives_the_documented_answer_in_seven_statements(
    settings: Settings,
    database: Database,
    brand: Brand,
    ask: Ask,
    statements: list[str],
    snapshot: Snapshot,
) -> None:
    winery = await a_winery(settings, slug=f"winery-{new_id().hex}", name="L'Ecole No. 41")
    await write(database, brand, lambda tx: days_of_tours(tx, winery, 2))
    statements.clear()

    result = await ask(FIXED_QUERY)

    assert result.errors is None
    answer = orjson.dumps(result.data, option=orjson.OPT_INDENT_2).decode()
    slug = result.data["bookings"]["edges"][0]["node"]["stops"][0]["winery"]["slug"]  # type: ignore[index]
    snapshot.check(DOCUMENTS / "bookings.json", answer.replace(slug, "a-winery") + "\n")
    snapshot.check(DOCUMENTS / "bookings.sql", ";\n\n".join(statements) + ";\n")
    assert len(statements) == 7


async def test_bookings_with_customer_and_payments_take_three_statements_for_any_number_of_rows(
    settings: Settings, database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    winery = await a_winery(settings)
    await write(database, brand, lambda tx: days_of_tours(tx, winery, 5, first=1000))
    document = "{ bookings(first: %d) { edges { node { id customer { id } payments { id } } } } }"
    counts = []
    for size in (1, 5):
        statements.clear()
        assert (await ask(document % size)).errors is None
        counts.append(len(statements))

    assert counts == [3, 3]


async def test_rescheduling_moves_the_tour_with_its_stops_and_the_payload_shows_the_new_state(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def setup(tx: Transaction) -> UUID:
        booking = await a_booking(tx)
        await a_stop(tx, booking, 1)
        return booking

    booking = await write(database, brand, setup)
    starts_at = (datetime.now(UTC) + timedelta(days=400)).replace(hour=18, minute=0, second=0)

    result = await ask(
        RESCHEDULE, id=encode("Booking", booking), startsAt=starts_at.isoformat(), version=1
    )

    assert result.errors is None
    payload: dict[str, Any] = result.data["rescheduleBooking"]  # type: ignore[index]
    assert payload["errors"] == []
    assert payload["booking"]["version"] == 2
    assert datetime.fromisoformat(payload["booking"]["startsAt"]) == starts_at
    arrival = payload["booking"]["stops"][0]["plannedArrivalAt"]
    assert datetime.fromisoformat(arrival) == starts_at + timedelta(hours=1)


async def test_a_stale_version_is_refused_as_data_and_nothing_changes(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking = await write(database, brand, lambda tx: a_booking(tx, version=8))

    result = await ask(
        RESCHEDULE, id=encode("Booking", booking), startsAt="2030-06-10T10:00:00-07:00", version=7
    )

    assert result.errors is None
    assert result.data == {
        "rescheduleBooking": {
            "booking": {
                "id": encode("Booking", booking),
                "startsAt": "2026-06-08T10:00:00-07:00",
                "startsAtLocal": "2026-06-08T10:00:00",
                "endsAtLocal": "2026-06-08T16:00:00",
                "version": 8,
                "stops": [],
            },
            "errors": [
                {
                    "code": "STALE_VERSION",
                    "message": "You changed version 7; the current version is 8. "
                    "Read the object again and repeat the change.",
                    "path": "expectedVersion",
                    "retryable": False,
                }
            ],
        }
    }
    rows = await write(
        database, brand, lambda tx: tx.rows("select starts_at, version from bookings")
    )
    assert rows == [(START, 8)]


async def test_a_time_without_an_offset_is_refused(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking = await write(database, brand, a_booking)

    result = await ask(
        RESCHEDULE, id=encode("Booking", booking), startsAt="2030-06-10T10:00:00", version=1
    )

    payload = result.data["rescheduleBooking"]  # type: ignore[index]
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("BAD_USER_INPUT", "startsAt")
    ]


async def test_a_partner_sees_exactly_what_it_sold_or_was_granted(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def setup(tx: Transaction) -> UUID:
        app = await an_app(tx)
        await a_booking(tx, number="WWT-2026-00001", sold_by_app_id=app)
        granted = await a_booking(tx, number="WWT-2026-00002")
        await a_booking(tx, number="WWT-2026-00003")
        await a_booking(tx, number="WWT-2026-00004", sold_by_app_id=await an_app(tx))
        await tx.run(
            "insert into app_grants (app_id, booking_id, granted_at) values (%(a)s, %(b)s, now())",
            {"a": app, "b": granted},
        )
        return app

    app = await write(database, brand, setup)
    result = await ask(
        "{ bookings { edges { node { number customerName customer { name } internalNotes } } } }",
        a_principal(brand, Kind.PARTNER, actor=app),
    )

    nodes = [edge["node"] for edge in result.data["bookings"]["edges"]]  # type: ignore[index]
    assert sorted(node["number"] for node in nodes) == ["WWT-2026-00001", "WWT-2026-00002"]
    assert {node["customerName"] for node in nodes} == {"Ada Guest"}
    assert {node["customer"] for node in nodes} == {None}
    assert sorted(told(result)) == [
        (f"bookings.edges.{place}.node.{name}", "FORBIDDEN")
        for place in (0, 1)
        for name in ("customer", "internalNotes")
    ]


async def test_a_driver_sees_assigned_tours_with_a_first_name_and_neither_prices_nor_customer(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def setup(tx: Transaction) -> UUID:
        driver = await a_driver(tx)
        mine = await a_booking(tx, number="WWT-2026-00001")
        await a_booking(tx, number="WWT-2026-00002")
        await assign_driver(tx, mine, driver)
        return driver

    driver = await write(database, brand, setup)
    result = await ask(
        "{ bookings { edges { node {"
        " number guestFirstName startsAtLocal total { formatted } customer { name } } } } }",
        a_principal(brand, Kind.DRIVER, actor=driver),
    )

    assert result.data == {
        "bookings": {
            "edges": [
                {
                    "node": {
                        "number": "WWT-2026-00001",
                        "guestFirstName": "Ada",
                        "startsAtLocal": "2026-06-08T10:00:00",
                        "total": None,
                        "customer": None,
                    }
                }
            ]
        }
    }
    assert [code for _, code in told(result)] == ["FORBIDDEN", "FORBIDDEN"]


@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.DRIVER])
async def test_a_hold_whose_time_is_over_is_shown_and_found_as_expired(
    database: Database, brand: Brand, ask: Ask, kind: Kind
) -> None:
    times = (now() - timedelta(seconds=1), now() + timedelta(minutes=9))
    driver = await write(database, brand, a_driver)

    async def setup(tx: Transaction) -> list[UUID]:
        held = []
        for day, ends_at in enumerate(times):
            when = {"starts_at": START + timedelta(days=day)}
            booking = await a_booking(tx, status="held", hold_expires_at=ends_at, **when)
            await assign_driver(tx, booking, driver, **when)
            held.append(booking)
        return held

    held = await write(database, brand, setup)
    who = a_principal(brand, kind, actor=driver)
    document = "{{ bookings(filter: {{ status: [{}] }}) {{ edges {{ node {{ id status }} }} }} }}"
    for booking, status in zip(held, ("EXPIRED", "HELD"), strict=True):
        result = await ask(document.format(status), who)
        assert [edge["node"] for edge in result.data["bookings"]["edges"]] == [  # type: ignore[index]
            {"id": encode("Booking", booking), "status": status}
        ]


async def test_a_customer_sees_their_own_bookings_alone(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def setup(tx: Transaction) -> UUID:
        customer = await a_customer(tx)
        await a_booking(tx, number="WWT-2026-00001", customer_id=customer)
        await a_booking(tx, number="WWT-2026-00002")
        return customer

    customer = await write(database, brand, setup)
    result = await ask(
        "{ bookings { totalCount edges { node { number customer { email } } } } customers { totalCount } }",
        a_principal(brand, Kind.CUSTOMER, actor=customer),
    )

    assert result.errors is None
    data: dict[str, Any] = result.data  # type: ignore[assignment]
    assert data["bookings"]["totalCount"] == 1
    assert data["bookings"]["edges"][0]["node"]["number"] == "WWT-2026-00001"
    assert data["customers"]["totalCount"] == 1
