"""A promo code is counted with the sale that uses it, and counts no more when that is off."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from bootstrap.settings import Settings
from db import prices
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from domain.quotes import PromoCodeRefused
from tests.builders import START, a_booking, a_brand, a_principal, insert, write
from tests.db.refusals import stored

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = date(2026, 6, 8)
SETTLED: dict[str, Any] = {"deposit_received_at": NOW}


async def a_promo(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {
        "kind": "promo_code",
        "name": "Spring",
        "promo_code": "SPRING",
        "percent_ppm": -100_000,
        "redemptions_max": 1,
        "effective_from": date(2020, 1, 1),
    }
    return await insert(tx, "price_rules", **{**given, **values})


def _redeeming(
    booking: UUID, code: str | None = "SPRING", day: date = DAY
) -> Callable[[Transaction], Awaitable[None]]:
    return lambda tx: prices.redeem(tx, booking, code, day=day, now=NOW)


async def _count(database: Database, brand: Brand, promo: UUID) -> tuple[int, int]:
    """What the rule says, and how many bookings hold a redemption of it."""

    async def look(tx: Transaction) -> Any:
        return await tx.row(
            "select redemptions, (select count(*) from promo_redemptions as u"
            " where u.price_rule_id = r.id and u.returned_at is null)"
            " from price_rules as r where r.id = %(id)s",
            {"id": promo},
        )

    row: tuple[int, int] = await write(database, brand, look)
    return row


async def _become(database: Database, brand: Brand, booking: UUID, status: str) -> None:
    statement = (
        "update bookings set status = %(status)s, updated_at = %(now)s where id = %(booking)s"
    )
    given = {"status": status, "booking": booking, "now": NOW}
    await write(database, brand, lambda tx: tx.run(statement, given))


async def test_the_last_redemption_that_twenty_sales_want_goes_to_one(
    database: Database, brand: Brand
) -> None:
    promo = await write(database, brand, lambda tx: a_promo(tx, redemptions_max=3, redemptions=2))

    async def sell(tx: Transaction) -> UUID:
        booking = await a_booking(tx)
        await prices.redeem(tx, booking, "SPRING", day=DAY, now=NOW)
        return booking

    outcomes = await asyncio.gather(
        *(write(database, brand, sell) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(outcome, UUID) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, PromoCodeRefused) for outcome in outcomes) == 19
    assert await _count(database, brand, promo) == (3, 1)
    rows = await write(database, brand, lambda tx: tx.rows("select id from bookings"))
    assert [row[0] for row in rows] == [each for each in outcomes if isinstance(each, UUID)]


async def test_a_code_without_a_limit_is_counted_for_every_sale(
    database: Database, brand: Brand
) -> None:
    promo = await write(database, brand, lambda tx: a_promo(tx, redemptions_max=None))
    for _ in range(3):
        booking = await write(database, brand, a_booking)
        await write(database, brand, _redeeming(booking))
    assert await _count(database, brand, promo) == (3, 3)


async def test_a_sale_that_asks_twice_is_counted_once(database: Database, brand: Brand) -> None:
    promo = await write(database, brand, a_promo)
    booking = await write(database, brand, a_booking)
    await write(database, brand, _redeeming(booking))
    await write(database, brand, _redeeming(booking))
    assert await _count(database, brand, promo) == (1, 1)


@pytest.mark.parametrize(
    ("code", "day"),
    [("AUTUMN", DAY), ("spring", DAY), ("SPRING", date(2026, 5, 31)), ("SPRING", date(2026, 7, 1))],
)
async def test_a_code_that_does_not_hold_on_the_day_of_the_tour_counts_nothing(
    database: Database, brand: Brand, code: str, day: date
) -> None:
    month = {"effective_from": date(2026, 6, 1), "effective_to": date(2026, 7, 1)}
    await write(database, brand, lambda tx: a_promo(tx, **month))
    booking = await write(database, brand, a_booking)
    before = await stored(database, brand)
    with pytest.raises(PromoCodeRefused) as refused:
        await write(database, brand, _redeeming(booking, code, day))
    assert refused.value.path == "promoCode"
    assert await stored(database, brand) == before


async def test_the_code_of_a_sister_or_of_a_stranger_is_none(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    stranger = await a_brand(settings)
    promos = {each.id: await write(database, each, a_promo) for each in (sister, stranger)}
    booking = await write(database, brand, a_booking)
    with pytest.raises(PromoCodeRefused):
        await write(database, brand, _redeeming(booking))
    for each in (sister, stranger):
        assert await _count(database, each, promos[each.id]) == (0, 0)


@pytest.mark.parametrize("kind", [Kind.LINK, Kind.CUSTOMER, Kind.PARTNER, Kind.WORKER])
async def test_whoever_sells_redeems_though_they_may_not_touch_the_rule(
    database: Database, brand: Brand, kind: Kind
) -> None:
    promo = await write(database, brand, a_promo)
    booking = await write(database, brand, a_booking)
    seller = a_principal(brand, kind, object_id=booking)
    await database.session(seller).write(_redeeming(booking))
    assert await _count(database, brand, promo) == (1, 1)


@pytest.mark.parametrize(
    ("status", "over", "values"),
    [
        ("pending", "cancelled", {}),
        ("confirmed", "cancelled", SETTLED),
        ("held", "expired", {"hold_expires_at": NOW}),
        ("held", "cancelled", {"hold_expires_at": NOW}),
    ],
)
async def test_a_sale_that_is_off_gives_its_redemption_back_for_another(
    database: Database, brand: Brand, status: str, over: str, values: dict[str, Any]
) -> None:
    promo = await write(database, brand, a_promo)
    first = await write(database, brand, lambda tx: a_booking(tx, status=status, **values))
    second = await write(database, brand, a_booking)
    await write(database, brand, _redeeming(first))
    with pytest.raises(PromoCodeRefused):
        await write(database, brand, _redeeming(second))
    await _become(database, brand, first, over)
    assert await _count(database, brand, promo) == (0, 0)
    await write(database, brand, _redeeming(second))
    assert await _count(database, brand, promo) == (1, 1)


async def test_a_redemption_goes_back_to_the_rule_that_it_was_of(
    database: Database, brand: Brand
) -> None:
    """The rule was changed for the tour's day after the sale."""
    old = await write(database, brand, a_promo)
    booking = await write(database, brand, a_booking)
    await write(database, brand, _redeeming(booking))
    ended = "update price_rules set effective_to = %(day)s where id = %(id)s"
    await write(database, brand, lambda tx: tx.run(ended, {"day": DAY, "id": old}))
    changed: dict[str, Any] = {"effective_from": DAY, "redemptions": 1}
    new = await write(database, brand, lambda tx: a_promo(tx, **changed))
    await _become(database, brand, booking, "cancelled")
    assert await _count(database, brand, old) == (0, 0)
    assert await _count(database, brand, new) == (1, 0)


@pytest.mark.parametrize(("taken", "counted"), [(0, (1, 1)), (1, (1, 0))])
async def test_a_sale_that_is_opened_again_counts_again_if_one_is_left(
    database: Database, brand: Brand, taken: int, counted: tuple[int, int]
) -> None:
    promo = await write(database, brand, a_promo)
    starts = {"starts_at": START.replace(year=2031)}
    booking = await write(database, brand, lambda tx: a_booking(tx, **starts))
    await write(database, brand, _redeeming(booking))
    await _become(database, brand, booking, "cancelled")
    meanwhile = "update price_rules set redemptions = %(taken)s"
    await write(database, brand, lambda tx: tx.run(meanwhile, {"taken": taken}))
    await _become(database, brand, booking, "pending")
    assert await _count(database, brand, promo) == counted
    await _become(database, brand, booking, "cancelled")
    assert await _count(database, brand, promo) == (taken, 0)


async def test_a_sale_that_takes_another_code_gives_the_first_one_back(
    database: Database, brand: Brand
) -> None:
    spring = await write(database, brand, a_promo)
    autumn = await write(database, brand, lambda tx: a_promo(tx, promo_code="AUTUMN"))
    booking = await write(database, brand, a_booking)
    await write(database, brand, _redeeming(booking))
    await write(database, brand, _redeeming(booking, "AUTUMN"))
    assert await _count(database, brand, spring) == (0, 0)
    assert await _count(database, brand, autumn) == (1, 1)


async def test_a_sale_that_may_not_take_another_code_keeps_its_own(
    database: Database, brand: Brand
) -> None:
    spring = await write(database, brand, a_promo)
    autumn = {"promo_code": "AUTUMN", "redemptions": 1}
    await write(database, brand, lambda tx: a_promo(tx, **autumn))
    booking = await write(database, brand, a_booking)
    await write(database, brand, _redeeming(booking))
    with pytest.raises(PromoCodeRefused):
        await write(database, brand, _redeeming(booking, "AUTUMN"))
    assert await _count(database, brand, spring) == (1, 1)


async def test_a_sale_that_gives_its_code_up_may_take_it_again(
    database: Database, brand: Brand
) -> None:
    promo = await write(database, brand, a_promo)
    booking = await write(database, brand, a_booking)
    for code, counted in (("SPRING", (1, 1)), (None, (0, 0)), (None, (0, 0)), ("SPRING", (1, 1))):
        await write(database, brand, _redeeming(booking, code))
        assert await _count(database, brand, promo) == counted


async def test_a_sale_without_a_code_is_cancelled_and_counts_nowhere(
    database: Database, brand: Brand
) -> None:
    promo = await write(database, brand, lambda tx: a_promo(tx, redemptions=1))
    booking = await write(database, brand, a_booking)
    await _become(database, brand, booking, "cancelled")
    assert await _count(database, brand, promo) == (1, 0)


async def test_those_who_keep_prices_are_told_that_a_code_was_used(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await write(database, brand, a_promo)
    booking = await write(database, brand, a_booking)
    before = await _told(settings, brand)
    await write(database, brand, _redeeming(booking))
    assert await _told(settings, brand) == before + 1


async def _told(settings: Settings, brand: Brand) -> int:
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(
            "select count(*) from cache_drops where tenant_id = %s and relation = 'price_rules'",
            (brand.tenant_id,),
        )
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])
