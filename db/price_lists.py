"""Rates, packages and rules as staff read them, and the statements that edit one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, Relation, equals, in_force_on, one_of, part_of
from domain.periods import DatedRow, Period
from domain.price_lists import Beside, Table

SQL = statements.load(__package__, "price_lists.sql")

RATE_CARDS = Relation(
    "rate_cards",
    columns={
        "id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "code": ColumnKind.TEXT,
        "weekdays": ColumnKind.INTS,
        "guests_min": ColumnKind.INT,
        "guests_max": ColumnKind.INT,
        "rate_cents": ColumnKind.CENTS,
        "minutes_min": ColumnKind.INT,
        "miles_included": ColumnKind.INT,
        "effective_from": ColumnKind.DATE,
        "effective_to": ColumnKind.DATE,
        "version": ColumnKind.INT,
    },
    orders={
        "EFFECTIVE_FROM_ASC": ("effective_from", "id"),
        "EFFECTIVE_FROM_DESC": ("-effective_from", "-id"),
    },
    filters={
        "code": equals("code"),
        "kind": one_of("kind"),
        "in_force_on": in_force_on("effective_from", "effective_to"),
    },
)
PRICE_RULES = Relation(
    "price_rules",
    columns={
        "id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "name": ColumnKind.TEXT,
        "promo_code": ColumnKind.TEXT,
        "conditions": ColumnKind.JSON,
        "percent_ppm": ColumnKind.INT,
        "amount_cents": ColumnKind.CENTS,
        "redemptions": ColumnKind.INT,
        "redemptions_max": ColumnKind.INT,
        "effective_from": ColumnKind.DATE,
        "effective_to": ColumnKind.DATE,
        "version": ColumnKind.INT,
    },
    orders={
        "EFFECTIVE_FROM_ASC": ("effective_from", "id"),
        "EFFECTIVE_FROM_DESC": ("-effective_from", "-id"),
    },
    filters={
        "kind": one_of("kind"),
        "promo_code": equals("promo_code"),
        "text": part_of("name"),
        "in_force_on": in_force_on("effective_from", "effective_to"),
    },
)
READ_MODELS = (RATE_CARDS, PRICE_RULES)
GUESTS: Final = ("guests_min", "guests_max")
FIELDS: Final[Mapping[Table, Sequence[str]]] = {
    "rate_cards": (
        *("kind", "code", "weekdays", *GUESTS),
        *("rate_cents", "minutes_min", "miles_included"),
    ),
    "tour_packages": (
        *("code", "name", "price_cents", "minutes", *GUESTS),
        *("weekdays", "start_times", "includes", "excludes"),
    ),
    "price_rules": (
        *("kind", "name", "promo_code", "percent_ppm", "amount_cents"),
        *("redemptions_max", "redemptions"),
    ),
}
CONDITIONS: Final = ("weekdays", *GUESTS, "tour_types")
"""What stands in a rule's `conditions`; one that is absent there admits all."""


async def lock_list(tx: Transaction) -> None:
    """Nobody else edits prices of the brand until the transaction ends."""
    brand = tx.principal.brand
    await tx.row(SQL["lock_prices"], {"code": brand.code if brand else None})


async def lock(tx: Transaction, table: Table, row_id: UUID) -> DatedRow | None:
    """The row, held until the transaction ends."""
    row = await tx.row(SQL[f"lock_{table}"], {"id": row_id})
    if row is None:
        return None
    id, version, starts_on, ends_on, *rest = row
    values = dict(zip(FIELDS[table], rest, strict=False))
    if table == "price_rules":
        values |= {name: rest[-1].get(name) for name in CONDITIONS}
    return DatedRow(id, version, Period(starts_on, ends_on), values)


async def beside(
    tx: Transaction, table: Table, values: Mapping[str, Any], period: Period, *, but: UUID
) -> list[Beside]:
    """Other rows that a row with these values would have to stand beside in these days."""
    asked = {name: values.get(name) for name in ("code", "kind", "promo_code")}
    rows = await tx.rows(SQL[f"beside_{table}"], {**asked, **_days(period), "id": but})
    if table != "rate_cards":
        return [Beside(row[0]) for row in rows]
    return [Beside(code, kind, frozenset(days), *guests) for code, kind, days, *guests in rows]


async def insert(
    tx: Transaction, table: Table, row_id: UUID, values: Mapping[str, Any], period: Period
) -> None:
    await tx.run(SQL[f"insert_{table}"], {**_stored(table, values), **_days(period), "id": row_id})


async def update(
    tx: Transaction, table: Table, row: DatedRow, values: Mapping[str, Any], period: Period
) -> None:
    """Correct a row as a whole; its version grows."""
    given = {**_stored(table, values), **_days(period), "id": row.id, "version": row.version + 1}
    await tx.run(SQL[f"update_{table}"], given)


async def end(tx: Transaction, table: Table, row: DatedRow, period: Period) -> None:
    """The first day on which a row no longer holds; its version grows."""
    given = {"id": row.id, "ends_on": period.ends_on, "version": row.version + 1}
    await tx.run(SQL[f"end_{table}"], given)


def _days(period: Period) -> dict[str, Any]:
    return {"starts_on": period.starts_on, "ends_on": period.ends_on}


def _stored(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    if table != "price_rules":
        return dict(values)
    named = {name: values[name] for name in CONDITIONS if values[name] is not None}
    return {**values, "conditions": orjson.dumps(named).decode()}
