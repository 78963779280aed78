"""What is known of drivers and vehicles before they go on a tour: state, papers and hours."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.compliance import DriverRecord, Papers, VehicleRecord
from domain.hours_of_service import Duty

SQL = statements.load(__package__, "compliance.sql")
AROUND: Final = timedelta(days=8)


async def driver(tx: Transaction, id: UUID, *, around: Duty, now: datetime) -> DriverRecord | None:
    """The driver's state and papers, and all duty near the time in question; None if unknown."""
    row = await tx.row(SQL["driver_facts"], {"id": id})
    if row is None:
        return None
    span = {"id": id, "since": around.starts_at - AROUND, "until": around.ends_at + AROUND}
    worked = [_worked(*each, now=now) for each in await tx.rows(SQL["duty_entries"], span)]
    planned = [
        Duty(starts_at, ends_at, ends_at - starts_at - timedelta(minutes=int(standing)))
        for starts_at, ends_at, standing in await tx.rows(SQL["planned_duty"], span)
    ]
    known = [each for each in worked if each is not None]
    duties = [*known, *planned] if len(known) == len(worked) else None
    return DriverRecord(row[0], _papers(row[1], row[2]), duties)


async def vehicle(tx: Transaction, id: UUID) -> tuple[int, VehicleRecord] | None:
    """The vehicle's seats, state and papers; None if unknown."""
    row = await tx.row(SQL["vehicle_facts"], {"id": id})
    return (row[0], VehicleRecord(row[1], _papers(row[2], row[3]))) if row else None


async def vans(tx: Transaction, booking_id: UUID) -> list[VehicleRecord]:
    """The vans of a tour, but for those whose faults somebody has overridden."""
    rows = await tx.rows(SQL["vans_of_tour"], {"id": booking_id})
    return [VehicleRecord(status, _papers(kinds, days)) for status, kinds, days in rows]


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
