"""The price list in the contract: rates and rules as staff see them; dated rows, like packages."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry

from domain.identity import Scope
from schema.catalog import TourPackage
from schema.enums import PriceRuleKind, RateKind, TourType, Weekday
from schema.errors import UserError
from schema.fields import Node, column, derived, entity, money
from schema.money import Money

VERSION = "Grows with every change; send it back as `expectedVersion`."


def condition(name: str, description: str) -> Any:
    """What a rule asks for under that name; null for all."""

    def said(conditions: Mapping[str, Any]) -> Any:
        return conditions.get(name)

    return derived(("conditions",), said, description)


@entity(
    "rate_cards",
    description="What a van with so many guests costs.",
    scope=Scope.PRICE_LIST_READ,
)
class RateCard(Node):
    """A dated row: a new price is a new row."""

    kind: RateKind = column("What it charges for.")
    code: str = column("Readable key, one row of it a day: `hourly_sunwed_1_2`.")
    weekdays: list[Weekday] = column("On which days of the week it holds.")
    guests_min: int = column("Fewest guests in the van.")
    guests_max: int = column("Most guests in the van.")
    rate: Money = money("rate_cents", "Per hour, way or mile.")
    minutes_min: int = column("So many minutes are billed at least.")
    miles_included: int = column("Miles in the price of a transfer.")
    effective_from: date = column("First day of this price.")
    effective_to: date | None = column("First day that it no longer holds.")
    version: int = column(VERSION)


@entity(
    "price_rules",
    description="What raises or lowers prices in its days, or takes the place of the tax.",
    scope=Scope.PRICE_LIST_READ,
)
class PriceRule(Node):
    """A dated row. Promo codes are rules too, and are shown to staff alone."""

    kind: PriceRuleKind = column("Why it applies.")
    name: str = column("As the guest reads it on the line.")
    promo_code: str | None = column("What a guest types, if it is a promo code.")
    percent_ppm: int | None = column(
        "Parts per million of the rate or package: -100000 takes off 10 %."
    )
    amount: Money | None = money("amount_cents", "Or an amount; negative takes off.")
    weekdays: list[Weekday] | None = condition("weekdays", "Only on these days; null for all.")
    guests_min: int | None = condition("guests_min", "Only for so many guests or more.")
    guests_max: int | None = condition("guests_max", "Only for so many guests or fewer.")
    tour_types: list[TourType] | None = condition(
        "tour_types", "Only for these tours; null for all."
    )
    redemptions: int = column("How many sales that are not off have used the promo code.")
    redemptions_max: int | None = column("How many may; null for no limit.")
    effective_from: date = column("First day of tours that it holds for.")
    effective_to: date | None = column("First day that it no longer holds for.")
    version: int = column(VERSION)


@strawberry.input(description="Which rates; conditions are joined by AND.")
class RateCardFilter:
    """Every field is a filter of the read model, by the same name."""

    code: str | None = strawberry.field(default=None, description="With this code.")
    kind: list[RateKind] | None = strawberry.field(default=None, description="Of these kinds.")
    in_force_on: date | None = strawberry.field(default=None, description="That hold on this day.")


@strawberry.input(description="Which rules; conditions are joined by AND.")
class PriceRuleFilter:
    """Every field is a filter of the read model, by the same name."""

    kind: list[PriceRuleKind] | None = strawberry.field(default=None, description="Of these kinds.")
    promo_code: str | None = strawberry.field(
        default=None, description="Of this promo code, in capitals."
    )
    text: str | None = strawberry.field(default=None, description="Part of the name.")
    in_force_on: date | None = strawberry.field(default=None, description="That hold on this day.")


@strawberry.type(description="The rate as it is now, or why nothing was changed.")
class RateCardPayload:
    """Exactly one of the two says something."""

    rate_card: RateCard | None = strawberry.field(description="The row that was made or changed.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")


@strawberry.type(description="The package as it is now, or why nothing was changed.")
class TourPackagePayload:
    """Exactly one of the two says something."""

    tour_package: TourPackage | None = strawberry.field(
        description="The row that was made or changed."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")


@strawberry.type(description="The rule as it is now, or why nothing was changed.")
class PriceRulePayload:
    """Exactly one of the two says something."""

    price_rule: PriceRule | None = strawberry.field(description="The row that was made or changed.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")
