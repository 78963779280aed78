"""A brand's dated settings as staff read them, and the statements that edit them."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, Relation, at_most
from domain.periods import DatedRow, Period

SQL = statements.load(__package__, "brand_settings.sql")

BRAND_SETTINGS = Relation(
    "brand_settings",
    columns={
        "id": ColumnKind.UUID,
        "tax_ppm": ColumnKind.INT,
        "deposit_percent": ColumnKind.INT,
        "gratuity_hint_percent": ColumnKind.INT,
        "hold_minutes": ColumnKind.INT,
        "opens_at": ColumnKind.TIME,
        "closes_at": ColumnKind.TIME,
        "number_prefix": ColumnKind.TEXT,
        "cancellation_tiers": ColumnKind.JSON,
        "guest_pays_card_fee": ColumnKind.BOOL,
        "card_fee_ppm": ColumnKind.INT,
        "card_fee_fixed_cents": ColumnKind.CENTS,
        "terms": ColumnKind.TEXT,
        "effective_from": ColumnKind.DATE,
        "version": ColumnKind.INT,
    },
    orders={
        "EFFECTIVE_FROM_ASC": ("effective_from", "id"),
        "EFFECTIVE_FROM_DESC": ("-effective_from", "-id"),
    },
    filters={"begun_on": at_most("effective_from")},
)
READ_MODELS = (BRAND_SETTINGS,)
FIELDS: Final = (
    *("tax_ppm", "deposit_percent", "gratuity_hint_percent", "hold_minutes"),
    *("opens_at", "closes_at", "number_prefix", "cancellation_tiers"),
    *("guest_pays_card_fee", "card_fee_ppm", "card_fee_fixed_cents", "terms"),
)


async def lock(tx: Transaction, row_id: UUID) -> tuple[DatedRow, int] | None:
    """The settings, which nobody else edits until the transaction ends; the newest version."""
    brand = tx.principal.brand
    await tx.row(SQL["lock_brand"], {"code": brand.code if brand else None})
    row = await tx.row(SQL["settings_row"], {"id": row_id})
    if row is None:
        return None
    id, version, starts_on, ends_on, newest, *rest = row
    values = dict(zip(FIELDS, rest, strict=True))
    return DatedRow(id, version, Period(starts_on, ends_on), values), newest


async def insert(tx: Transaction, row: DatedRow) -> None:
    await tx.run(SQL["insert_settings"], _stored(row))


async def update(tx: Transaction, row: DatedRow) -> None:
    await tx.run(SQL["update_settings"], _stored(row))


def _stored(row: DatedRow) -> Mapping[str, Any]:
    tiers = orjson.dumps(row.values["cancellation_tiers"]).decode()
    own = {"id": row.id, "version": row.version, "starts_on": row.period.starts_on}
    return {**row.values, **own, "cancellation_tiers": tiers}
