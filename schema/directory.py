"""The shared directory in the contract: wineries, restaurants, hotels."""

import strawberry

from domain.identity import Scope
from schema.fields import Node, column, entity, money, noted
from schema.money import Money
from schema.places import DirectoryNote


@entity(
    "wineries", description="A winery that tours visit.", scope=Scope.CATALOG_READ, recorded=False
)
class Winery(Node):
    """Common facts, the same for all tenants, beside what the brand says of it."""

    slug: str = column("Readable key: `lecole-no-41`.")
    name: str = column("Name.")
    ava: str = column("American Viticultural Area.")
    neighborhood: str | None = column("Part of the valley.")
    city: str | None = column("City.")
    state: str | None = column("State.")
    address: str | None = column("Postal address.")
    website: str | None = column("Web site.")
    latitude: float | None = column("Degrees north.")
    longitude: float | None = column("Degrees east.")
    tasting_fee: Money | None = money(
        "tasting_fee_cents", "Paid by guests at the winery, never in our price."
    )
    tasting_fee_waiver: str | None = column("When the fee is waived.")
    reservation_required: bool | None = column("Must a visit be announced? Null: not known.")
    hours: str | None = column("Opening hours, as text.")
    wine_styles: list[str] = column("What it makes.")
    features: list[str] = column("What it offers.")
    founded_year: int | None = column("Year of foundation.")
    visit_minutes: int = column("How long a visit takes.")
    verified: bool = column("Have these facts been checked with the winery?")
    featured: bool = noted("Does the brand show it first?")
    hidden: bool = noted("Does the brand leave it out of lists?")
    remark: str | None = noted("What the brand says of it to its guests.")
    directory_note: DirectoryNote | None = noted(
        "All that the brand says of it; send its `version` back as `expectedVersion`.",
        scope=Scope.DIRECTORY_WRITE,
    )


@entity(
    "restaurants",
    description="A restaurant that tours stop at.",
    scope=Scope.CATALOG_READ,
    recorded=False,
)
class Restaurant(Node):
    """Common facts, the same for all tenants, beside what the brand says of it."""

    slug: str = column("Readable key.")
    name: str = column("Name.")
    cuisine: str | None = column("Kind of kitchen.")
    address: str | None = column("Postal address.")
    website: str | None = column("Web site.")
    lunch_partner: bool = column("Does it cater for tours?")
    accepts_pre_orders: bool | None = column("May lunch be ordered ahead? Null: not known.")
    menu_price_min: Money | None = money("menu_price_min_cents", "Cheapest dish.")
    menu_price_max: Money | None = money("menu_price_max_cents", "Dearest dish.")
    verified: bool = column("Have these facts been checked with the restaurant?")
    featured: bool = noted("Does the brand show it first?")
    hidden: bool = noted("Does the brand leave it out of lists?")
    remark: str | None = noted("What the brand says of it to its guests.")
    directory_note: DirectoryNote | None = noted(
        "All that the brand says of it; send its `version` back as `expectedVersion`.",
        scope=Scope.DIRECTORY_WRITE,
    )


@entity(
    "hotels", description="A hotel that guests stay at.", scope=Scope.CATALOG_READ, recorded=False
)
class Hotel(Node):
    """Common facts, the same for all tenants, beside what the brand says of it."""

    slug: str = column("Readable key.")
    name: str = column("Name.")
    address: str | None = column("Postal address.")
    website: str | None = column("Web site.")
    distance_miles: int | None = column("Miles from the centre.")
    verified: bool = column("Have these facts been checked with the hotel?")
    featured: bool = noted("Does the brand show it first?")
    hidden: bool = noted("Does the brand leave it out of lists?")
    remark: str | None = noted("What the brand says of it to its guests.")
    directory_note: DirectoryNote | None = noted(
        "All that the brand says of it; send its `version` back as `expectedVersion`.",
        scope=Scope.DIRECTORY_WRITE,
    )


@strawberry.input(description="Which wineries; conditions are joined by AND.")
class WineryFilter:
    """Every field is a filter of the read model, by the same name."""

    ava: str | None = strawberry.field(default=None, description="In this viticultural area.")
    text: str | None = strawberry.field(default=None, description="Part of the name.")


@strawberry.input(description="Which restaurants; conditions are joined by AND.")
class RestaurantFilter:
    """Every field is a filter of the read model, by the same name."""

    lunch_partner: bool | None = strawberry.field(
        default=None, description="Only those that cater for tours, or only others."
    )
    text: str | None = strawberry.field(default=None, description="Part of the name.")


@strawberry.input(description="Which hotels; conditions are joined by AND.")
class HotelFilter:
    """Every field is a filter of the read model, by the same name."""

    text: str | None = strawberry.field(default=None, description="Part of the name.")
