"""Handing out what is known of a customer: all of it, once, for a week, and each fetch is told."""

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from bootstrap.settings import Settings
from db import privacy
from db.database import Database
from db.exports import TABLES
from domain.errors import NotFound, WrongState
from domain.identity import Brand, Kind
from domain.privacy import KEPT, Erasure
from services.customer_exports import export_customer, take_export, write_export
from services.erasures import carry_out_erasure, erase_customer
from tests.builders import a_brand, a_customer, write
from tests.services.persons import MARK, a_person, mark_every_word
from tests.services.trail import NOTHING, FreshIds, trail_of

NOW = datetime(2027, 1, 5, 12, 0, tzinfo=UTC)
IDS = FreshIds()
# What a person has nothing of here: an offer of a partner, a bill, a promotion, other tables.
EMPTY = {
    *("app_grants", "invoices", "promo_redemptions", "booking_price_lines", "booking_drivers"),
    *("proposal_inclusions", "customer_codes"),
}


async def _ask(database: Database, brand: Brand, customer: UUID) -> UUID:
    made: UUID = await write(
        database, brand, lambda tx: export_customer(tx, customer, now=NOW, ids=IDS)
    )
    return made


async def _do(database: Database, brand: Brand, request: UUID) -> None:
    await write(
        database,
        brand,
        lambda tx: write_export(tx, request, now=NOW, ids=IDS),
        kind=Kind.WORKER,
    )


async def _take(database: Database, brand: Brand, request: UUID, *, now: datetime = NOW) -> Any:
    body = await write(database, brand, lambda tx: take_export(tx, request, now=now, ids=IDS))
    assert isinstance(body, bytes)
    return body


async def test_an_export_has_every_row_about_the_person_and_its_receipt_counts_them(
    database: Database, settings: Settings, brand: Brand
) -> None:
    ada = await write(database, brand, a_person)
    stranger = await write(database, brand, lambda tx: a_customer(tx, name="Bob"))
    await mark_every_word(settings, brand)
    request = await _ask(database, brand, ada)
    await _do(database, brand, request)
    body = await _take(database, brand, request)
    told = orjson.loads(body)["tables"]
    assert {table for table in TABLES if not told[table]} == EMPTY
    assert len(told["customers"]) == len(told["bookings"]) == 2
    assert str(stranger).encode() not in body
    assert b"tenant_id" not in body
    assert told["inquiries"][0]["message"] == MARK
    marked = [event for event in told["events"] if event["kind"] == "Told"]
    assert [event["personal"] for event in marked] == [{"name": [None, MARK]}] * 8
    receipt = await write(
        database,
        brand,
        lambda tx: tx.row("select status, counts, sha256, size_bytes from privacy_requests"),
    )
    counts = {table: len(rows) for table, rows in told.items() if rows}
    assert receipt == ("done", counts, hashlib.sha256(body).hexdigest(), len(body))


async def test_an_export_is_asked_for_once_written_once_and_each_fetch_is_told(
    database: Database, settings: Settings, brand: Brand
) -> None:
    ada = await write(database, brand, a_customer)
    asked = await asyncio.gather(*(_ask(database, brand, ada) for _ in range(3)))
    assert len(set(asked)) == 1
    await asyncio.gather(*(_do(database, brand, asked[0]) for _ in range(2)))
    assert await _take(database, brand, asked[0]) == await _take(database, brand, asked[0])
    trail = await trail_of(settings, brand)
    assert [row[1] for row in trail.events] == [
        "CustomerExportRequested",
        "CustomerExported",
        "CustomerExportTaken",
        "CustomerExportTaken",
    ]
    assert [job[0] for job in trail.jobs] == ["export_customer"]


async def test_an_export_is_gone_after_a_week(database: Database, brand: Brand) -> None:
    ada = await write(database, brand, a_customer)
    request = await _ask(database, brand, ada)
    await _do(database, brand, request)
    over = NOW + KEPT
    with pytest.raises(NotFound):
        await _take(database, brand, request, now=over)
    gone = await write(
        database, brand, lambda tx: privacy.purge_exports(tx, now=over), kind=Kind.WORKER
    )
    assert gone == 1


async def test_who_is_erased_is_not_handed_out_any_more_and_what_was_handed_out_goes(
    database: Database, brand: Brand
) -> None:
    ada = await write(database, brand, a_customer)
    written = await _ask(database, brand, ada)
    await _do(database, brand, written)
    late = await _ask(database, brand, ada)
    wish = Erasure(ada, 1, "asked", "Ada Guest")
    erasure = await write(database, brand, lambda tx: erase_customer(tx, wish, now=NOW, ids=IDS))
    await write(
        database,
        brand,
        lambda tx: carry_out_erasure(tx, erasure, now=NOW, ids=IDS),
        kind=Kind.WORKER,
    )
    await _do(database, brand, late)
    for request in (written, late):
        with pytest.raises(NotFound):
            await _take(database, brand, request)
    with pytest.raises(WrongState):
        await _ask(database, brand, ada)
    rows = await write(
        database,
        brand,
        lambda tx: tx.rows("select status, refusal from privacy_requests order by id"),
    )
    assert rows == [
        ("done", None),
        ("refused", "The customer was erased meanwhile."),
        ("done", None),
    ]


async def test_another_brands_customer_and_export_are_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    other = await a_brand(settings, tenant=brand, code="nwtc")
    ada = await write(database, other, a_customer)
    request = await _ask(database, other, ada)
    await _do(database, other, request)
    with pytest.raises(NotFound):
        await _ask(database, brand, ada)
    with pytest.raises(NotFound):
        await _take(database, brand, request)
    assert await trail_of(settings, brand) == NOTHING
