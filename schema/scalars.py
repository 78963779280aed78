"""Scalars of the contract: money as whole cents, wall-clock times, and values of any field."""

from datetime import datetime
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

MOST = 2**53

Cents = NewType("Cents", int)
LocalDateTime = NewType("LocalDateTime", datetime)
Json = NewType("Json", object)


def _cents(value: object) -> int:
    if type(value) is not int or not -MOST <= value <= MOST:
        raise ValueError(f"Cents is a whole number between -2^53 and 2^53, not {value!r}.")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    Cents: strawberry.scalar(
        name="Cents",
        description="An amount in the currency's minor unit: a whole number up to 2^53.",
        serialize=_cents,
        parse_value=_cents,
    ),
    LocalDateTime: strawberry.scalar(
        name="LocalDateTime",
        description="A wall-clock time in the brand's zone, ISO 8601 without an offset.",
        serialize=lambda value: value.isoformat(),
        parse_value=datetime.fromisoformat,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="The value of a field of whichever type: a text, a number, a list, null.",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
