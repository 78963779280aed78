"""Blocks as they are read, and the statements that take a time and give it back."""

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
from domain.blocks import Block
from domain.identity import Kind

SQL = statements.load(__package__, "blocks.sql")

BLOCKS = Relation(
    "blocks",
    columns={
        "id": ColumnKind.UUID,
        "vehicle_id": ColumnKind.UUID,
        "driver_id": ColumnKind.UUID,
        "booking_id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "starts_at": ColumnKind.INSTANT,
        "ends_at": ColumnKind.INSTANT,
        "expires_at": ColumnKind.INSTANT,
        "released_at": ColumnKind.INSTANT,
        "reason": ColumnKind.TEXT,
        "offset_pair_side": ColumnKind.INT,
        "version": ColumnKind.INT,
    },
    one={
        "vehicle": One("vehicles", via="vehicle_id"),
        "driver": One("drivers", via="driver_id"),
        "booking": One("bookings", via="booking_id"),
    },
    orders={"STARTS_AT_ASC": ("starts_at", "id"), "STARTS_AT_DESC": ("-starts_at", "-id")},
    filters={
        "vehicle_id": equals("vehicle_id"),
        "driver_id": equals("driver_id"),
        "kind": one_of("kind"),
        "live": is_null("released_at"),
        "starts_on_from": local_day_from("starts_at"),
        "starts_on_to": local_day_to("starts_at"),
    },
)
READ_MODELS = (BLOCKS,)


async def find(tx: Transaction, block_id: UUID) -> Block | None:
    """A block of the caller's brand or of none."""
    row = await tx.row(SQL["find_block"], {"id": block_id})
    return Block(*row) if row else None


async def insert(tx: Transaction, block: Block, *, of_brand: bool = False) -> None:
    """Errors: VehicleBusy, DriverBusy from the exclusion constraints."""
    if tx.principal.kind is Kind.DRIVER:
        await tx.rows(SQL["take_time_off"], asdict(block))
        return
    brand = tx.principal.brand.id if of_brand and tx.principal.brand else None
    await tx.run(SQL["insert_block"], {**asdict(block), "brand": brand})


async def update(tx: Transaction, block: Block) -> None:
    """Errors: VehicleBusy, DriverBusy if the block overlaps what it was paired with."""
    if tx.principal.kind is Kind.DRIVER:
        await tx.rows(SQL["give_back_time_off"], asdict(block))
        return
    await tx.run(SQL["update_block"], asdict(block))
