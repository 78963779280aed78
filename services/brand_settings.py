"""What can be done to a brand's settings: they say something else from a day on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from db import brand_settings, events
from db.database import Transaction
from domain.brand_settings import change_settings
from domain.errors import NotFound
from domain.events import Event, Plain
from domain.ids import Ids
from domain.periods import Corrected, DatedRow, NewTerms, Period, differences


async def change_brand_settings(
    tx: Transaction, wish: NewTerms, *, now: datetime, ids: Ids
) -> UUID:
    """Settings of their own from the day on, or those edited that have not begun.

    Shape:  the id of the settings that say what was wished for. Versions are counted over all
            settings of the brand: a sale keeps the version of its policy.
    Errors: NotFound, StaleVersion, WrongState, DayInPast, InvalidInput.
    """
    brand, found = tx.principal.brand, await brand_settings.lock(tx, wish.row_id)
    if brand is None or found is None:
        raise NotFound(path="id")
    row, newest = found
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    decided = change_settings(row, wish, today=today)
    if decided is None:
        return row.id
    after = DatedRow(row.id, newest + 1, Period(wish.starts_on), decided.values)
    if isinstance(decided, Corrected):
        await brand_settings.update(tx, after)
        before, kind = _told(row.values, row.period), "BrandSettingsChanged"
    else:
        after = replace(after, id=ids.new())
        await brand_settings.insert(tx, after)
        before, kind = {}, "BrandSettingsAdded"
    event = Event(
        id=ids.new(),
        kind=kind,
        entity="brand_settings",
        entity_id=after.id,
        entity_version=after.version,
        occurred_at=now,
        changes=differences(before, _told(after.values, after.period)),
    )
    await events.append(tx, event)
    return after.id


def _told(values: Mapping[str, Any], period: Period) -> dict[str, Plain]:
    told = {**values, "effective_from": period.starts_on}
    return {name: _plain(value) for name, value in told.items()}


def _plain(value: Any) -> Plain:
    if isinstance(value, date | time):
        return value.isoformat()
    said: Plain = value
    return said
