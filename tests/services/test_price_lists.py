"""Prices that staff edit: what a quote says from which day on, and what stays as it was."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import (
    DomainError,
    InvalidInput,
    NotFound,
    RuleBroken,
    StaleVersion,
    WrongState,
)
from domain.identity import Brand
from domain.periods import DayInPast, NewEnd, NewRow, NewTerms
from domain.price_lists import CodeTaken, RatesOverlap, Table
from domain.pricing import NoRate
from domain.quotes import PromoCodeRefused, Quote, Wish
from services.price_lists import add_price_row, change_price_row, end_price_row
from services.quotes import quote
from tests.builders import a_brand, new_id, write
from tests.db.refusals import assert_second_is_refused, stored
from tests.db.rows import a_price_line
from tests.services.trail import OneId, trail_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 1)
ALL_DAYS = list(range(7))
RATE: dict[str, Any] = {
    "kind": "hourly",
    "code": "hourly",
    "weekdays": ALL_DAYS,
    "guests_min": 1,
    "guests_max": 14,
    "rate_cents": 10_000,
    "minutes_min": 240,
    "miles_included": 0,
}
PACKAGE: dict[str, Any] = {
    "code": "classic",
    "name": "Classic",
    "price_cents": 12_500,
    "minutes": 360,
    "guests_min": 2,
    "guests_max": 14,
    "weekdays": ALL_DAYS,
    "start_times": [],
    "includes": ["Van"],
    "excludes": [],
}
RULE: dict[str, Any] = {
    "kind": "season",
    "name": "Harvest",
    "promo_code": None,
    "percent_ppm": 100_000,
    "amount_cents": None,
    "redemptions_max": None,
    "redemptions": 0,
    "weekdays": None,
    "guests_min": None,
    "guests_max": None,
    "tour_types": None,
}
PROMO: dict[str, Any] = {
    **RULE,
    "kind": "promo_code",
    "promo_code": "SPRING",
    "percent_ppm": -100_000,
    "redemptions_max": 5,
}
VALUES: dict[Table, dict[str, Any]] = {
    "rate_cards": RATE,
    "tour_packages": PACKAGE,
    "price_rules": RULE,
}
OTHERS: tuple[Table, ...] = ("rate_cards", "tour_packages")
ROWS = (
    "select version, rate_cents, effective_from, effective_to from rate_cards"
    " order by effective_from"
)
Work = Callable[[Transaction], Awaitable[UUID]]


class Ids:
    def new(self) -> UUID:
        return new_id()


def adding(
    table: Table,
    since: date = TODAY,
    until: date | None = None,
    /,
    now: datetime = NOW,
    **more: Any,
) -> Work:
    wish = NewRow({**VALUES[table], **more}, since, until)
    return lambda tx: add_price_row(tx, table, wish, now=now, ids=Ids())


def changing(
    table: Table, row: UUID, since: date, version: int = 1, now: datetime = NOW, **named: Any
) -> Work:
    wish = NewTerms(row, version, since, named)
    return lambda tx: change_price_row(tx, table, wish, now=now, ids=Ids())


def ending(table: Table, row: UUID, on: date, version: int = 1, now: datetime = NOW) -> Work:
    wish = NewEnd(row, version, on)
    return lambda tx: end_price_row(tx, table, wish, now=now, ids=Ids())


async def quoted(
    database: Database,
    brand: Brand,
    day: date,
    at: time = time(10),
    *,
    code: str | None = None,
    promo_code: str | None = None,
) -> Quote:
    """A tour of two for four hours, at a time of the brand's day."""
    starts_at = datetime.combine(day, at, ZoneInfo(brand.time_zone))
    wish = Wish("wine_tour", starts_at, 2, 240, code, promo_code=promo_code)

    async def work(tx: Transaction) -> Quote:
        return await quote(tx, wish, now=NOW)

    found: Quote = await write(database, brand, work)
    return found


async def subtotal(
    database: Database, brand: Brand, day: date, at: time = time(10), **more: Any
) -> int:
    return (await quoted(database, brand, day, at, **more)).totals.subtotal_cents


# Both daylight-saving changes of each zone, a usual day, and the turn of the year.
ZONES = (("America/Los_Angeles", "USD"), ("Pacific/Auckland", "NZD"), ("Europe/Rome", "EUR"))
TURNS = (
    *(date(2026, 3, 8), date(2026, 11, 1)),
    *(date(2026, 4, 5), date(2026, 9, 27)),
    *(date(2026, 3, 29), date(2026, 10, 25)),
    *(date(2026, 6, 10), date(2027, 1, 1)),
)


@pytest.mark.parametrize(("zone", "currency"), ZONES)
async def test_a_new_rate_is_quoted_from_the_first_minute_of_its_local_day_and_not_before(
    database: Database, settings: Settings, zone: str, currency: str
) -> None:
    brand = await a_brand(settings, time_zone=zone, currency=currency)
    row = await write(database, brand, adding("rate_cards", date(2026, 3, 2)))
    for step, day in enumerate(sorted(TURNS), start=1):
        new = 10_000 + 100 * step
        row = await write(database, brand, changing("rate_cards", row, day, rate_cents=new))
        eve = day - timedelta(days=1)
        assert await subtotal(database, brand, eve, time(23, 59)) == 4 * (new - 100)
        assert await subtotal(database, brand, day, time(0, 0)) == 4 * new
        assert (await quoted(database, brand, day)).currency == currency


async def test_a_changed_rate_ends_the_old_row_on_the_day_and_both_tell(
    database: Database, settings: Settings, brand: Brand
) -> None:
    old = await write(database, brand, adding("rate_cards"))
    ended, made, told = new_id(), new_id(), new_id()
    wish = NewTerms(old, 1, date(2026, 5, 1), {"rate_cents": 11_000})
    new = await write(
        database,
        brand,
        lambda tx: change_price_row(tx, "rate_cards", wish, now=NOW, ids=OneId(ended, made, told)),
    )
    assert new == made
    assert await write(database, brand, lambda tx: tx.rows(ROWS)) == [
        (2, 10_000, TODAY, date(2026, 5, 1)),
        (1, 11_000, date(2026, 5, 1), None),
    ]
    trail = await trail_of(settings, brand)
    assert [(each[0], each[1], each[2], each[3], each[4]) for each in trail.events[1:]] == [
        (ended, "RateEnded", "rate_card", old, 2),
        (told, "RateAdded", "rate_card", new, 1),
    ]
    assert trail.events[1][8] == {"effective_to": [None, "2026-05-01"]}
    assert trail.events[2][8] == {
        **{name: [None, value] for name, value in RATE.items()},
        "rate_cents": [None, 11_000],
        "effective_from": [None, "2026-05-01"],
        "effective_to": [None, None],
        "replaces": [None, str(old)],
    }
    assert [notice[0] for notice in trail.notices[1:]] == [ended, told]


async def test_a_row_that_has_not_begun_is_corrected_in_its_place(
    database: Database, settings: Settings, brand: Brand
) -> None:
    row = await write(database, brand, adding("rate_cards", date(2026, 5, 1)))
    same = await write(
        database, brand, changing("rate_cards", row, date(2026, 4, 1), rate_cents=12_000)
    )
    assert same == row
    assert await write(database, brand, lambda tx: tx.rows(ROWS)) == [
        (2, 12_000, date(2026, 4, 1), None)
    ]
    trail = await trail_of(settings, brand)
    assert (trail.events[1][1], trail.events[1][4], trail.events[1][8]) == (
        "RateChanged",
        2,
        {"rate_cents": [10_000, 12_000], "effective_from": ["2026-05-01", "2026-04-01"]},
    )


async def test_a_change_within_a_coming_row_leaves_its_first_days_as_they_were_said(
    database: Database, brand: Brand
) -> None:
    row = await write(database, brand, adding("rate_cards", date(2026, 5, 1), date(2026, 7, 1)))
    await write(database, brand, changing("rate_cards", row, date(2026, 6, 1), rate_cents=12_000))
    assert await write(database, brand, lambda tx: tx.rows(ROWS)) == [
        (2, 10_000, date(2026, 5, 1), date(2026, 6, 1)),
        (1, 12_000, date(2026, 6, 1), date(2026, 7, 1)),
    ]


async def test_a_booking_that_was_sold_keeps_its_lines_and_its_total(
    database: Database, brand: Brand
) -> None:
    rate = await write(database, brand, adding("rate_cards"))
    rule = await write(database, brand, adding("price_rules"))
    await write(database, brand, a_price_line)
    sold = (
        "select b.subtotal_cents, b.total_cents, l.label, l.unit_cents, l.amount_cents"
        " from bookings b join booking_price_lines l on l.booking_id = b.id"
    )
    before = await write(database, brand, lambda tx: tx.rows(sold))
    tomorrow = TODAY + timedelta(days=1)
    await write(database, brand, changing("rate_cards", rate, tomorrow, rate_cents=1))
    await write(database, brand, ending("price_rules", rule, tomorrow))
    assert await subtotal(database, brand, date(2026, 6, 8)) == 4
    assert before == [(57_000, 57_000, "Tour", 9_500, 57_000)]
    assert await write(database, brand, lambda tx: tx.rows(sold)) == before


async def test_a_rule_holds_on_its_days_and_no_longer_when_it_has_ended(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, adding("rate_cards"))
    days = (date(2026, 6, 1), date(2026, 7, 1))
    rule = await write(database, brand, adding("price_rules", *days))
    for day, cents in ((31, 40_000), (32, 44_000), (61, 44_000), (62, 40_000)):
        at = date(2026, 5, 1) + timedelta(days=day - 1)
        assert await subtotal(database, brand, at) == cents
    await write(database, brand, ending("price_rules", rule, date(2026, 6, 15)))
    assert await subtotal(database, brand, date(2026, 6, 14)) == 44_000
    assert await subtotal(database, brand, date(2026, 6, 15)) == 40_000


async def test_a_tax_rule_takes_the_place_of_the_brands_tax_in_its_days(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, adding("rate_cards"))
    await write(
        database,
        brand,
        adding("price_rules", date(2026, 7, 1), kind="tax", name="City", percent_ppm=95_000),
    )
    for day, tax in ((date(2026, 6, 30), 3_640), (date(2026, 7, 1), 3_800)):
        assert (await quoted(database, brand, day)).totals.tax_cents == tax


async def test_conditions_of_a_rule_are_kept_and_taken_away(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, adding("rate_cards"))
    narrow: dict[str, Any] = {"weekdays": [4, 5], "guests_min": 2, "tour_types": ["wine_tour"]}
    rule = await write(database, brand, adding("price_rules", date(2026, 3, 2), **narrow))
    friday, monday = date(2026, 6, 5), date(2026, 6, 8)
    assert await subtotal(database, brand, friday) == 44_000
    assert await subtotal(database, brand, monday) == 40_000
    await write(
        database,
        brand,
        changing("price_rules", rule, date(2026, 6, 6), weekdays=None, guests_min=3),
    )
    assert await subtotal(database, brand, friday) == 44_000
    assert await subtotal(database, brand, monday) == 40_000
    stored_rules = await write(
        database,
        brand,
        lambda tx: tx.rows("select conditions from price_rules order by effective_from"),
    )
    assert [row[0] for row in stored_rules] == [
        narrow,
        {"guests_min": 3, "tour_types": ["wine_tour"]},
    ]


async def test_a_package_is_sold_at_its_new_price_from_its_day_on(
    database: Database, brand: Brand
) -> None:
    row = await write(database, brand, adding("tour_packages"))
    day = date(2026, 6, 1)
    await write(database, brand, changing("tour_packages", row, day, price_cents=13_000))
    assert await subtotal(database, brand, date(2026, 5, 31), code="classic") == 25_000
    assert await subtotal(database, brand, day, code="classic") == 26_000
    assert (await quoted(database, brand, day, code="classic")).lines[0].label == "Classic"


async def test_a_promo_code_goes_on_counting_under_its_new_terms(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, adding("rate_cards"))
    row = await write(database, brand, adding("price_rules", **PROMO))
    await write(database, brand, lambda tx: tx.run("update price_rules set redemptions = 4"))
    day = date(2026, 6, 1)
    await write(database, brand, changing("price_rules", row, day, percent_ppm=-200_000))
    for at, off in ((date(2026, 5, 31), 4_000), (day, 8_000)):
        found = await quoted(database, brand, at, promo_code="SPRING")
        assert found.totals.discount_cents == off
    counted = "select redemptions, redemptions_max from price_rules order by effective_from"
    assert await write(database, brand, lambda tx: tx.rows(counted)) == [(4, 5), (4, 5)]


async def test_a_row_that_is_taken_back_before_it_holds_is_kept_and_never_quoted(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, adding("rate_cards"))
    day = date(2026, 6, 1)
    row = await write(database, brand, adding("price_rules", day, **PROMO))
    await write(database, brand, ending("price_rules", row, day))
    with pytest.raises(PromoCodeRefused):
        await quoted(database, brand, day, promo_code="SPRING")
    days = "select effective_from, effective_to, version from price_rules"
    assert await write(database, brand, lambda tx: tx.rows(days)) == [(day, day, 2)]
    with pytest.raises(WrongState):
        await write(database, brand, changing("price_rules", row, day, 2, name="Again"))


async def test_an_ended_rate_is_quoted_no_more(database: Database, brand: Brand) -> None:
    row = await write(database, brand, adding("rate_cards"))
    await write(database, brand, ending("rate_cards", row, date(2026, 6, 1)))
    assert await subtotal(database, brand, date(2026, 5, 31)) == 40_000
    with pytest.raises(NoRate):
        await quoted(database, brand, date(2026, 6, 1))


async def test_a_wish_for_what_is_so_already_stores_nothing_and_tells_nobody(
    database: Database, brand: Brand
) -> None:
    row = await write(database, brand, adding("rate_cards"))
    until = await write(database, brand, adding("price_rules", TODAY, date(2026, 6, 1)))
    before = await stored(database, brand)
    for work in (
        changing("rate_cards", row, date(2026, 5, 1), rate_cents=10_000),
        changing("rate_cards", row, TODAY),
        ending("price_rules", until, date(2026, 6, 1)),
    ):
        await write(database, brand, work)
    assert await stored(database, brand) == before


@pytest.mark.parametrize(
    ("wish", "by", "path"),
    [
        ({"since": TODAY - timedelta(days=1)}, DayInPast, "effectiveFrom"),
        ({"since": date(2300, 1, 1)}, InvalidInput, "effectiveFrom"),
        ({"since": TODAY}, InvalidInput, "effectiveFrom"),
        ({"since": date(2026, 7, 1)}, InvalidInput, "effectiveFrom"),
        ({"version": 2}, StaleVersion, "expectedVersion"),
        ({"row": UUID(int=7)}, NotFound, "id"),
        ({"rate_cents": -1}, InvalidInput, "rateCents"),
        ({"rate_cents": None}, InvalidInput, "rateCents"),
        ({"weekdays": []}, InvalidInput, "weekdays"),
        ({"guests_min": 0}, InvalidInput, "guestsMin"),
        ({"guests_max": 101}, InvalidInput, "guestsMax"),
        ({"minutes_min": 1441}, InvalidInput, "minutesMin"),
        ({"guests_max": 14}, RatesOverlap, "guestsMin"),
    ],
)
async def test_a_change_against_the_rules_changes_nothing(
    database: Database, brand: Brand, wish: dict[str, Any], by: type[DomainError], path: str
) -> None:
    row = await write(database, brand, adding("rate_cards", TODAY, date(2026, 7, 1), guests_max=7))
    more: dict[str, Any] = {"code": "hourly_more", "guests_min": 8}
    await write(database, brand, adding("rate_cards", **more))
    given = {"row": row, "since": date(2026, 5, 1), "rate_cents": 11_000, **wish}
    before = await stored(database, brand)
    with pytest.raises(by) as refused:
        await write(database, brand, changing("rate_cards", **given))
    assert refused.value.path == path
    assert await stored(database, brand) == before


@pytest.mark.parametrize(
    ("table", "since", "until", "more", "by", "path"),
    [
        ("rate_cards", TODAY - timedelta(days=1), None, {}, DayInPast, "effectiveFrom"),
        ("rate_cards", TODAY, TODAY, {}, InvalidInput, "effectiveTo"),
        ("rate_cards", TODAY, None, {"guests_min": 8}, CodeTaken, "code"),
        ("rate_cards", date(2030, 1, 1), None, {"guests_min": 8}, CodeTaken, "code"),
        ("rate_cards", TODAY, None, {"code": "other"}, RatesOverlap, "guestsMin"),
        ("rate_cards", TODAY, None, {"code": "Hourly 2"}, InvalidInput, "code"),
        ("tour_packages", TODAY, None, {"code": "a", "minutes": 0}, InvalidInput, "minutes"),
        ("tour_packages", TODAY, None, {"code": "a", "name": " "}, InvalidInput, "name"),
        ("tour_packages", TODAY, None, {"includes": [""]}, InvalidInput, "includes"),
        ("tour_packages", date(2027, 1, 1), None, {}, CodeTaken, "code"),
        ("price_rules", TODAY, None, {"amount_cents": 5}, InvalidInput, "percentPpm"),
        ("price_rules", TODAY, None, {"percent_ppm": None}, InvalidInput, "percentPpm"),
        ("price_rules", TODAY, None, {"promo_code": "AUTUMN"}, InvalidInput, "promoCode"),
        ("price_rules", TODAY, None, {"kind": "promo_code"}, InvalidInput, "promoCode"),
        (
            "price_rules",
            TODAY,
            None,
            {"kind": "tax", "percent_ppm": -1},
            InvalidInput,
            "percentPpm",
        ),
        ("price_rules", TODAY, None, {"tour_types": []}, InvalidInput, "tourTypes"),
        ("price_rules", TODAY, None, {**PROMO, "percent_ppm": 1}, InvalidInput, "percentPpm"),
        ("price_rules", date(2026, 8, 1), None, PROMO, CodeTaken, "promoCode"),
        ("price_rules", TODAY, None, {"guests_min": 3, "guests_max": 2}, InvalidInput, "guestsMax"),
    ],
)
async def test_a_row_against_the_rules_is_not_added(
    database: Database,
    brand: Brand,
    table: Table,
    since: date,
    until: date | None,
    more: dict[str, Any],
    by: type[DomainError],
    path: str,
) -> None:
    for each in OTHERS:
        await write(database, brand, adding(each))
    await write(database, brand, adding("price_rules", **PROMO))
    before = await stored(database, brand)
    with pytest.raises(by) as refused:
        await write(database, brand, adding(table, since, until, **more))
    assert refused.value.path == path
    assert await stored(database, brand) == before


@pytest.mark.parametrize(
    ("on", "version", "by"),
    [
        (TODAY - timedelta(days=1), 1, DayInPast),
        (date(2026, 7, 2), 1, InvalidInput),
        (date(2026, 5, 1), 2, StaleVersion),
    ],
)
async def test_an_end_against_the_rules_ends_nothing(
    database: Database, brand: Brand, on: date, version: int, by: type[DomainError]
) -> None:
    row = await write(database, brand, adding("price_rules", TODAY, date(2026, 7, 1)))
    before = await stored(database, brand)
    with pytest.raises(by):
        await write(database, brand, ending("price_rules", row, on, version))
    assert await stored(database, brand) == before


async def test_what_has_ended_is_neither_changed_nor_ended_again(
    database: Database, brand: Brand
) -> None:
    row = await write(database, brand, adding("rate_cards", TODAY, date(2026, 6, 1)))
    before = await stored(database, brand)
    later = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)  # midnight in Walla Walla
    for work in (
        changing("rate_cards", row, date(2026, 8, 1), now=later, rate_cents=1),
        ending("rate_cards", row, date(2026, 8, 1), now=later),
    ):
        with pytest.raises(WrongState):
            await write(database, brand, work)
    assert await stored(database, brand) == before
    eve = later - timedelta(seconds=1)
    assert await write(database, brand, ending("rate_cards", row, date(2026, 6, 1), now=eve)) == row


async def test_fewer_redemptions_than_there_were_are_refused(
    database: Database, brand: Brand
) -> None:
    row = await write(database, brand, adding("price_rules", **PROMO))
    await write(database, brand, lambda tx: tx.run("update price_rules set redemptions = 4"))
    before = await stored(database, brand)
    with pytest.raises(RuleBroken):
        await write(
            database, brand, changing("price_rules", row, date(2026, 6, 1), redemptions_max=3)
        )
    assert await stored(database, brand) == before


async def test_a_sisters_and_a_strangers_rows_are_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    for other in (await a_brand(settings, tenant=brand, code="nwtc"), await a_brand(settings)):
        row = await write(database, other, adding("rate_cards"))
        before = await stored(database, other)
        for work in (
            changing("rate_cards", row, date(2026, 5, 1), rate_cents=1),
            ending("rate_cards", row, date(2026, 5, 1)),
        ):
            with pytest.raises(NotFound):
                await write(database, brand, work)
        assert await stored(database, other) == before


async def test_two_who_add_one_code_at_once_leave_one_row(database: Database, brand: Brand) -> None:
    tomorrow = TODAY + timedelta(days=1)
    await assert_second_is_refused(
        database, brand, adding("rate_cards"), adding("rate_cards", tomorrow), CodeTaken
    )
    rows = await write(database, brand, lambda tx: tx.rows(ROWS))
    assert [row[2] for row in rows] == [TODAY]


async def test_a_change_waits_for_another_and_finds_its_version_gone(
    database: Database, brand: Brand
) -> None:
    row = await write(database, brand, adding("rate_cards"))
    first, second = (
        changing("rate_cards", row, day, rate_cents=11_000)
        for day in (date(2026, 5, 1), date(2026, 4, 1))
    )
    await assert_second_is_refused(database, brand, first, second, StaleVersion)
    assert len(await write(database, brand, lambda tx: tx.rows(ROWS))) == 2
