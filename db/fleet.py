"""Vehicles and drivers as they are read, and the locks that queue those who want them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, Relation, at_least, one_of, part_of, visible_only
from domain.availability import FreeVan, Van

SQL = statements.load(__package__, "fleet.sql")

VEHICLE = {
    "id": ColumnKind.UUID,
    "name": ColumnKind.TEXT,
    "make": ColumnKind.TEXT,
    "model": ColumnKind.TEXT,
    "year": ColumnKind.INT,
    "vehicle_type": ColumnKind.TEXT,
    "seats": ColumnKind.INT,
    "status": ColumnKind.TEXT,
    "mileage": ColumnKind.INT,
    "version": ColumnKind.INT,
}
DRIVER = {
    "id": ColumnKind.UUID,
    "name": ColumnKind.TEXT,
    "email": ColumnKind.TEXT,
    "phone": ColumnKind.TEXT,
    "status": ColumnKind.TEXT,
    "version": ColumnKind.INT,
}
GUESTS = ("customer", "partner", "link")
VEHICLES = Relation(
    "vehicles",
    columns=VEHICLE,
    orders={
        "NAME_ASC": ("name", "id"),
        "NAME_DESC": ("-name", "-id"),
        "SEATS_ASC": ("seats", "id"),
    },
    filters={
        "status": one_of("status"),
        "seats_at_least": at_least("seats"),
        "text": part_of("name"),
    },
    hidden=dict.fromkeys(GUESTS, visible_only(VEHICLE, "id", "name", "seats", "status", "version")),
)
DRIVERS = Relation(
    "drivers",
    columns=DRIVER,
    orders={"NAME_ASC": ("name", "id"), "NAME_DESC": ("-name", "-id")},
    filters={"status": one_of("status"), "text": part_of("name")},
    hidden=dict.fromkeys(GUESTS, visible_only(DRIVER, "id", "name", "status", "version")),
)
READ_MODELS = (VEHICLES, DRIVERS)


async def lock(tx: Transaction, vehicles: Sequence[UUID], drivers: Sequence[UUID]) -> None:
    """Queue behind everybody who wants one of these resources, in one order for all."""
    await tx.rows(
        SQL["lock_resources"], {"keys": sorted(str(key) for key in (*vehicles, *drivers))}
    )


async def release_expired_holds(
    tx: Transaction, vehicles: Sequence[UUID], *, now: datetime
) -> None:
    """Free the wanted vehicles of holds that have run out, whichever brand's they are."""
    await tx.rows(SQL["release_expired_holds"], {"vehicles": list(vehicles), "now": now})


async def claim_free_vans(
    tx: Transaction, *, since: datetime, until: datetime, now: datetime
) -> Sequence[FreeVan]:
    """The vans in service that nothing blocks between two instants, smallest first.

    Shape:  behind the locks of all of them, and without the holds that have run out; `until` is
            the end of what would be blocked, the pause included.
    """
    found = await tx.rows(SQL["claim_free_vans"], {"since": since, "until": until, "now": now})
    return [FreeVan(*row) for row in found]


async def busy_times(
    tx: Transaction, *, since: datetime, until: datetime, now: datetime
) -> Sequence[Van]:
    """The operator's vans in service, smallest first, with what blocks them between two instants.

    Shape:  across brands; a hold that has run out blocks nothing.
    """
    rows = await tx.rows(SQL["fleet_busy_times"], {"since": since, "until": until, "now": now})
    return [Van(seats, list(zip(starts, ends, strict=True))) for seats, starts, ends in rows]


async def seats_in_service(tx: Transaction, *, at: datetime, now: datetime) -> list[int]:
    """The seats of every van in service, smallest first, behind the locks of all of them.

    Shape:  those that are free for no time at all: whoever may hold a van may ask that much.
    """
    return [van.seats for van in await claim_free_vans(tx, since=at, until=at, now=now)]
