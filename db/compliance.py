"""What is known of drivers and vehicles before they go on a tour: state, papers and hours."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, LiteralString
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.compliance import DriverRecord, Papers, VehicleRecord
from domain.hours_of_service import Duty
from domain.working_hours import Week

SQL = statements.load(__package__, "compliance.sql")
AROUND: Final = timedelta(days=8)


async def driver(tx: Transaction, id: UUID, *, around: Duty, now: datetime) -> DriverRecord | None:
    """The driver's state and papers, and all duty near the time in question; None if unknown."""
    return (await drivers(tx, [id], around=around, now=now)).get(id)


async def drivers(
    tx: Transaction, ids: Sequence[UUID], *, around: Duty, now: datetime
) -> Mapping[UUID, DriverRecord]:
    """What is known of each of several drivers, in three statements; nothing of the unknown."""
    facts = await tx.rows(SQL["drivers_facts"], {"ids": list(ids)})
    if not facts:
        return {}
    span = {"ids": list(ids), "since": around.starts_at - AROUND, "until": around.ends_at + AROUND}
    duties: dict[UUID, list[Duty] | None] = {row[0]: [] for row in facts}
    for id, *entry in await tx.rows(SQL["duty_entries"], span):
        _add(duties, id, _worked(*entry, now=now))
    for id, starts_at, ends_at, standing in await tx.rows(SQL["planned_duty"], span):
        driving = ends_at - starts_at - timedelta(minutes=int(standing))
        _add(duties, id, Duty(starts_at, ends_at, driving))
    return {
        id: DriverRecord(status, _papers(kinds, days), duties[id], _week(weekdays, opens, closes))
        for id, status, kinds, days, weekdays, opens, closes in facts
    }


async def weeks(tx: Transaction, ids: Sequence[UUID]) -> Mapping[UUID, Week]:
    """When each of the drivers works; an empty week of those who have said nothing."""
    rows = await tx.rows(SQL["working_hours"], {"ids": list(ids)})
    said = {id: [row[1:] for row in rows if row[0] == id] for id in ids}
    return {id: _week(*zip(*days, strict=True)) if days else {} for id, days in said.items()}


async def off_duty(tx: Transaction, ids: Sequence[UUID], around: Duty) -> frozenset[UUID]:
    """Those of the drivers who have taken time off then."""
    return await _at(tx, SQL["time_off"], ids, around)


async def busy(tx: Transaction, ids: Sequence[UUID], around: Duty) -> frozenset[UUID]:
    """Those of the drivers whose time something takes then, time off included."""
    return await _at(tx, SQL["busy_drivers"], ids, around)


async def van_of_shared_tour(tx: Transaction, tour_id: UUID) -> str | None:
    """In which state its van is; None if it has none that the caller may see."""
    row = await tx.row(SQL["van_of_shared_tour"], {"id": tour_id})
    return row[0] if row else None


async def vehicle(tx: Transaction, id: UUID) -> tuple[int, VehicleRecord] | None:
    """The vehicle's seats, state and papers; None if unknown."""
    row = await tx.row(SQL["vehicle_facts"], {"id": id})
    return (row[0], VehicleRecord(row[1], _papers(row[2], row[3]))) if row else None


async def vans(tx: Transaction, booking_id: UUID) -> list[VehicleRecord]:
    """The vans of a tour, but for those whose faults somebody has overridden."""
    rows = await tx.rows(SQL["vans_of_tour"], {"id": booking_id})
    return [VehicleRecord(status, _papers(kinds, days)) for status, kinds, days in rows]


async def _at(
    tx: Transaction, statement: LiteralString, ids: Sequence[UUID], around: Duty
) -> frozenset[UUID]:
    span = {"ids": list(ids), "since": around.starts_at, "until": around.ends_at}
    return frozenset(row[0] for row in await tx.rows(statement, span))


def _add(duties: dict[UUID, list[Duty] | None], driver_id: UUID, duty: Duty | None) -> None:
    """One time of which nothing can be told makes all of the driver's hours unknown."""
    known = duties.get(driver_id)
    if known is not None:
        duties[driver_id] = None if duty is None else [*known, duty]


def _week(
    weekdays: Sequence[int], opens: Sequence[time | None], closes: Sequence[time | None]
) -> Week:
    return {
        weekday: (begins, ends) if begins and ends else None
        for weekday, begins, ends in zip(weekdays, opens, closes, strict=True)
    }


def _worked(
    kind: str, starts_at: datetime, ends_at: datetime | None, *, now: datetime
) -> Duty | None:
    """A clock that still runs is read now; one that starts in the future says nothing."""
    until = ends_at or now
    if until < starts_at:
        return None
    driving = until - starts_at if kind == "driving" else timedelta()
    return Duty(starts_at, until, driving)


def _papers(kinds: Iterable[str], days: Iterable[date | None]) -> Papers:
    """Of several papers of a kind the one that is good for longest."""
    papers: dict[str, date | None] = {}
    for kind, day in zip(kinds, days, strict=True):
        known = papers.get(kind)
        papers[kind] = max(day, known) if day and known else day or known
    return papers
