"""The rows of bookings and of what they own: lines, stops, vans, drivers, blocks and history."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cli.demo.chance import Chance
from cli.demo.directory import Directory
from cli.demo.plan import BrandPlan
from cli.demo.sales import WAIVER, Sale
from cli.demo.wishes import HOLDS_A_VAN
from db.loading import Row, Rows
from domain.cancellation import Policy, to_document
from domain.pricing import over_vans

BUFFER = timedelta(minutes=30)
RELEASE_DELAY = timedelta(minutes=1)
REQUESTS = (
    "Window seats, please.",
    "One guest uses a cane.",
    "It is an anniversary.",
    None,
    None,
    None,
)
CANCEL_REASONS = ("Change of plans", "Illness in the party", "Smoke in the valley", "Booked twice")
SIGHTS = ("Harbour lookout", "Olive grove", "Oyster shed", "Beach walk", "Village bakery")
UNATTENDED = frozenset({"website", "assistant"})
TRANSFERS = frozenset({"airport_transfer", "local_transfer"})
AHEAD = (("requested", 30), ("confirmed", 50), ("waitlisted", 10), ("declined", 5), ("none", 5))


@dataclass(frozen=True, slots=True)
class Trade:
    """What all bookings of a brand share."""

    plan: BrandPlan
    brand_id: int
    places: Directory
    policy: Policy
    seller_id: str


def booking_rows(sales: Sequence[Sale], trade: Trade, chance: Chance) -> Iterator[Rows]:
    """The rows of some bookings; the parents first, then what refers to them."""
    policy = json.dumps(to_document(trade.policy))
    yield Rows(
        "bookings", BOOKING_COLUMNS, (_booking(sale, trade.plan, policy, chance) for sale in sales)
    )
    yield Rows("booking_vehicles", ("booking_id", "vehicle_id", "party_size"), _vehicles(sales))
    yield Rows("booking_drivers", ("booking_id", "driver_id", "assigned_at"), _drivers(sales))
    yield Rows("blocks", BLOCK_COLUMNS, _blocks(sales, trade.brand_id, chance))
    yield Rows("booking_price_lines", LINE_COLUMNS, _lines(sales, chance))
    yield Rows("booking_stops", STOP_COLUMNS, _stops(sales, trade, chance))
    yield Rows("events", EVENT_COLUMNS, _events(sales, trade, chance))


BOOKING_COLUMNS = (
    *("id", "number", "status", "tour_type", "source", "customer_id", "customer_name"),
    *("customer_email", "customer_phone", "sold_by_app_id", "reservation_id", "proposal_id"),
    *("party_size", "starts_at", "ends_at", "time_zone", "pickup", "dropoff", "special_requests"),
    *("currency", "subtotal_cents", "discount_cents", "tax_cents", "total_cents", "deposit_cents"),
    *("policy", "deposit_received_at", "deposit_waiver_reason", "hold_expires_at", "no_show"),
    *("cancelled_at", "cancel_reason", "completed_at", "created_at", "updated_at"),
)


def _booking(sale: Sale, plan: BrandPlan, policy: str, chance: Chance) -> Row:
    wish, origin, sums, who = sale.wish, sale.origin, sale.sums, sale.wish.customer
    return (
        *(sale.id, sale.number, wish.status, wish.tour_type, origin.source),
        *((who.id, who.name, who.email, who.phone) if who else (None, None, None, None)),
        *(origin.app_id, origin.reservation_id, origin.proposal_id),
        *(wish.party, sale.starts_at, sale.ends_at, plan.zone.key),
        *("Hotel lobby", "Hotel lobby", chance.one(REQUESTS), plan.currency),
        *(sums.subtotal_cents, sums.discount_cents, sums.tax_cents, sums.total_cents),
        *(sums.deposit_cents, policy, sale.deposit_at, WAIVER if sale.waived else None),
        *(sale.hold_expires_at, sale.no_show, sale.cancelled_at),
        chance.one(CANCEL_REASONS) if sale.cancelled_at else None,
        *(sale.completed_at, wish.created_at, sale.changed_at),
    )


def _vehicles(sales: Sequence[Sale]) -> Iterator[Row]:
    for sale in sales:
        if sale.wish.status in HOLDS_A_VAN:
            parties = over_vans(sale.wish.party, max(van.seats for van in sale.wish.vans))
            for van, party in zip(sale.wish.vans, parties, strict=True):
                yield sale.id, van.id, party


def _drivers(sales: Sequence[Sale]) -> Iterator[Row]:
    for sale in sales:
        for driver in sale.wish.drivers:
            yield sale.id, driver, sale.deposit_at or sale.wish.created_at


BLOCK_COLUMNS = (
    *("id", "brand_id", "vehicle_id", "driver_id", "booking_id", "kind", "starts_at", "ends_at"),
    *("expires_at", "released_at"),
)


def _blocks(sales: Sequence[Sale], brand_id: int, chance: Chance) -> Iterator[Row]:
    """Blocks are kept when a tour is over, and carry a release when it was given up."""
    for sale in sales:
        if sale.wish.status == "draft":
            continue
        kind = "hold" if sale.hold_expires_at else "booking"
        times = (sale.starts_at, sale.ends_at + BUFFER, sale.hold_expires_at, _released_at(sale))
        for van in sale.wish.vans:
            identity = chance.id(sale.wish.created_at)
            yield identity, brand_id, van.id, None, sale.id, kind, *times
        for driver in sale.wish.drivers:
            identity = chance.id(sale.wish.created_at)
            yield identity, brand_id, None, driver, sale.id, kind, *times


def _released_at(sale: Sale) -> datetime | None:
    if sale.wish.status == "expired" and sale.hold_expires_at:
        return sale.hold_expires_at + RELEASE_DELAY
    return sale.cancelled_at


LINE_COLUMNS = (
    *("id", "booking_id", "position", "kind", "label", "rule", "quantity_thousandths"),
    *("unit_cents", "amount_cents", "taxable"),
)


def _lines(sales: Sequence[Sale], chance: Chance) -> Iterator[Row]:
    for sale in sales:
        for position, line in enumerate(sale.lines, 1):
            yield (
                *(chance.id(sale.wish.created_at), sale.id, position, line.kind, line.label),
                *(line.rule, line.quantity_thousandths, line.unit_cents, line.amount_cents),
                line.taxable,
            )


STOP_COLUMNS = (
    *("id", "booking_id", "position", "kind", "winery_id", "restaurant_id", "name"),
    *("planned_arrival_at", "minutes", "arrived_at", "departed_at", "third_party_status"),
)


def _stops(sales: Sequence[Sale], trade: Trade, chance: Chance) -> Iterator[Row]:
    for sale in sales:
        visits = [] if sale.wish.tour_type in TRANSFERS else _visits(trade, chance)
        visits = [("pickup", "Hotel lobby"), *visits, ("dropoff", "Hotel lobby")]
        for position, (kind, place) in enumerate(visits, 1):
            planned = sale.starts_at + (sale.ends_at - sale.starts_at) * (position - 1) // len(
                visits
            )
            yield _stop(sale, position, (kind, place), planned, chance)


def _visits(trade: Trade, chance: Chance) -> list[tuple[str, str]]:
    """Two or three wineries with a restaurant between, or sights where no directory is."""
    if not trade.plan.in_the_valley:
        return [("activity", sight) for sight in chance.some(SIGHTS, 3)]
    stops = [
        ("winery", place.id) for place in chance.some(trade.places.wineries, chance.among(2, 3))
    ]
    lunch = ("restaurant", chance.one(trade.places.restaurants).id)
    return [stops[0], lunch, *stops[1:]]


def _stop(
    sale: Sale, position: int, visit: tuple[str, str], planned: datetime, chance: Chance
) -> Row:
    kind, place = visit
    calls = kind in {"winery", "restaurant"}
    minutes = 60 if calls else 30
    been = sale.wish.status == "completed" and not sale.no_show
    return (
        *(chance.id(sale.wish.created_at), sale.id, position, kind),
        place if kind == "winery" else None,
        place if kind == "restaurant" else None,
        None if calls else place,
        *(planned, minutes),
        planned + timedelta(minutes=chance.below(10)) if been else None,
        planned + timedelta(minutes=minutes) if been else None,
        _third_party(sale.wish.status, chance) if calls else "none",
    )


def _third_party(status: str, chance: Chance) -> str:
    settled = {"completed": "confirmed", "in_progress": "confirmed", "cancelled": "cancelled"}
    if status in {"held", "draft", "expired"}:
        return "none"
    return settled.get(status) or chance.weighted(AHEAD)


EVENT_COLUMNS = (
    *("id", "kind", "entity", "entity_id", "entity_version", "actor_kind", "actor_id"),
    "occurred_at",
)


def _events(sales: Sequence[Sale], trade: Trade, chance: Chance) -> Iterator[Row]:
    for sale in sales:
        at, app = sale.wish.created_at, sale.origin.app_id
        who: tuple[str, str | None] = ("partner", app) if app else ("staff", trade.seller_id)
        if sale.origin.source in UNATTENDED:
            who = ("site", None)
        yield chance.id(at), "BookingCreated", "booking", sale.id, 1, *who, at
