"""Changing what is written on a booking: the row, its version and one event; or nothing at all."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.booking_details import DetailsChange
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand
from services.booking_details import update_booking
from tests.builders import a_booking, a_brand, new_id, write
from tests.db.refusals import stored
from tests.services.trail import NOTHING, OneId, trail_of

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
ROW = (
    "select pickup, dropoff, special_requests, internal_notes, driver_notes, customer_name,"
    " customer_email, customer_phone, version, updated_at from bookings where id = %(id)s"
)
CUSTOMER = (
    "select c.name, c.phone, c.version from customers c join bookings b on b.customer_id = c.id"
    " where b.id = %(id)s"
)


def changing(
    booking: UUID,
    wanted: dict[str, str | None],
    *,
    version: int = 1,
    event: UUID | None = None,
) -> Callable[[Transaction], Awaitable[UUID]]:
    wish, ids = DetailsChange(booking, version, wanted), OneId(event or new_id())
    return lambda tx: update_booking(tx, wish, now=NOW, ids=ids)


async def rows(database: Database, brand: Brand, statement: str, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, {"id": id}))


async def test_only_what_is_named_is_changed_and_one_event_tells_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking = await write(
        database, brand, lambda tx: a_booking(tx, pickup="Hotel", internal_notes="Careful")
    )
    event = new_id()
    work = changing(
        booking,
        {"pickup": None, "dropoff": " Airport ", "customer_phone": "+1 509 555 0199"},
        event=event,
    )
    await write(database, brand, work)

    assert await rows(database, brand, ROW, booking) == [
        (
            None,
            "Airport",
            None,
            "Careful",
            None,
            "Ada Guest",
            "ada@example.com",
            "+15095550199",
            2,
            NOW,
        )
    ]
    trail = await trail_of(settings, brand)
    assert [(each[:5], each[8]) for each in trail.events] == [
        ((event, "BookingUpdated", "booking", booking, 2), {})
    ]
    assert trail.personal == [
        (event, "customer_phone", "+15095550142", "+15095550199"),
        (event, "dropoff", None, "Airport"),
        (event, "pickup", "Hotel", None),
    ]


async def test_the_contact_of_a_booking_leaves_the_customers_record_as_it_is(
    database: Database, brand: Brand
) -> None:
    booking = await write(database, brand, a_booking)
    await write(
        database,
        brand,
        changing(booking, {"customer_name": "Grace Hopper", "customer_phone": None}),
    )

    assert await rows(database, brand, CUSTOMER, booking) == [("Ada Guest", "+15095550142", 1)]
    row = (await rows(database, brand, ROW, booking))[0]
    assert row[5:8] == ("Grace Hopper", "ada@example.com", None)


@pytest.mark.parametrize(
    ("values", "version", "wanted", "by"),
    [
        ({}, 2, {"pickup": "A"}, StaleVersion),
        ({"status": "cancelled"}, 1, {"pickup": "A"}, WrongState),
        ({"status": "expired"}, 1, {"pickup": "A"}, WrongState),
        ({}, 1, {"customer_name": None}, InvalidInput),
    ],
)
async def test_a_change_against_the_rules_stores_nothing(
    database: Database,
    settings: Settings,
    brand: Brand,
    values: dict[str, Any],
    version: int,
    wanted: dict[str, str | None],
    by: type[DomainError],
) -> None:
    booking = await write(database, brand, lambda tx: a_booking(tx, **values))
    before = await stored(database, brand)
    with pytest.raises(by):
        await write(database, brand, changing(booking, wanted, version=version))

    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING


async def test_what_is_there_already_stores_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking = await write(database, brand, a_booking)
    before = await stored(database, brand)
    await write(
        database, brand, changing(booking, {"customer_email": "ADA@example.com", "pickup": " "})
    )

    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING


async def test_a_sisters_booking_is_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    booking = await write(database, sister, a_booking)
    with pytest.raises(NotFound):
        await write(database, brand, changing(booking, {"pickup": "Elsewhere"}))

    assert (await rows(database, sister, ROW, booking))[0][0] is None
