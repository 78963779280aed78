"""What a brand sells, in the contract."""

from datetime import date, time

import strawberry

from domain.identity import Scope
from schema.enums import PackagePricing, Weekday
from schema.fields import Node, column, entity, money
from schema.money import Money


@entity("tour_packages", description="A tour with a listed price.", scope=Scope.CATALOG_READ)
class TourPackage(Node):
    """A dated row: a new price is a new row."""

    code: str = column("Readable key: `wine_tour`.")
    name: str = column("As the guest reads it.")
    pricing: PackagePricing = column("What the price is multiplied by.")
    price: Money = money("price_cents", "The price.")
    per_mile: Money = money("per_mile_cents", "Each mile beyond those included.")
    miles_included: int = column("Miles in the price.")
    minutes: int | None = column("How long it takes.")
    guests_min: int = column("Fewest guests.")
    guests_max: int = column("Most guests.")
    weekdays: list[Weekday] = column("On which days of the week it runs.")
    start_times: list[time] = column("When it starts, wall clock.")
    includes: list[str] = column("What is in the price.")
    excludes: list[str] = column("What is not.")
    effective_from: date = column("First day of this price.")
    effective_to: date | None = column("First day that it no longer holds.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")


@strawberry.input(description="Which packages; conditions are joined by AND.")
class TourPackageFilter:
    """Every field is a filter of the read model, by the same name."""

    code: str | None = strawberry.field(default=None, description="With this code.")
    text: str | None = strawberry.field(default=None, description="Part of the name.")
