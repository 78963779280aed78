"""What a wish costs, by the rows of a brand: the tables of the domain, and the rules that bend them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli.demo.prices import price_list
from domain.cancellation import DEFAULT
from domain.errors import InvalidInput
from domain.pricing import NoRate
from domain.quotes import PriceBook, PromoCodeRefused, Quote, Rule, Wish, price

ZONE = ZoneInfo("America/Los_Angeles")
LIST = price_list(tax_ppm=91_000, deposit_percent=50)


def a_book(*rules: Rule, package: str | None = None, tax_ppm: int = 91_000) -> PriceBook:
    return PriceBook(
        currency="USD",
        rates=LIST.rates,
        package=LIST.packages[package] if package else None,
        rules=rules,
        tax_ppm=tax_ppm,
        deposit_percent=50,
        gratuity_hint_percent=15,
        policy=DEFAULT,
    )


def a_wish(day: str = "2026-06-10", party: int = 4, hours: float | None = 6, **more: Any) -> Wish:
    starts_at = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=ZONE)
    minutes = None if hours is None else round(hours * 60)
    return Wish(more.pop("tour_type", "wine_tour"), starts_at, party, minutes, **more)


def priced(wish: Wish, *rules: Rule, **book: Any) -> Quote:
    return price(wish, a_book(*rules, **book), zone=ZONE)


def told(quote: Quote) -> list[tuple[str, str, int]]:
    return [(line.kind, line.rule, line.amount_cents) for line in quote.lines]


@pytest.mark.parametrize(
    ("day", "party", "hours", "subtotal", "tax", "total", "deposit", "balance"),
    [
        ("2026-06-08", 2, 3, 34000, 3094, 37094, 18547, 18547),
        ("2026-06-10", 4, 6, 57000, 5187, 62187, 31094, 31093),
        ("2026-06-11", 4, 4, 52500, 4778, 57278, 28639, 28639),
        ("2026-06-12", 5, 6, 69000, 6279, 75279, 37640, 37639),
        ("2026-06-13", 8, 6, 75000, 6825, 81825, 40913, 40912),
        ("2026-06-14", 9, 6, 78000, 7098, 85098, 42549, 42549),
        ("2026-06-09", 14, 6.5, 91000, 8281, 99281, 49641, 49640),
        ("2026-06-13", 14, 6, 90000, 8190, 98190, 49095, 49095),
    ],
)
def test_a_tour_by_the_hour_costs_what_the_table_says(
    day: str,
    party: int,
    hours: float,
    subtotal: int,
    tax: int,
    total: int,
    deposit: int,
    balance: int,
) -> None:
    quote = priced(a_wish(day, party, hours))
    sums = quote.totals
    assert (
        sums.subtotal_cents,
        sums.tax_cents,
        sums.total_cents,
        sums.deposit_cents,
        sums.balance_cents,
    ) == (subtotal, tax, total, deposit, balance)
    assert sum(line.amount_cents for line in quote.lines) == total


def test_a_tour_that_is_too_short_ends_when_its_minimum_does() -> None:
    quote = priced(a_wish("2026-06-11", 4, 4))
    assert (quote.ends_at - quote.wish.starts_at).total_seconds() == 5 * 3600


def test_a_day_of_the_clock_change_has_its_own_weekday() -> None:
    late = Wish("wine_tour", datetime(2026, 11, 2, 7, 30, tzinfo=ZoneInfo("UTC")), 4, 240)
    assert told(price(late, a_book(), zone=ZONE))[0] == ("rate", "hourly_sun_wed_3_4", 38000)
    early = Wish("wine_tour", datetime(2026, 3, 8, 9, 30, tzinfo=ZoneInfo("UTC")), 4, 240)
    assert told(price(early, a_book(), zone=ZONE))[0] == ("rate", "hourly_sun_wed_3_4", 38000)
    night_before = Wish("wine_tour", datetime(2026, 3, 8, 7, 30, tzinfo=ZoneInfo("UTC")), 4, 300)
    line = told(price(night_before, a_book(), zone=ZONE))[0]
    assert line == ("rate", "hourly_thu_sat_3_4", 52500)


@pytest.mark.parametrize(
    ("code", "party", "total", "minutes"),
    [
        ("wine_tour", 4, 54550, 360),
        ("private_transportation", 3, 27821, 300),
        ("celebration", 2, 36003, 420),
    ],
)
def test_a_package_is_priced_by_its_guests_and_takes_its_own_time(
    code: str, party: int, total: int, minutes: int
) -> None:
    quote = priced(a_wish(party=party, hours=None, code=code), package=code)
    assert quote.totals.total_cents == total
    assert (quote.ends_at - quote.wish.starts_at).total_seconds() == minutes * 60


@pytest.mark.parametrize(
    ("code", "guests", "total"),
    [
        ("shared_tour", 2, 20729),
        ("shared_tour_lunch", 2, 25093),
        ("shared_tour_lunch", 6, 75279),
        ("shared_tour_lunch", 1, 12547),
    ],
)
def test_one_sale_of_a_shared_tour(code: str, guests: int, total: int) -> None:
    wish = a_wish(party=guests, hours=None, code=code, tour_type="shared_tour")
    assert priced(wish, package=code).totals.total_cents == total


def test_a_package_does_not_run_on_a_day_that_is_not_its_own() -> None:
    wish = a_wish("2026-06-12", 2, None, code="shared_tour", tour_type="shared_tour")
    with pytest.raises(NoRate, match="Shared Wine Tour does not run on Fridays"):
        priced(wish, package="shared_tour")


@pytest.mark.parametrize(("miles", "cents"), [(5, 10000), (15, 11500), (40, 19000)])
def test_a_local_transfer_costs_its_miles(miles: int, cents: int) -> None:
    wish = a_wish(hours=1, code="transfer_local", tour_type="local_transfer", miles=miles)
    assert priced(wish).totals.subtotal_cents == cents


SEASON = Rule("season", "Harvest", percent_ppm=100_000)
GROUP = Rule("party_size", "Group", percent_ppm=-50_000, guests_min=4)
PROMO = Rule("promo_code", "Spring", amount_cents=-2_000, promo_code="SPRING")
SUNDAY = Rule("weekday", "Sunday", amount_cents=1_500, weekdays=frozenset({6}))


def test_rules_add_and_take_off_in_parts_of_the_rate_and_each_is_a_line() -> None:
    quote = priced(a_wish(promo_code="SPRING"), SEASON, GROUP, PROMO, SUNDAY)
    # 570.00, a tenth more, a twentieth off, 20.00 off; tax 9.1 % on 578.50
    assert told(quote) == [
        ("rate", "hourly_sun_wed_3_4", 57000),
        ("fee", "Harvest", 5700),
        ("discount", "Group", -2850),
        ("discount", "Spring", -2000),
        ("tax", "tax 91000 ppm", 5264),
    ]
    assert quote.totals.total_cents == 63114
    assert quote.gratuity_hint_cents == 8678


def test_a_rule_of_a_weekday_holds_on_that_day_of_the_brands_zone() -> None:
    assert ("fee", "Sunday", 1500) in told(priced(a_wish("2026-06-14"), SUNDAY))
    assert len(priced(a_wish("2026-06-13"), SUNDAY).lines) == 2


def test_discounts_end_at_nothing_and_the_tour_is_then_free() -> None:
    gift = Rule("promo_code", "Gift", amount_cents=-1_000_000, promo_code="GIFT")
    quote = priced(a_wish(promo_code="GIFT"), GROUP, gift)
    assert told(quote)[1:] == [("discount", "Group", -2850), ("discount", "Gift", -54150)]
    assert (quote.totals.total_cents, quote.totals.tax_cents, quote.totals.deposit_cents) == (
        0,
        0,
        0,
    )


def test_a_dated_tax_takes_the_place_of_the_brands_own() -> None:
    tax = Rule("tax", "Sales tax of 2027", percent_ppm=100_000)
    assert priced(a_wish(), tax).totals.tax_cents == 5700


@pytest.mark.parametrize("rules", [(), (SEASON,)])
def test_a_promo_code_that_does_not_hold_is_refused_and_not_left_out(
    rules: tuple[Rule, ...],
) -> None:
    with pytest.raises(PromoCodeRefused):
        priced(a_wish(promo_code="SPRING"), *rules)


def test_a_promo_code_for_other_parties_is_refused() -> None:
    large = Rule("promo_code", "Large", percent_ppm=-100_000, promo_code="LARGE", guests_min=8)
    with pytest.raises(PromoCodeRefused):
        priced(a_wish(promo_code="LARGE"), large)


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        (a_wish(party=0), "partySize"),
        (a_wish(party=101), "partySize"),
        (a_wish(hours=0), "minutes"),
        (a_wish(hours=25), "minutes"),
        (a_wish(hours=None), "minutes"),
        (a_wish(miles=-1), "miles"),
        (a_wish(hours=None, code="transfer_sea"), "minutes"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_the_name_of_its_argument(
    wish: Wish, path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        priced(wish)
    assert refused.value.path == path


def test_what_has_no_rate_is_refused() -> None:
    for type_, thing in (("wine_tour", "package"), ("airport_transfer", "transfer")):
        for hours in (None, 6):
            with pytest.raises(NoRate, match=f"There is no {thing} `moon`") as refused:
                priced(a_wish(code="moon", tour_type=type_, hours=hours))
            assert refused.value.path == "code"
    with pytest.raises(NoRate):
        priced(a_wish(tour_type="shared_tour", hours=None))


def test_twenty_guests_take_two_vans() -> None:
    quote = priced(a_wish("2026-06-08", 20, 6))
    assert [line.amount_cents for line in quote.lines[:2]] == [84000, 63000]
    assert quote.totals.subtotal_cents == 147000
