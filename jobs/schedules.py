"""Schedules: a brand's tasks at times of its own clock, each time once, whoever keeps them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from croniter import CroniterError, croniter

from db import callers, jobs, schedules
from db.database import Database, Transaction
from db.schedules import Due
from domain.identity import NOBODY, Kind, Principal
from jobs.pace import Pace, Stopping, insist, pause
from services.ports import Alerts

LOG = structlog.get_logger("tourbase.schedules")
HOUR_FIELD: Final = 1


async def keep_schedules(
    database: Database,
    alerts: Alerts,
    *,
    now: Callable[[], datetime],
    stop: asyncio.Event,
    pace: Pace,
) -> None:
    """Run until `stop`: look what is due, every few seconds."""

    def tick() -> Awaitable[int]:
        return run_due(database, alerts, now=now(), batch=pace.schedule_batch)

    with suppress(Stopping):
        while not stop.is_set():
            await insist("schedules", tick, stop=stop, longest_seconds=pace.longest_delay_seconds)
            await pause(stop, pace.schedule_seconds)


async def run_due(database: Database, alerts: Alerts, *, now: datetime, batch: int) -> int:
    """Enqueue what is due, one transaction a schedule; one that fails does not stop the others.

    Shape:  the number of jobs that were stored.
    """
    found = await database.session(NOBODY).write(lambda tx: schedules.due(tx, now=now, batch=batch))
    stored = 0
    for due in found:
        try:
            stored += await _run(database, alerts, due, now=now)
        except Exception as error:  # noqa: BLE001 - it is due still, and comes again
            LOG.warning("schedule_failed", id=str(due.schedule_id), error=type(error).__name__)
    return stored


async def _run(database: Database, alerts: Alerts, due: Due, *, now: datetime) -> bool:
    """Whether a job was stored."""
    async with database.session(NOBODY).read() as tx:
        brand = await callers.brand(tx, due.tenant_slug, due.brand_code)
    if brand is None:
        return False
    zone = ZoneInfo(brand.time_zone)
    session = database.session(Principal(Kind.WORKER, brand, role=Kind.WORKER.value))
    try:
        return await session.write(lambda tx: _enqueue(tx, due, now=now, zone=zone))
    except CroniterError:
        await session.write(lambda tx: schedules.disable(tx, due.schedule_id))
        detail = {"schedule": str(due.schedule_id), "brand": due.brand_code}
        await alerts.alert("schedule_disabled", detail)
        return False


async def _enqueue(tx: Transaction, due: Due, *, now: datetime, zone: ZoneInfo) -> bool:
    """Errors: CroniterError; then nothing is stored."""
    schedule = await schedules.lock_due(tx, due.schedule_id, now=now)
    if schedule is None:
        return False
    next_run_at = next_run(schedule.cron, after=now, zone=zone)
    job = await jobs.enqueue(tx, schedule.task, {}, once=f"schedule:{schedule.id}")
    await schedules.advance(tx, schedule.id, next_run_at=next_run_at)
    return job is not None


def next_run(cron: str, *, after: datetime, zone: ZoneInfo) -> datetime:
    """The next time that the brand's clock shows what `cron` says, in UTC.

    Shape:  a time that the clock leaps over is the first one behind the leap; of an hour that comes
            twice, a schedule of fixed hours takes the first, one of every hour takes both.
    Errors: CroniterError.
    """
    moments = croniter(cron, after.astimezone(zone))
    every_hour = moments.expanded[HOUR_FIELD] == ["*"]
    while True:
        moment: datetime = moments.get_next(datetime)
        if every_hour or not _repeated(moment):
            return moment.astimezone(UTC)


def _repeated(moment: datetime) -> bool:
    first = moment.replace(fold=0)
    return moment.utcoffset() != first.utcoffset()
