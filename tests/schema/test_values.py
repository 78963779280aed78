"""Ids, cents and money as clients see them."""

from uuid import UUID

import pytest

from domain.errors import InvalidInput
from schema.global_ids import decode, decode_as, encode
from schema.money import Money
from schema.scalars import MOST, SCALARS, Cents

CENTS = SCALARS[Cents]


def test_a_global_id_gives_type_and_id_back() -> None:
    id = UUID("0190b6a0-0000-7000-8000-000000000001")

    assert decode(encode("Booking", id)) == ("Booking", id)
    assert decode_as("Booking", encode("Booking", id)) == id


@pytest.mark.parametrize("malformed", ["", "x", "é", "Qm9va2luZzo", "=" * 40, "A" * 4000])
def test_anything_else_is_no_id(malformed: str) -> None:
    with pytest.raises(InvalidInput, match="not an id of this service"):
        decode(malformed)


def test_an_id_has_one_spelling() -> None:
    spelled = encode("Booking", UUID(int=1))

    with pytest.raises(InvalidInput):
        decode(spelled + "=")


def test_the_id_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidInput, match="a Booking is asked for"):
        decode_as("Booking", encode("Customer", UUID(int=1)))


@pytest.mark.parametrize("value", [0, -1, MOST, -MOST])
def test_cents_are_whole_numbers_up_to_two_to_the_53(value: int) -> None:
    assert CENTS.parse_value is not None
    assert CENTS.parse_value(value) == value


@pytest.mark.parametrize("value", [1.0, "1", True, None, MOST + 1])
def test_nothing_else_is_cents(value: object) -> None:
    assert CENTS.parse_value is not None
    with pytest.raises(ValueError, match="whole number"):
        CENTS.parse_value(value)


def test_money_that_a_row_has_not_is_null() -> None:
    assert Money.of(None, "USD") is None
    assert Money.of(5, None) is None
    assert Money.of(123450, "USD") == Money(amount_cents=Cents(123450), currency="USD")
