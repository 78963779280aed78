"""The duty clock as it is read, and the statements that turn it."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import (
    ColumnKind,
    One,
    Relation,
    equals,
    is_null,
    local_day_from,
    local_day_to,
    one_of,
)
from domain.duty import Entry

SQL = statements.load(__package__, "duty.sql")

DUTY_ENTRIES = Relation(
    "duty_entries",
    columns={
        "id": ColumnKind.UUID,
        "driver_id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "starts_at": ColumnKind.INSTANT,
        "ends_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={"driver": One("drivers", via="driver_id")},
    orders={"STARTS_AT_ASC": ("starts_at", "id"), "STARTS_AT_DESC": ("-starts_at", "-id")},
    filters={
        "driver_id": equals("driver_id"),
        "kind": one_of("kind"),
        "running": is_null("ends_at"),
        "starts_on_from": local_day_from("starts_at"),
        "starts_on_to": local_day_to("starts_at"),
    },
)
DRIVER_AVAILABILITY = Relation(
    "driver_availability",
    columns={
        "id": ColumnKind.UUID,
        "driver_id": ColumnKind.UUID,
        "weekday": ColumnKind.INT,
        "from_local": ColumnKind.TIME,
        "to_local": ColumnKind.TIME,
        "version": ColumnKind.INT,
    },
    one={"driver": One("drivers", via="driver_id")},
    orders={"DRIVER_ASC": ("driver_id", "weekday", "id")},
    filters={"driver_id": equals("driver_id")},
)
READ_MODELS = (DUTY_ENTRIES, DRIVER_AVAILABILITY)


async def running(tx: Transaction, driver_id: UUID) -> Sequence[Entry]:
    """The entries of a driver that have no end."""
    rows = await tx.rows(SQL["running_entries"], {"driver_id": driver_id})
    return [Entry(*row) for row in rows]


async def begin(tx: Transaction, entry: Entry) -> None:
    """Errors: ClockOverlaps from the exclusion constraint."""
    await tx.run(SQL["insert_entry"], asdict(entry))


async def end(tx: Transaction, entry: Entry) -> None:
    await tx.run(SQL["end_entry"], asdict(entry))
