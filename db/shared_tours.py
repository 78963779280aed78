"""Shared tours as they are read, and the statements that lay, change and end one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from db import statements
from db.database import Transaction
from db.relations import (
    ColumnKind,
    Many,
    One,
    Relation,
    linked,
    local_day_from,
    local_day_to,
    one_of,
)
from domain.departures import WITH_LUNCH, Day, Fare, Van
from domain.schedule import OperatingDay
from domain.shared_tours import SharedTour

SQL = statements.load(__package__, "shared_tours.sql")

DRIVER = "shared_tour_drivers.driver_id"
DRIVEN_BY = linked("shared_tour_drivers", "shared_tour_id", "driver_id", owner="shared_tours")
SHARED_TOURS = Relation(
    "shared_tours",
    columns={
        "id": ColumnKind.UUID,
        "title": ColumnKind.TEXT,
        "status": ColumnKind.TEXT,
        "starts_at": ColumnKind.INSTANT,
        "ends_at": ColumnKind.INSTANT,
        "time_zone": ColumnKind.TEXT,
        "guests_min": ColumnKind.INT,
        "guests_max": ColumnKind.INT,
        "currency": ColumnKind.TEXT,
        "seat_cents": ColumnKind.CENTS,
        "seat_with_lunch_cents": ColumnKind.CENTS,
        "sales_close_at": ColumnKind.INSTANT,
        "cancel_until": ColumnKind.INSTANT,
        "vehicle_id": ColumnKind.UUID,
        "version": ColumnKind.INT,
    },
    one={"vehicle": One("vehicles", via="vehicle_id")},
    many={
        "tickets": Many("tickets", by="shared_tour_id", order=("created_at", "id")),
        "drivers": Many(
            "drivers",
            by="shared_tour_id",
            through="shared_tour_drivers",
            key="driver_id",
            order=("name", "id"),
        ),
    },
    orders={
        "STARTS_AT_ASC": ("starts_at", "id"),
        "STARTS_AT_DESC": ("-starts_at", "-id"),
    },
    filters={
        "status": one_of("status"),
        "starts_on_from": local_day_from("starts_at"),
        "starts_on_to": local_day_to("starts_at"),
        "driver_id": replace(DRIVEN_BY, column=DRIVER),
    },
    # Who drives is the company's own affair: guests cannot ask for it, with whatever filter.
    hidden=dict.fromkeys(("site", "link", "customer", "partner"), frozenset({DRIVER})),
)
READ_MODELS = (SHARED_TOURS,)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a tour takes of the fleet."""

    vans: Sequence[UUID]
    drivers: Sequence[UUID]


async def days(
    tx: Transaction, wanted: Sequence[date], *, code: str, zone: ZoneInfo
) -> Sequence[Day]:
    """The wished days, each with the hours and the packages that hold on it."""
    if not wanted:
        return []
    codes = (code, code + WITH_LUNCH)
    given = {"first": wanted[0], "last": wanted[-1], "codes": list(codes)}
    hours = await tx.rows(SQL["hours_by_day"], given)
    fares = await tx.rows(SQL["fares_by_day"], given)
    return [
        Day(on, _hours(hours, on, zone), *(_fare(fares, on, each) for each in codes))
        for on in wanted
    ]


def _hours(rows: Sequence[Any], on: date, zone: ZoneInfo) -> OperatingDay | None:
    """Those that came last."""
    held = [row[1:] for row in rows if row[0] <= on]
    return OperatingDay(zone, *held[-1]) if held else None


def _fare(rows: Sequence[Any], on: date, code: str) -> Fare | None:
    held = [
        facts
        for its_code, since, until, *facts in rows
        if its_code == code and since <= on and (until is None or on < until)
    ]
    if not held:
        return None
    name, cents, minutes, fewest, most, weekdays, starts = held[-1]
    return Fare(name, cents, minutes, fewest, most, frozenset(weekdays), tuple(starts))


async def vans_in_service(tx: Transaction) -> Sequence[UUID]:
    """All vans of the operator that may go on the road, sorted."""
    return [row[0] for row in await tx.rows(SQL["vans_in_service"])]


async def vans(
    tx: Transaction, vehicles: Sequence[UUID], *, since: datetime, until: datetime
) -> Sequence[Van]:
    """Those of the vehicles that are in service, largest first, with what takes them."""
    given = {"vehicles": list(vehicles), "since": since, "until": until}
    rows = await tx.rows(SQL["vans_and_their_times"], given)
    return [Van(id, seats, list(zip(a, b, strict=True))) for id, seats, a, b in rows]


async def seats_of(tx: Transaction, vehicle_id: UUID) -> int | None:
    """None for a van that is not there, or not in service."""
    row = await tx.row(SQL["seats_of_van"], {"id": vehicle_id})
    return int(row[0]) if row else None


async def scheduled_at(tx: Transaction, starts: Sequence[datetime]) -> frozenset[datetime]:
    """Those of these starts at which the brand has a tour."""
    rows = await tx.rows(SQL["scheduled_at"], {"starts": list(starts)})
    return frozenset(at for (at,) in rows)


async def insert(
    tx: Transaction, tour: SharedTour, *, block_id: UUID, free_at: datetime, time_zone: str
) -> None:
    """A tour, and the time of its van.

    Errors: VehicleBusy from the exclusion constraint.
    """
    currency = tx.principal.brand.currency if tx.principal.brand else None
    await tx.run(SQL["insert_tour"], asdict(tour) | {"time_zone": time_zone, "currency": currency})
    if tour.vehicle_id is not None:
        await tx.run(SQL["insert_block"], _time(tour, free_at) | {"id": block_id})


async def resources(tx: Transaction, tour_id: UUID) -> Resources | None:
    """The tour's van, if it has one, and its drivers; None if there is no such tour."""
    row = await tx.row(SQL["resources_of_tour"], {"id": tour_id})
    return None if row is None else Resources([row[0]] if row[0] else [], row[1])


async def drivers_of(tx: Transaction, tour_id: UUID) -> Sequence[UUID]:
    """Who drives the tour, in the order of their ids."""
    return [row[0] for row in await tx.rows(SQL["drivers_of_tour"], {"id": tour_id})]


async def pause(tx: Transaction) -> timedelta:
    """What the operator keeps free behind a tour."""
    row = await tx.row(SQL["pause"])
    return timedelta(minutes=row[0] if row else 0)


async def read(tx: Transaction, tour_id: UUID) -> SharedTour | None:
    """The tour as everybody may see it; nobody waits for it here."""
    row = await tx.row(SQL["read_tour"], {"id": tour_id})
    return SharedTour(*row) if row else None


async def lock(tx: Transaction, tour_id: UUID) -> SharedTour | None:
    """The tour's row, held until the transaction ends: sellers and changers queue here."""
    row = await tx.row(SQL["lock_tour"], {"id": tour_id})
    return SharedTour(*row) if row else None


async def update(tx: Transaction, tour: SharedTour) -> None:
    await tx.run(SQL["update_tour"], asdict(tour))


async def move_block(
    tx: Transaction, tour: SharedTour, *, block_id: UUID, free_at: datetime
) -> None:
    """Take the van for the tour's time; one that had none blocks it from now on.

    Errors: VehicleBusy from the exclusion constraint.
    """
    moved = await tx.run(SQL["move_block"], _time(tour, free_at))
    if not moved:
        await tx.run(SQL["insert_block"], _time(tour, free_at) | {"id": block_id})


async def release(tx: Transaction, tour_id: UUID, *, now: datetime) -> None:
    """Let the tour's van and its drivers go."""
    await tx.run(SQL["release_block"], {"tour": tour_id, "now": now})


def _time(tour: SharedTour, free_at: datetime) -> dict[str, Any]:
    return {
        "tour": tour.id,
        "vehicle_id": tour.vehicle_id,
        "starts_at": tour.starts_at,
        "free_at": free_at,
    }
