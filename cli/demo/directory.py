"""The shared directory, unverified and with nothing invented: what is unknown stays empty."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cli.demo.chance import Chance
from cli.demo.reference import Record, cents, needed, records, several, truth, whole
from db.loading import Rows, rows_of

COLLECTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
PPM_A_PERCENT_HUNDREDTH = 100


@dataclass(frozen=True, slots=True)
class Place:
    """A winery, restaurant or hotel that a tour may visit."""

    id: str
    name: str
    commission_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """The places by kind, for the tours that visit them."""

    wineries: list[Place]
    restaurants: list[Place]
    hotels: list[Place]
    rows: tuple[Rows, ...]


def directory() -> Directory:
    """Read the directory; its ids are the same in every database."""
    wineries = [_winery(record, identity) for record, identity in _records("wineries")]
    restaurants = [_restaurant(record, identity) for record, identity in _records("restaurants")]
    hotels = [_hotel(record, identity) for record, identity in _records("hotels")]
    commissions = [_commission(record) for record in records("restaurants")]
    return Directory(
        wineries=[_place(facts, None) for facts in wineries],
        restaurants=[_place(*pair) for pair in zip(restaurants, commissions, strict=True)],
        hotels=[_place(facts, None) for facts in hotels],
        rows=(
            rows_of("wineries", wineries),
            rows_of("restaurants", restaurants),
            rows_of("hotels", hotels),
        ),
    )


def terms(places: Directory) -> Rows:
    """What the operator earns from restaurants: its own business, not a fact of the directory."""
    return rows_of(
        "directory_terms",
        [
            {
                "id": Chance("directory_terms", place.id).id(COLLECTED_AT),
                "place_kind": "restaurant",
                "place_id": place.id,
                "commission_ppm": place.commission_ppm,
            }
            for place in places.restaurants
            if place.commission_ppm is not None
        ],
    )


def _records(name: str) -> Iterator[tuple[Record, str]]:
    chance = Chance("directory", name)
    for record in records(name):
        yield record, chance.id(COLLECTED_AT)


def _place(facts: dict[str, object], commission_ppm: int | None) -> Place:
    return Place(str(facts["id"]), str(facts["name"]), commission_ppm)


def _commission(record: Record) -> int | None:
    hundredths = cents(record["commission_pct"])
    return None if hundredths is None else hundredths * PPM_A_PERCENT_HUNDREDTH


def _entry(record: Record, identity: str) -> dict[str, object]:
    return {
        "id": identity,
        "slug": needed(record, "slug"),
        "name": needed(record, "name"),
        "address": record["address"],
        "verified": False,
    }


def _winery(record: Record, identity: str) -> dict[str, object]:
    return _entry(record, identity) | {
        "website": record["website"],
        "ava": needed(record, "ava_region"),
        "neighborhood": record["neighborhood"],
        "city": record["city"],
        "state": record["state"],
        "tasting_fee_cents": cents(record["tasting_fee_usd"]),
        "tasting_fee_waiver": record["tasting_fee_waiver"],
        "reservation_required": truth(record["reservation_required"]),
        "hours": record["hours"],
        "wine_styles": several(record["wine_styles"]),
        "features": several(record["features"]),
        "founded_year": whole(record["founded_year"]),
    }


def _restaurant(record: Record, identity: str) -> dict[str, object]:
    return _entry(record, identity) | {
        "website": record["website"],
        "cuisine": record["cuisine_type"],
        "lunch_partner": truth(record["is_lunch_partner"]) or False,
        "accepts_pre_orders": truth(record["accepts_pre_orders"]),
        "order_method": record["order_method"],
        "menu_price_min_cents": cents(record["menu_price_min_usd"]),
        "menu_price_max_cents": cents(record["menu_price_max_usd"]),
    }


def _hotel(record: Record, identity: str) -> dict[str, object]:
    miles = whole(record["distance_miles_from_walla_walla"])
    return _entry(record, identity) | {"distance_miles": miles}
