"""Roundings and the way amounts are written."""

from dataclasses import fields, is_dataclass

import pytest

from domain import booking_states, pricing, reservations, sales, shared_tours
from domain.errors import InvalidInput
from domain.money import (
    CURRENCIES,
    DECIMALS,
    SYMBOLS,
    decimals,
    formatted,
    percent_of,
    ppm_of,
    round_half_up,
)
from domain.tenants import check_currency


@pytest.mark.parametrize(
    ("numerator", "denominator", "whole"),
    [
        (0, 7, 0),
        (1, 2, 1),
        (3, 2, 2),
        (5, 2, 3),
        (49, 100, 0),
        (50, 100, 1),
        (-1, 2, -1),
        (-49, 100, 0),
        (1, -2, -1),
        (-3, -2, 2),
        (10**30 + 1, 2, (10**30 + 2) // 2),
    ],
)
def test_a_half_is_rounded_away_from_zero(numerator: int, denominator: int, whole: int) -> None:
    assert round_half_up(numerator, denominator) == whole


def test_a_whole_number_stays_as_it_is() -> None:
    assert round_half_up(7) == 7


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        round_half_up(1, 0)


@pytest.mark.parametrize(
    ("cents", "percent", "part"), [(62187, 50, 31094), (25001, 50, 12501), (1, 50, 1), (99, 0, 0)]
)
def test_percent_of_an_amount(cents: int, percent: int, part: int) -> None:
    assert percent_of(cents, percent) == part


@pytest.mark.parametrize(
    ("cents", "ppm", "part"), [(34000, 91_000, 3094), (52500, 91_000, 4778), (0, 91_000, 0)]
)
def test_parts_per_million_of_an_amount(cents: int, ppm: int, part: int) -> None:
    assert ppm_of(cents, ppm) == part


@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [
        (123450, "USD", "$1,234.50"),
        (1200, "NZD", "NZ$12.00"),
        (-500, "USD", "-$5.00"),
        (0, "USD", "$0.00"),
        (5, "EUR", "€0.05"),
        (-7, "GBP", "-£0.07"),
        (1200, "JPY", "¥1,200"),
        (-1, "JPY", "-¥1"),
        (1234567, "KWD", "KWD 1,234.567"),
        (700, "CHF", "CHF 7.00"),
        (2**53, "USD", "$90,071,992,547,409.92"),
    ],
)
def test_an_amount_is_written_in_its_currency(cents: int, currency: str, text: str) -> None:
    assert formatted(cents, currency) == text


def test_currencies_differ_in_their_minor_unit() -> None:
    assert [decimals(code) for code in ("USD", "JPY", "KWD")] == [2, 0, 3]


def test_no_amount_is_a_fraction_of_a_cent_anywhere() -> None:
    """Failure 17: money was floats."""
    amounts = [
        (module.__name__, each.__name__, field.name, field.type)
        for module in (booking_states, pricing, sales, shared_tours, reservations)
        for each in vars(module).values()
        if isinstance(each, type) and is_dataclass(each)
        for field in fields(each)
        if field.name.endswith("_cents")
    ]

    assert len(amounts) > 15
    assert {str(kind).replace("<class 'int'>", "int") for *_, kind in amounts} <= {
        "int",
        "int | None",
    }


@pytest.mark.parametrize("currency", ["XXZ", "XXX", "XAU", "usd", "US", "USD ", "DEM", "", "$"])
def test_what_nobody_pays_with_is_no_currency(currency: str) -> None:
    with pytest.raises(InvalidInput, match="ISO 4217") as refused:
        check_currency(currency)
    assert refused.value.path == "currency"


def test_each_currency_of_which_something_is_known_is_one() -> None:
    for currency in {*SYMBOLS, *DECIMALS, "CHF", "ZAR"}:
        check_currency(currency)
    assert len(CURRENCIES) == 155
