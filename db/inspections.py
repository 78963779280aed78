"""Inspections as they are read, and the statements that file a report and take it in."""

from dataclasses import asdict
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from db.relations import (
    ColumnKind,
    One,
    Relation,
    equals,
    local_day_from,
    local_day_to,
    one_of,
)
from domain.inspections import Grounding, Inspection

SQL = statements.load(__package__, "inspections.sql")

INSPECTIONS = Relation(
    "inspections",
    columns={
        "id": ColumnKind.UUID,
        "vehicle_id": ColumnKind.UUID,
        "driver_id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "inspected_at": ColumnKind.INSTANT,
        "mileage": ColumnKind.INT,
        "defects": ColumnKind.JSON,
        "critical": ColumnKind.BOOL,
    },
    one={
        "vehicle": One("vehicles", via="vehicle_id"),
        "driver": One("drivers", via="driver_id"),
    },
    orders={
        "INSPECTED_AT_ASC": ("inspected_at", "id"),
        "INSPECTED_AT_DESC": ("-inspected_at", "-id"),
    },
    filters={
        "vehicle_id": equals("vehicle_id"),
        "driver_id": equals("driver_id"),
        "kind": one_of("kind"),
        "critical": equals("critical"),
        "inspected_on_from": local_day_from("inspected_at"),
        "inspected_on_to": local_day_to("inspected_at"),
    },
)
READ_MODELS = (INSPECTIONS,)


async def insert(tx: Transaction, inspection: Inspection) -> None:
    given = {**asdict(inspection), "critical": inspection.critical}
    given["defects"] = orjson.dumps(inspection.defects).decode()
    await tx.run(SQL["insert_inspection"], given)


async def take_in(tx: Transaction, inspection_id: UUID) -> Grounding | None:
    """What the report of this very transaction did to its vehicle; None if it changed nothing."""
    row = await tx.row(SQL["take_in_inspection"], {"id": inspection_id})
    return Grounding(*row) if row else None
