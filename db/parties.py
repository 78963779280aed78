"""The statements that sell a booking for another party."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from domain.availability import FreeVan
from domain.ids import Ids
from domain.parties import Resold, Sold, document
from domain.sales import Van

SQL = statements.load(__package__, "parties.sql")


async def vans(tx: Transaction, booking_id: UUID) -> Sequence[FreeVan]:
    """The vans that a booking has."""
    rows = await tx.rows(SQL["vans_of_booking"], {"id": booking_id})
    return [FreeVan(*row) for row in rows]


async def lock(tx: Transaction, booking_id: UUID) -> Sold | None:
    """The booking's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_sold"], {"id": booking_id})
    return Sold(*row) if row else None


async def update_party(
    tx: Transaction, booking_id: UUID, change: Resold, *, now: datetime, ids: Ids
) -> None:
    """The party, its sums and its lines."""
    await tx.run(
        SQL["update_party"],
        {
            "id": booking_id,
            "party_size": change.party_size,
            **change.sums,
            "sold_as": orjson.dumps(change.sold_as).decode(),
            "version": change.version,
            "now": now,
        },
    )
    await tx.run(SQL["remove_lines"], {"id": booking_id})
    lines: list[dict[str, Any]] = [
        {"id": ids.new(), "position": position, **dict(facts)}
        for position, facts in enumerate(document(change.lines), start=1)
        if isinstance(facts, dict)
    ]
    stored = orjson.dumps(lines).decode()
    await tx.run(SQL["insert_lines"], {"booking_id": booking_id, "lines": stored})


async def update_vans(
    tx: Transaction,
    booking_id: UUID,
    after: Sequence[Van],
    *,
    before: Sequence[FreeVan],
    until: datetime,
    now: datetime,
    ids: Ids,
) -> None:
    """The guests of each van, and what is taken or free again by that.

    Errors: VehicleBusy from the exclusion constraint.
    """
    had, has = {van.id for van in before}, {van.vehicle_id for van in after}
    left = {"id": booking_id, "vehicles": sorted(had - has), "now": now}
    new = sorted(has - had)
    if left["vehicles"]:
        await tx.run(SQL["free_vans"], left)
        await tx.run(SQL["leave_vans"], left)
    seated = {
        "vehicles": [van.vehicle_id for van in after],
        "guests": [van.guests for van in after],
    }
    await tx.run(SQL["seat_guests"], {"booking_id": booking_id, **seated})
    if new:
        taken = {"vehicles": new, "block_ids": [ids.new() for _ in new], "until": until}
        await tx.run(SQL["take_vans"], {"booking_id": booking_id, **taken})
