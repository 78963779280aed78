"""Bookings as they are read, and the statements that move one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import (
    ColumnKind,
    Many,
    One,
    Relation,
    equals,
    linked,
    local_day_from,
    local_day_to,
    one_of,
    one_of_by_now,
    text,
    visible_only,
)
from domain.bookings import Booking, Rescheduled

SQL = statements.load(__package__, "bookings.sql")

COLUMNS = {
    "id": ColumnKind.UUID,
    "number": ColumnKind.TEXT,
    "status": ColumnKind.TEXT,
    "tour_type": ColumnKind.TEXT,
    "source": ColumnKind.TEXT,
    "customer_id": ColumnKind.UUID,
    "reservation_id": ColumnKind.UUID,
    "customer_name": ColumnKind.TEXT,
    "customer_email": ColumnKind.TEXT,
    "customer_phone": ColumnKind.TEXT,
    "guest_first_name": ColumnKind.TEXT,
    "party_size": ColumnKind.INT,
    "starts_at": ColumnKind.INSTANT,
    "ends_at": ColumnKind.INSTANT,
    "time_zone": ColumnKind.TEXT,
    "pickup": ColumnKind.TEXT,
    "dropoff": ColumnKind.TEXT,
    "special_requests": ColumnKind.TEXT,
    "internal_notes": ColumnKind.TEXT,
    "driver_notes": ColumnKind.TEXT,
    "currency": ColumnKind.TEXT,
    "subtotal_cents": ColumnKind.CENTS,
    "discount_cents": ColumnKind.CENTS,
    "tax_cents": ColumnKind.CENTS,
    "total_cents": ColumnKind.CENTS,
    "deposit_cents": ColumnKind.CENTS,
    "balance_cents": ColumnKind.CENTS,
    "hold_expires_at": ColumnKind.INSTANT,
    "deposit_received_at": ColumnKind.INSTANT,
    "cancelled_at": ColumnKind.INSTANT,
    "no_show": ColumnKind.BOOL,
    "created_at": ColumnKind.INSTANT,
    "updated_at": ColumnKind.INSTANT,
    "version": ColumnKind.INT,
}
STAFF_ONLY = frozenset({"internal_notes", "driver_notes", "guest_first_name"})
ON_THE_ROAD = (
    "id number status tour_type guest_first_name party_size starts_at ends_at time_zone pickup"
    " dropoff special_requests driver_notes hold_expires_at created_at updated_at version"
)

BOOKINGS = Relation(
    "bookings",
    columns=COLUMNS,
    one={
        "customer": One("customers", via="customer_id"),
        "reservation": One("reservations", via="reservation_id"),
    },
    many={
        "payments": Many("payments", by="booking_id", order=("created_at", "id")),
        "stops": Many("booking_stops", by="booking_id", order=("position",)),
        "price_lines": Many("booking_price_lines", by="booking_id", order=("position",)),
        "vehicles": Many(
            "vehicles",
            by="booking_id",
            through="booking_vehicles",
            key="vehicle_id",
            order=("name", "id"),
        ),
        "drivers": Many(
            "drivers",
            by="booking_id",
            through="booking_drivers",
            key="driver_id",
            order=("name", "id"),
        ),
    },
    orders={
        "STARTS_AT_ASC": ("starts_at", "id"),
        "STARTS_AT_DESC": ("-starts_at", "-id"),
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "status": one_of_by_now("status", "hold_expires_at", open=["held"], closed="expired"),
        "starts_on_from": local_day_from("starts_at"),
        "starts_on_to": local_day_to("starts_at"),
        "customer_id": equals("customer_id"),
        "driver_id": linked("booking_drivers", "booking_id", "driver_id", owner="bookings"),
        "vehicle_id": linked("booking_vehicles", "booking_id", "vehicle_id", owner="bookings"),
        "winery_id": linked("booking_stops", "booking_id", "winery_id", owner="bookings"),
        "source": one_of("source"),
        "text": text(),
    },
    hidden={
        "customer": STAFF_ONLY,
        "partner": STAFF_ONLY,
        "link": STAFF_ONLY,
        "driver": visible_only(COLUMNS, *ON_THE_ROAD.split()),
    },
)
BOOKING_STOPS = Relation(
    "booking_stops",
    columns={
        "id": ColumnKind.UUID,
        "booking_id": ColumnKind.UUID,
        "position": ColumnKind.INT,
        "kind": ColumnKind.TEXT,
        "winery_id": ColumnKind.UUID,
        "restaurant_id": ColumnKind.UUID,
        "hotel_id": ColumnKind.UUID,
        "own_place_id": ColumnKind.UUID,
        "name": ColumnKind.TEXT,
        "address": ColumnKind.TEXT,
        "planned_arrival_at": ColumnKind.INSTANT,
        "minutes": ColumnKind.INT,
        "arrived_at": ColumnKind.INSTANT,
        "departed_at": ColumnKind.INSTANT,
        "third_party_status": ColumnKind.TEXT,
    },
    one={
        "winery": One("wineries", via="winery_id"),
        "restaurant": One("restaurants", via="restaurant_id"),
        "hotel": One("hotels", via="hotel_id"),
        "own_place": One("own_places", via="own_place_id"),
    },
)
BOOKING_PRICE_LINES = Relation(
    "booking_price_lines",
    columns={
        "id": ColumnKind.UUID,
        "booking_id": ColumnKind.UUID,
        "position": ColumnKind.INT,
        "kind": ColumnKind.TEXT,
        "label": ColumnKind.TEXT,
        "rule": ColumnKind.TEXT,
        "quantity_thousandths": ColumnKind.INT,
        "unit_cents": ColumnKind.CENTS,
        "amount_cents": ColumnKind.CENTS,
        "taxable": ColumnKind.BOOL,
    },
)
READ_MODELS = (BOOKINGS, BOOKING_STOPS, BOOKING_PRICE_LINES)


async def lock(tx: Transaction, booking_id: UUID) -> Booking | None:
    """The booking's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_booking"], {"id": booking_id})
    return Booking(*row) if row else None


async def resources(tx: Transaction, booking_id: UUID) -> tuple[Sequence[UUID], Sequence[UUID]]:
    """The vehicles and the drivers that the booking blocks, each sorted."""
    row = await tx.row(SQL["resources_of_booking"], {"id": booking_id})
    return (row[0], row[1]) if row else ((), ())


async def update_times(
    tx: Transaction, booking_id: UUID, change: Rescheduled, *, now: datetime
) -> None:
    """Move the tour, its planned arrivals and what it blocks.

    Errors: VehicleBusy, DriverBusy from the exclusion constraints.
    """
    times = {
        "id": booking_id,
        "starts_at": change.starts_at,
        "ends_at": change.ends_at,
        "blocked_until": change.blocked_until,
        "version": change.version,
        "now": now,
    }
    await tx.run(SQL["move_stops"], times)
    await tx.run(SQL["update_times"], times)
    await tx.run(SQL["move_blocks"], times)
