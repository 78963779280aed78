"""What can be done to a price list: a row is added, says something else from a day on, or ends."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from db import events, price_lists
from db.database import Transaction
from domain.errors import NotFound
from domain.events import Change, Event, Plain
from domain.ids import Ids
from domain.periods import (
    Corrected,
    DatedRow,
    NewEnd,
    NewRow,
    NewTerms,
    Period,
    change,
    differences,
    end,
    new_period,
)
from domain.price_lists import Beside, Table, check_package, check_rate, check_rule

Check = Callable[[Mapping[str, Any], Iterable[Beside]], None]
CHECKS: Final[Mapping[Table, Check]] = {
    "rate_cards": check_rate,
    "tour_packages": check_package,
    "price_rules": check_rule,
}
NAMES: Final[Mapping[Table, tuple[str, str]]] = {
    "rate_cards": ("rate_card", "Rate"),
    "tour_packages": ("tour_package", "TourPackage"),
    "price_rules": ("price_rule", "PriceRule"),
}
"""The entity of an event, and what its kind begins with: `RateAdded`."""


async def add_price_row(
    tx: Transaction, table: Table, wish: NewRow, *, now: datetime, ids: Ids
) -> UUID:
    """A rate, package or rule that holds from a day on.

    Errors: InvalidInput, DayInPast, CodeTaken, RatesOverlap.
    """
    period = new_period(wish, today=_today(tx, now))
    await price_lists.lock_list(tx)
    return await _insert(tx, table, wish.values, period, now=now, ids=ids)


async def change_price_row(
    tx: Transaction, table: Table, wish: NewTerms, *, now: datetime, ids: Ids
) -> UUID:
    """Another row from the day on, with the old one ended; or the row edited, if it has not begun.

    Shape:  the id of the row that says what was wished for.
    Errors: NotFound, StaleVersion, WrongState, DayInPast, InvalidInput, CodeTaken, RatesOverlap.
    """
    row = await _locked(tx, table, wish.row_id)
    decided = change(row, wish, today=_today(tx, now))
    if decided is None:
        return row.id
    others = await price_lists.beside(tx, table, decided.values, decided.period, but=row.id)
    CHECKS[table](decided.values, others)
    if isinstance(decided, Corrected):
        await price_lists.update(tx, table, row, decided.values, decided.period)
        changed = differences(_told(row.values, row.period), _told(decided.values, decided.period))
        await _tell(tx, table, "Changed", row, changed, now=now, ids=ids)
        return row.id
    await _end(tx, table, row, Period(row.period.starts_on, wish.starts_on), now=now, ids=ids)
    return await _insert(
        tx, table, decided.values, decided.period, now=now, ids=ids, replaces=row.id
    )


async def end_price_row(
    tx: Transaction, table: Table, wish: NewEnd, *, now: datetime, ids: Ids
) -> UUID:
    """The first day on which a row no longer holds.

    Errors: NotFound, StaleVersion, WrongState, DayInPast, InvalidInput.
    """
    row = await _locked(tx, table, wish.row_id)
    period = end(row, wish, today=_today(tx, now))
    if period is not None:
        await _end(tx, table, row, period, now=now, ids=ids)
    return row.id


def _today(tx: Transaction, now: datetime) -> date:
    if tx.principal.brand is None:
        raise NotFound
    return now.astimezone(ZoneInfo(tx.principal.brand.time_zone)).date()


async def _locked(tx: Transaction, table: Table, row_id: UUID) -> DatedRow:
    await price_lists.lock_list(tx)
    row = await price_lists.lock(tx, table, row_id)
    if row is None:
        raise NotFound(path="id")
    return row


async def _insert(
    tx: Transaction,
    table: Table,
    values: Mapping[str, object],
    period: Period,
    *,
    now: datetime,
    ids: Ids,
    replaces: UUID | None = None,
) -> UUID:
    row = DatedRow(ids.new(), 1, period, values)
    if replaces is None:
        CHECKS[table](values, await price_lists.beside(tx, table, values, period, but=row.id))
    await price_lists.insert(tx, table, row.id, values, period)
    told = _told(values, period) | ({"replaces": str(replaces)} if replaces else {})
    await _tell(tx, table, "Added", row, {n: (None, v) for n, v in told.items()}, now=now, ids=ids)
    return row.id


async def _end(
    tx: Transaction, table: Table, row: DatedRow, period: Period, *, now: datetime, ids: Ids
) -> None:
    await price_lists.end(tx, table, row, period)
    changed = differences(_told({}, row.period), _told({}, period))
    await _tell(tx, table, "Ended", row, changed, now=now, ids=ids)


async def _tell(
    tx: Transaction,
    table: Table,
    done: str,
    row: DatedRow,
    changes: Mapping[str, Change],
    *,
    now: datetime,
    ids: Ids,
) -> None:
    entity, noun = NAMES[table]
    event = Event(
        id=ids.new(),
        kind=f"{noun}{done}",
        entity=entity,
        entity_id=row.id,
        entity_version=row.version if done == "Added" else row.version + 1,
        occurred_at=now,
        changes=changes,
    )
    await events.append(tx, event)


def _told(values: Mapping[str, object], period: Period) -> dict[str, Plain]:
    """What a row says, as events keep it."""
    days = {"effective_from": period.starts_on, "effective_to": period.ends_on}
    return {name: _plain(value) for name, value in {**values, **days}.items()}


def _plain(value: object) -> Plain:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float) else None
