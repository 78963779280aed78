"""Settings that a brand changes: in force from their local day on, and never before it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import brands
from db.database import Database, Transaction
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand
from domain.periods import DayInPast, NewTerms
from domain.quotes import Quote, Wish
from services.brand_settings import change_brand_settings
from services.quotes import quote
from tests.builders import TIERS, a_booking, a_brand, new_id, write
from tests.db.refusals import stored
from tests.services.test_price_lists import Ids, adding
from tests.services.trail import OneId, trail_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 1)
MAY = date(2026, 5, 1)
ROWS = (
    "select effective_from, version, tax_ppm, deposit_percent, cancellation_tiers"
    " from brand_settings order by effective_from"
)
Work = Callable[[Transaction], Awaitable[UUID]]


async def first(database: Database, brand: Brand) -> UUID:
    """The settings that the brand was made with."""
    rows = await write(database, brand, lambda tx: tx.rows("select id from brand_settings"))
    found: UUID = rows[0][0]
    return found


def changing(row: UUID, since: date, version: int = 1, now: datetime = NOW, **named: Any) -> Work:
    wish = NewTerms(row, version, since, named)
    return lambda tx: change_brand_settings(tx, wish, now=now, ids=Ids())


async def quoted(database: Database, brand: Brand, now: datetime) -> Quote:
    wish = Wish("wine_tour", datetime(2026, 12, 1, 18, 0, tzinfo=UTC), 2, 240)

    async def work(tx: Transaction) -> Quote:
        return await quote(tx, wish, now=now)

    found: Quote = await write(database, brand, work)
    return found


@pytest.mark.parametrize(
    ("zone", "currency", "day", "midnight"),
    [
        ("America/Los_Angeles", "USD", date(2026, 3, 8), "2026-03-08T08:00:00+00:00"),
        ("America/Los_Angeles", "USD", date(2026, 11, 1), "2026-11-01T07:00:00+00:00"),
        ("Pacific/Auckland", "NZD", date(2026, 4, 5), "2026-04-04T11:00:00+00:00"),
        ("Pacific/Auckland", "NZD", date(2026, 9, 27), "2026-09-26T12:00:00+00:00"),
    ],
)
async def test_a_sale_of_the_local_day_has_its_new_tax_deposit_and_policy(
    database: Database, settings: Settings, zone: str, currency: str, day: date, midnight: str
) -> None:
    brand = await a_brand(settings, time_zone=zone, currency=currency)
    await write(database, brand, adding("rate_cards", date(2026, 3, 2)))
    row = await first(database, brand)
    tiers = [{"days": 10, "percent": 100}, {"days": 0, "percent": 0}]
    new: dict[str, Any] = {"tax_ppm": 100_000, "deposit_percent": 25, "cancellation_tiers": tiers}
    await write(database, brand, changing(row, day, **new))
    since = datetime.fromisoformat(midnight)
    before = await quoted(database, brand, since - timedelta(seconds=1))
    after = await quoted(database, brand, since)
    sums = [(each.totals.tax_cents, each.totals.deposit_cents) for each in (before, after)]
    assert sums == [(3_640, 21_820), (4_000, 11_000)]
    assert (before.policy.version, after.policy.version) == (1, 2)
    assert [(tier.days, tier.percent) for tier in after.policy.tiers] == [(10, 100), (0, 0)]
    assert [(tier.days, tier.percent) for tier in before.policy.tiers] == [
        (45, 100), (21, 50), (0, 0),
    ]  # fmt: skip


async def test_new_settings_tell_all_that_they_say(
    database: Database, settings: Settings, brand: Brand
) -> None:
    row, made, event = await first(database, brand), new_id(), new_id()
    wish = NewTerms(row, 1, MAY, {"terms": "Be on time.", "opens_at": time(7, 30)})
    new = await write(
        database,
        brand,
        lambda tx: change_brand_settings(tx, wish, now=NOW, ids=OneId(made, event)),
    )
    assert new == made
    trail = await trail_of(settings, brand)
    (told,) = trail.events
    assert told[:5] == (event, "BrandSettingsAdded", "brand_settings", made, 2)
    assert told[8] == {
        "tax_ppm": [None, 91_000],
        "deposit_percent": [None, 50],
        "gratuity_hint_percent": [None, 15],
        "hold_minutes": [None, 15],
        "opens_at": [None, "07:30:00"],
        "closes_at": [None, "22:00:00"],
        "number_prefix": [None, "WWT"],
        "cancellation_tiers": [None, TIERS],
        "guest_pays_card_fee": [None, False],
        "card_fee_ppm": [None, 29_000],
        "card_fee_fixed_cents": [None, 30],
        "terms": [None, "Be on time."],
        "effective_from": [None, "2026-05-01"],
    }
    for day, opens in ((MAY - timedelta(days=1), time(8)), (MAY, time(7, 30))):
        hours = await write(database, brand, lambda tx, day=day: brands.operating_hours(tx, day))
        assert hours == (opens, time(22), 30)


async def test_settings_to_come_are_corrected_and_their_policy_has_a_version_of_its_own(
    database: Database, settings: Settings, brand: Brand
) -> None:
    row = await first(database, brand)
    may = await write(database, brand, changing(row, MAY, tax_ppm=92_000))
    july = await write(database, brand, changing(may, date(2026, 7, 1), 2, tax_ppm=93_000))
    assert await write(database, brand, changing(may, MAY, 2, tax_ppm=95_000)) == may
    assert july != may
    assert await write(database, brand, lambda tx: tx.rows(ROWS)) == [
        (date(2020, 1, 1), 1, 91_000, 50, TIERS),
        (MAY, 4, 95_000, 50, TIERS),
        (date(2026, 7, 1), 3, 93_000, 50, TIERS),
    ]
    trail = await trail_of(settings, brand)
    assert [(each[1], each[4]) for each in trail.events] == [
        ("BrandSettingsAdded", 2),
        ("BrandSettingsAdded", 3),
        ("BrandSettingsChanged", 4),
    ]
    assert trail.events[2][8] == {"tax_ppm": [92_000, 95_000]}


async def test_a_booking_that_was_sold_keeps_its_policy(database: Database, brand: Brand) -> None:
    await write(database, brand, a_booking)
    row = await first(database, brand)
    none = [{"days": 0, "percent": 0}]
    tomorrow = TODAY + timedelta(days=1)
    await write(database, brand, changing(row, tomorrow, cancellation_tiers=none, tax_ppm=0))
    kept = "select policy, tax_cents, total_cents, deposit_cents from bookings"
    assert await write(database, brand, lambda tx: tx.rows(kept)) == [
        ({"version": 1, "tiers": TIERS}, 5_187, 62_187, 31_094)
    ]


async def test_settings_that_change_nothing_store_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    row = await first(database, brand)
    assert await write(database, brand, changing(row, MAY, tax_ppm=91_000)) == row
    assert len(await write(database, brand, lambda tx: tx.rows(ROWS))) == 1
    assert (await trail_of(settings, brand)).events == []


@pytest.mark.parametrize(
    ("wish", "by", "path"),
    [
        ({"since": TODAY - timedelta(days=1)}, DayInPast, "effectiveFrom"),
        ({"since": date(2026, 7, 1)}, InvalidInput, "effectiveFrom"),
        ({"version": 2}, StaleVersion, "expectedVersion"),
        ({"row": UUID(int=7)}, NotFound, "id"),
        ({"tax_ppm": 500_001}, InvalidInput, "taxPpm"),
        ({"tax_ppm": None}, InvalidInput, "taxPpm"),
        ({"deposit_percent": 101}, InvalidInput, "depositPercent"),
        ({"gratuity_hint_percent": -1}, InvalidInput, "gratuityHintPercent"),
        ({"hold_minutes": 0}, InvalidInput, "holdMinutes"),
        ({"card_fee_ppm": -1}, InvalidInput, "cardFeePpm"),
        ({"card_fee_fixed_cents": 10_001}, InvalidInput, "cardFeeFixedCents"),
        ({"opens_at": time(22)}, InvalidInput, "closesAt"),
        ({"closes_at": time(23, tzinfo=UTC)}, InvalidInput, "closesAt"),
        ({"number_prefix": "wwt"}, InvalidInput, "numberPrefix"),
        ({"cancellation_tiers": []}, InvalidInput, "cancellationTiers"),
        ({"cancellation_tiers": [{"days": 3, "percent": 1}]}, InvalidInput, "cancellationTiers"),
        ({"cancellation_tiers": [{"days": 0, "percent": 101}]}, InvalidInput, "cancellationTiers"),
        ({"terms": "x" * 50_001}, InvalidInput, "terms"),
    ],
)
async def test_settings_against_the_rules_are_refused_and_nothing_changes(
    database: Database, brand: Brand, wish: dict[str, Any], by: type[DomainError], path: str
) -> None:
    row = await first(database, brand)
    await write(database, brand, changing(row, date(2026, 7, 1), tax_ppm=1))
    before = await stored(database, brand), await write(database, brand, lambda tx: tx.rows(ROWS))
    with pytest.raises(by) as refused:
        await write(database, brand, changing(**{"row": row, "since": MAY, "terms": "T", **wish}))
    assert refused.value.path == path
    after = await stored(database, brand), await write(database, brand, lambda tx: tx.rows(ROWS))
    assert after == before


async def test_settings_that_others_have_followed_are_history(
    database: Database, brand: Brand
) -> None:
    row = await first(database, brand)
    await write(database, brand, changing(row, TODAY, tax_ppm=1))
    with pytest.raises(WrongState):
        await write(database, brand, changing(row, MAY, tax_ppm=2))
    assert len(await write(database, brand, lambda tx: tx.rows(ROWS))) == 2


async def test_a_sisters_and_a_strangers_settings_are_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    for other in (await a_brand(settings, tenant=brand, code="nwtc"), await a_brand(settings)):
        row = await first(database, other)
        with pytest.raises(NotFound):
            await write(database, brand, changing(row, MAY, tax_ppm=0))
        rows = await write(database, other, lambda tx: tx.rows(ROWS))
        assert [each[1:3] for each in rows] == [(1, 91_000)]
