"""Drivers and vans whose papers are in order, and confirmed tours that want them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from db.database import Transaction
from tests.builders import START, a_booking, a_driver, a_vehicle, insert

GOOD_UNTIL = date(2027, 6, 1)
OF_A_DRIVER = ("licence", "medical_certificate", "road_test", "mvr", "annual_review")
OF_A_VEHICLE = ("insurance", "registration", "inspection")
HOUR = timedelta(hours=1)
Papers = Mapping[str, date | None]


async def a_sound_driver(tx: Transaction, papers: Papers | None = None, **values: Any) -> UUID:
    """A driver whose papers are good, but for those named."""
    driver = await a_driver(tx, **values)
    for kind, until in {**dict.fromkeys(OF_A_DRIVER, GOOD_UNTIL), **(papers or {})}.items():
        await insert(tx, "documents", driver_id=driver, kind=kind, expires_on=until)
    return driver


async def a_sound_van(tx: Transaction, papers: Papers | None = None, **values: Any) -> UUID:
    van = await a_vehicle(tx, **values)
    await papers_for(tx, van, papers)
    return van


async def papers_for(tx: Transaction, van: UUID, papers: Papers | None = None) -> None:
    for kind, until in {**dict.fromkeys(OF_A_VEHICLE, GOOD_UNTIL), **(papers or {})}.items():
        await insert(tx, "documents", vehicle_id=van, kind=kind, expires_on=until)


async def a_confirmed_tour(tx: Transaction, **values: Any) -> UUID:
    given = {"status": "confirmed", "deposit_received_at": START - timedelta(days=20)}
    return await a_booking(tx, **{**given, **values})


async def an_offer(tx: Transaction, booking: UUID, driver: UUID, **values: Any) -> UUID:
    starts_at = values.get("starts_at", START)
    given = {
        "booking_id": booking,
        "driver_id": driver,
        "starts_at": starts_at,
        "ends_at": starts_at + 6 * HOUR,
        "party_size": 4,
        "expires_at": starts_at,
        "created_at": starts_at - 24 * HOUR,
    }
    return await insert(tx, "tour_offers", **{**given, **values})


async def on_duty(
    tx: Transaction, driver: UUID, starts_at: datetime, ends_at: datetime | None, **values: Any
) -> None:
    entry = {"driver_id": driver, "starts_at": starts_at, "ends_at": ends_at}
    await insert(tx, "duty_entries", **{"kind": "on_duty", **entry, **values})


async def inspected(
    tx: Transaction, van: UUID, driver: UUID, at: datetime, kind: str = "pre_trip", **values: Any
) -> None:
    inspection = {"vehicle_id": van, "driver_id": driver, "inspected_at": at, "kind": kind}
    await insert(tx, "inspections", **{**inspection, **values})
