"""Sales: what a brand sells by, and a booking stored with all that belongs to it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from db import statements
from db.database import Transaction
from domain.cancellation import to_document
from domain.errors import NotFound
from domain.ids import Ids
from domain.pricing import Line
from domain.sales import NewStop, Sale, Terms, Van
from domain.schedule import OperatingDay

SQL = statements.load(__package__, "sales.sql")
AS_IT_IS = (
    *("tour_type", "source", "party_size", "starts_at", "ends_at", "currency", "hold_expires_at"),
    *("pickup", "dropoff", "special_requests", "internal_notes", "driver_notes"),
    *("sold_by_app_id", "inquiry_id", "reservation_id", "proposal_id"),
)


async def terms(tx: Transaction, *, day: date, today: date, zone: ZoneInfo) -> Terms | None:
    """Hours of the tour's day, holds and numbers of today; None without settings."""
    row = await tx.row(SQL["selling_terms"], {"day": day, "today": today})
    if row is None:
        return None
    opens_at, closes_at, buffer, hold_minutes, prefix = row
    return Terms(OperatingDay(zone, opens_at, closes_at, buffer), hold_minutes, prefix)


async def held_since(
    tx: Transaction, booking_id: UUID, *, now: datetime, zone: ZoneInfo
) -> tuple[datetime, int]:
    """When a booking was made, and for how many minutes its brand holds.

    Errors: NotFound for a brand without settings.
    """
    row = await tx.row(SQL["held_since"], {"id": booking_id, "today": now.astimezone(zone).date()})
    if row is None:
        raise NotFound
    return row[0], row[1]


async def insert(
    tx: Transaction, sale: Sale, *, id: UUID, number: str, now: datetime, ids: Ids
) -> None:
    """Store a booking with its lines, its stops, its vans and what they block, by two statements.

    Errors: VehicleBusy from the exclusion constraint.
    """
    await tx.run(SQL["insert_booking"], _head(tx, sale, id=id, number=number, now=now))
    parts = {"booking_id": id, "blocked_until": sale.blocked_until}
    parts |= _lines(sale.lines, ids) | _stops(sale.stops, ids) | _vans(sale.vans, ids)
    await tx.run(SQL["insert_parts"], parts)


async def take(
    tx: Transaction, booking_id: UUID, vans: Sequence[Van], *, blocked_until: datetime, ids: Ids
) -> None:
    """Give vans to a stored booking, and block their time.

    Errors: VehicleBusy from the exclusion constraint.
    """
    parts = {"booking_id": booking_id, "blocked_until": blocked_until}
    parts |= _lines((), ids) | _stops((), ids) | _vans(vans, ids)
    await tx.run(SQL["insert_parts"], parts)


def _head(
    tx: Transaction, sale: Sale, *, id: UUID, number: str, now: datetime
) -> Mapping[str, Any]:
    contact, totals, brand = sale.buyer.contact, sale.totals, tx.principal.brand
    plain = {name: getattr(sale, name) for name in AS_IT_IS}
    return plain | {
        "id": id,
        "number": number,
        "status": sale.begins,
        "customer_id": sale.buyer.customer_id,
        "customer_name": contact.name if contact else None,
        "customer_email": contact.email if contact else None,
        "customer_phone": contact.phone if contact else None,
        "time_zone": brand.time_zone if brand else None,
        "subtotal_cents": totals.subtotal_cents,
        "discount_cents": totals.discount_cents,
        "tax_cents": totals.tax_cents,
        "total_cents": totals.total_cents,
        "deposit_cents": totals.deposit_cents,
        "policy": orjson.dumps(to_document(sale.policy)).decode(),
        "sold_as": orjson.dumps(sale.sold_as).decode() if sale.sold_as else None,
        "now": now,
    }


def _lines(lines: Sequence[Line], ids: Ids) -> dict[str, Any]:
    return {
        "line_ids": [ids.new() for _ in lines],
        "line_kinds": [line.kind for line in lines],
        "line_labels": [line.label for line in lines],
        "line_rules": [line.rule for line in lines],
        "line_quantities": [line.quantity_thousandths for line in lines],
        "line_units": [line.unit_cents for line in lines],
        "line_amounts": [line.amount_cents for line in lines],
        "line_taxables": [line.taxable for line in lines],
    }


def _stops(stops: Sequence[NewStop], ids: Ids) -> dict[str, Any]:
    return {
        "stop_ids": [ids.new() for _ in stops],
        "stop_kinds": [stop.kind for stop in stops],
        "stop_wineries": [stop.winery_id for stop in stops],
        "stop_restaurants": [stop.restaurant_id for stop in stops],
        "stop_hotels": [stop.hotel_id for stop in stops],
        "stop_own_places": [stop.own_place_id for stop in stops],
        "stop_names": [stop.name for stop in stops],
        "stop_addresses": [stop.address for stop in stops],
        "stop_arrivals": [stop.planned_arrival_at for stop in stops],
        "stop_minutes": [stop.minutes for stop in stops],
    }


def _vans(vans: Sequence[Van], ids: Ids) -> dict[str, Any]:
    return {
        "vehicle_ids": [van.vehicle_id for van in vans],
        "vehicle_guests": [van.guests for van in vans],
        "block_ids": [ids.new() for _ in vans],
    }
