"""Offers that nobody has answered in time are ended in the background, the brand's own alone."""

from datetime import timedelta

from db.database import Transaction
from tests.builders import a_brand, a_driver, write
from tests.jobs.conftest import NOW, Stand, enqueued
from tests.services.crews import HOUR, a_confirmed_tour, an_offer

STANDING = (
    "select brand_id, expires_at <= %s, status, version from tour_offers order by 1, expires_at"
)


async def _offers(tx: Transaction) -> None:
    booking = await a_confirmed_tour(tx)
    for expires_at in (NOW, NOW + timedelta(seconds=1)):
        driver = await a_driver(tx)
        await an_offer(tx, booking, driver, expires_at=expires_at, created_at=NOW - HOUR)


async def test_the_sweep_ends_the_brands_offers_that_have_run_out_and_no_others(
    stand: Stand,
) -> None:
    mine = await a_brand(stand.settings)
    other = await a_brand(stand.settings)
    for brand in (mine, other):
        await write(stand.database, brand, _offers)
    await enqueued(stand.database, mine, "expire_tour_offers")
    await stand.drain()

    swept = sorted([(mine.id, True, "expired", 2), (mine.id, False, "offered", 1)])
    left = sorted([(other.id, True, "offered", 1), (other.id, False, "offered", 1)])
    assert sorted(await stand.rows(STANDING, NOW)) == sorted(swept + left)
    told = await stand.rows("select brand_id, kind, actor_kind from events")
    assert told == [(mine.id, "TourOfferExpired", "worker")]
