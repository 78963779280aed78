"""Tickets that nobody paid in their time: swept for the brand that the job is for, and no other."""

from datetime import timedelta
from typing import Any

from db.database import Transaction
from domain.identity import Brand
from tests.builders import a_brand, write
from tests.db.rows import a_shared_tour, a_ticket
from tests.jobs.conftest import NOW, Stand, enqueued

STATES = "select status from tickets order by created_at"


async def _tickets(stand: Stand, brand: Brand) -> None:
    """One whose time has run out, one whose time has not, and one that staff keeps."""

    async def work(tx: Transaction) -> None:
        starts_at = NOW + timedelta(days=9)
        given: dict[str, Any] = {
            "ends_at": starts_at + timedelta(hours=6),
            "sales_close_at": NOW + timedelta(days=7),
            "cancel_until": NOW + timedelta(days=8),
        }
        tour = await a_shared_tour(tx, starts_at=starts_at, **given)
        for age, until in ((3, NOW), (2, NOW + timedelta(minutes=1)), (1, None)):
            made = NOW - timedelta(minutes=age)
            await a_ticket(tx, shared_tour_id=tour, created_at=made, hold_expires_at=until)

    await write(stand.database, brand, work)


async def test_what_was_not_paid_in_time_is_swept_for_its_brand(stand: Stand) -> None:
    mine = await a_brand(stand.settings)
    sister = await a_brand(stand.settings, tenant=mine, code="nwtc")
    for brand in (mine, sister):
        await _tickets(stand, brand)

    await enqueued(stand.database, mine, "expire_tickets")
    await stand.drain()

    states = {
        brand.code: await write(stand.database, brand, lambda tx: tx.rows(STATES))
        for brand in (mine, sister)
    }
    assert states == {
        mine.code: [("cancelled",), ("pending",), ("pending",)],
        sister.code: [("pending",)] * 3,
    }
