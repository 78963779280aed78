"""What staff send to edit the price list: a new row, other terms from a day on, an end."""

from collections.abc import Iterable
from datetime import date, time
from enum import Enum
from typing import Any

import strawberry
from strawberry import UNSET

from domain.periods import NewRow
from domain.price_lists import normal_promo_code
from schema.enums import PriceRuleKind, RateKind, TourType, Weekday
from schema.scalars import Cents

DAYS = frozenset({"effective_from", "effective_to", "id", "expected_version"})
EVERY_DAY = list(Weekday)
FROM = "First day: today or later, in the brand's zone."
SINCE = (
    "The day from which on it is so. A row that has begun ends that day and another takes its"
    " place; one that has not is edited."
)
SEEN = "The version that you read."
KEPT = "left out, it stays as it is."


def given(default: Any, description: str) -> Any:
    return strawberry.field(default=default, description=description)


def needed(description: str) -> Any:
    return strawberry.field(description=description)


def said(input: object, *, but: Iterable[str] = DAYS) -> dict[str, Any]:
    """What an input says, by the names of the rows' columns; enums as the stored words."""
    values = {name: getattr(input, name) for name in input.__class__.__annotations__}
    return {
        name: _plain(value)
        for name, value in values.items()
        if value is not UNSET and name not in but
    }


def new_row(input: Any, **more: Any) -> NewRow:
    return NewRow({**said(input), **more}, input.effective_from, input.effective_to)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted({int(each) for each in value}) if _days(value) else [*map(_plain, value)]
    return value.value if isinstance(value, Enum) else value


def _days(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(each, Weekday) for each in values)


@strawberry.input(description="A rate that holds from a day on.")
class AddRateInput:
    """One row of a code a day."""

    kind: RateKind = needed("What it charges for.")
    code: str = needed("Readable key: small letters, digits and underscores.")
    weekdays: list[Weekday] = strawberry.field(
        default_factory=lambda: list(EVERY_DAY), description="On which days; all if left out."
    )
    guests_min: int = needed("Fewest guests in the van.")
    guests_max: int = needed("Most guests in the van.")
    rate_cents: Cents = needed("Per hour, way or mile, in the brand's currency.")
    minutes_min: int = given(0, "So many minutes are billed at least.")
    miles_included: int = given(0, "Miles in the price of a transfer.")
    effective_from: date = needed(FROM)
    effective_to: date | None = given(None, "First day that it no longer holds.")


@strawberry.input(description="Other terms of a rate from a day on; a field left out stays.")
class ChangeRateInput:
    """Kind and code are what a row is known by, and stay."""

    id: strawberry.ID = needed("The rate.")
    expected_version: int = needed(SEEN)
    effective_from: date = needed(SINCE)
    weekdays: list[Weekday] | None = given(UNSET, f"On which days; {KEPT}")
    guests_min: int | None = given(UNSET, f"Fewest guests; {KEPT}")
    guests_max: int | None = given(UNSET, f"Most guests; {KEPT}")
    rate_cents: Cents | None = given(UNSET, f"Per hour, way or mile; {KEPT}")
    minutes_min: int | None = given(UNSET, f"Minutes that are billed at least; {KEPT}")
    miles_included: int | None = given(UNSET, f"Miles in the price of a transfer; {KEPT}")


@strawberry.input(description="A package at a price per person that holds from a day on.")
class AddTourPackageInput:
    """One row of a code a day."""

    code: str = needed("Readable key: small letters, digits and underscores.")
    name: str = needed("As the guest reads it.")
    price_cents: Cents = needed("Per person, in the brand's currency.")
    minutes: int = needed("How long it takes.")
    guests_min: int = needed("Fewest guests.")
    guests_max: int = needed("Most guests.")
    weekdays: list[Weekday] = strawberry.field(
        default_factory=lambda: list(EVERY_DAY), description="On which days; all if left out."
    )
    start_times: list[time] = strawberry.field(
        default_factory=list, description="When it starts, wall clock."
    )
    includes: list[str] = strawberry.field(
        default_factory=list, description="What is in the price."
    )
    excludes: list[str] = strawberry.field(default_factory=list, description="What is not.")
    effective_from: date = needed(FROM)
    effective_to: date | None = given(None, "First day that it no longer holds.")


@strawberry.input(description="Other terms of a package from a day on; a field left out stays.")
class ChangeTourPackageInput:
    """The code is what a row is known by, and stays."""

    id: strawberry.ID = needed("The package.")
    expected_version: int = needed(SEEN)
    effective_from: date = needed(SINCE)
    name: str | None = given(UNSET, f"As the guest reads it; {KEPT}")
    price_cents: Cents | None = given(UNSET, f"Per person; {KEPT}")
    minutes: int | None = given(UNSET, f"How long it takes; {KEPT}")
    guests_min: int | None = given(UNSET, f"Fewest guests; {KEPT}")
    guests_max: int | None = given(UNSET, f"Most guests; {KEPT}")
    weekdays: list[Weekday] | None = given(UNSET, f"On which days; {KEPT}")
    start_times: list[time] | None = given(UNSET, f"When it starts, wall clock; {KEPT}")
    includes: list[str] | None = given(UNSET, f"What is in the price; {KEPT}")
    excludes: list[str] | None = given(UNSET, f"What is not; {KEPT}")


@strawberry.input(description="A rule that holds for tours from a day on.")
class AddPriceRuleInput:
    """Either a part of the price or an amount; a condition that is left out admits all."""

    kind: PriceRuleKind = needed("Why it applies.")
    name: str = needed("As the guest reads it on the line.")
    promo_code: str | None = given(None, "What a guest types, if it is a promo code.")
    percent_ppm: int | None = given(None, "Parts per million: -100000 takes off 10 %.")
    amount_cents: Cents | None = given(None, "Or an amount; negative takes off.")
    weekdays: list[Weekday] | None = given(None, "Only on these days.")
    guests_min: int | None = given(None, "Only for so many guests or more.")
    guests_max: int | None = given(None, "Only for so many guests or fewer.")
    tour_types: list[TourType] | None = given(None, "Only for these tours.")
    redemptions_max: int | None = given(None, "How many sales may use the promo code.")
    effective_from: date = needed(FROM)
    effective_to: date | None = given(None, "First day of tours that it no longer holds for.")

    def to_domain(self) -> NewRow:
        return new_row(self, promo_code=normal_promo_code(self.promo_code), redemptions=0)


@strawberry.input(description="Other terms of a rule from a day on; a field left out stays.")
class ChangePriceRuleInput:
    """Kind and promo code are what a row is known by, and stay; `null` takes a condition away."""

    id: strawberry.ID = needed("The rule.")
    expected_version: int = needed(SEEN)
    effective_from: date = needed(SINCE)
    name: str | None = given(UNSET, f"As the guest reads it; {KEPT}")
    percent_ppm: int | None = given(UNSET, f"Parts per million; {KEPT}")
    amount_cents: Cents | None = given(UNSET, f"Or an amount; {KEPT}")
    weekdays: list[Weekday] | None = given(UNSET, f"Only on these days; {KEPT}")
    guests_min: int | None = given(UNSET, f"Only for so many guests or more; {KEPT}")
    guests_max: int | None = given(UNSET, f"Only for so many guests or fewer; {KEPT}")
    tour_types: list[TourType] | None = given(UNSET, f"Only for these tours; {KEPT}")
    redemptions_max: int | None = given(UNSET, f"How many sales may use the promo code; {KEPT}")


@strawberry.input(description="The end of a rate, a package or a rule.")
class EndPriceRowInput:
    """A row that has not begun may end on its first day: it then never holds."""

    id: strawberry.ID = needed("The row.")
    expected_version: int = needed(SEEN)
    ends_on: date = needed("First day that it no longer holds: today or later.")
