"""Schedules: the right moment of the brand's clock, once, whoever looks."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from db.database import Transaction
from domain.identity import Brand
from jobs.schedules import next_run, run_due
from tests.builders import a_brand, insert, write
from tests.jobs.conftest import NOW, Stand

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
PURGE = "purge_idempotency_records"
STATE = "select cron, next_run_at, enabled from schedules order by task, id"


async def a_schedule(stand: Stand, brand: Brand, **values: Any) -> UUID:
    async def work(tx: Transaction) -> UUID:
        given = {"task": PURGE, "cron": "0 3 * * *", "next_run_at": NOW, **values}
        return await insert(tx, "schedules", **given)

    schedule: UUID = await write(stand.database, brand, work)
    return schedule


async def looked(stand: Stand, *, now: datetime = NOW) -> int:
    return await run_due(stand.database, stand.bells, now=now, batch=100)


@pytest.mark.parametrize(
    ("cron", "after", "local"),
    [
        ("0 3 * * *", "2026-06-01 09:30", "2026-06-01T03:00:00-07:00"),
        ("0 3 * * *", "2026-06-01 10:00", "2026-06-02T03:00:00-07:00"),
        ("0 9 * * mon", "2026-06-02 00:00", "2026-06-08T09:00:00-07:00"),
        ("30 2 * * *", "2026-03-07 20:00", "2026-03-08T03:00:00-07:00"),
        ("30 2 * * *", "2026-03-08 20:00", "2026-03-09T02:30:00-07:00"),
        ("30 1 * * *", "2026-10-31 20:00", "2026-11-01T01:30:00-07:00"),
        ("30 1 * * *", "2026-11-01 08:30", "2026-11-02T01:30:00-08:00"),
        ("30 * * * *", "2026-11-01 08:30", "2026-11-01T01:30:00-08:00"),
        ("30 * * * *", "2026-03-08 09:30", "2026-03-08T03:30:00-07:00"),
        ("@hourly", "2026-11-01 08:30", "2026-11-01T01:00:00-08:00"),
    ],
)
def test_the_next_run_is_read_off_the_brands_clock(cron: str, after: str, local: str) -> None:
    moment = next_run(
        cron, after=datetime.fromisoformat(after).replace(tzinfo=UTC), zone=LOS_ANGELES
    )

    assert moment.astimezone(LOS_ANGELES).isoformat() == local
    assert moment.tzinfo is UTC


async def test_a_due_schedule_stores_a_job_of_its_brand_and_moves_to_its_next_time(
    stand: Stand,
) -> None:
    pacific = await a_brand(stand.settings)
    tokyo = await a_brand(stand.settings, time_zone="Asia/Tokyo")
    ids = [await a_schedule(stand, pacific), await a_schedule(stand, tokyo)]

    assert await looked(stand) == 2

    stored = await stand.rows(
        "select task_name, queueing_lock, args from procrastinate_jobs order by args->'brand_id'"
    )
    assert stored == [
        (
            PURGE,
            f"{brand.tenant_id}:{brand.id}:schedule:{schedule}",
            {"tenant_id": brand.tenant_id, "brand_id": brand.id, "actor_id": None},
        )
        for brand, schedule in zip((pacific, tokyo), ids, strict=True)
    ]
    assert await stand.rows(STATE) == [
        ("0 3 * * *", datetime(2026, 6, 1, 10, 0, tzinfo=UTC), True),
        ("0 3 * * *", datetime(2026, 6, 1, 18, 0, tzinfo=UTC), True),
    ]


async def test_keepers_who_look_at_once_store_one_job(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    await a_schedule(stand, brand)

    counts = await asyncio.gather(*(looked(stand) for _ in range(6)))

    assert sorted(counts) == [0, 0, 0, 0, 0, 1]
    assert await stand.jobs() == [(PURGE, "todo", 0)]


async def test_while_its_job_waits_a_schedule_stores_no_second_one_and_still_moves_on(
    stand: Stand,
) -> None:
    brand = await a_brand(stand.settings)
    await a_schedule(stand, brand)
    tomorrow = NOW + timedelta(days=1)

    assert (await looked(stand), await looked(stand, now=tomorrow)) == (1, 0)

    assert await stand.jobs() == [(PURGE, "todo", 0)]
    assert await stand.rows(STATE) == [("0 3 * * *", datetime(2026, 6, 2, 10, 0, tzinfo=UTC), True)]


async def test_what_was_missed_while_nobody_looked_runs_once(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    await a_schedule(stand, brand, cron="*/5 * * * *", next_run_at=NOW - timedelta(days=3))

    assert (await looked(stand), await looked(stand)) == (1, 0)

    assert await stand.rows(STATE) == [("*/5 * * * *", NOW + timedelta(minutes=5), True)]


async def test_a_schedule_that_is_off_early_or_of_a_suspended_tenant_does_not_run(
    stand: Stand,
) -> None:
    brand, suspended = await a_brand(stand.settings), await a_brand(stand.settings)
    await a_schedule(stand, brand, enabled=False)
    await a_schedule(stand, brand, task="early", next_run_at=NOW + timedelta(seconds=1))
    await a_schedule(stand, suspended, task="suspended")
    await stand.rows(
        "update tenants set status = 'suspended' where tenant_id = %s", suspended.tenant_id
    )
    before = await stand.rows(STATE)

    assert await looked(stand) == 0

    assert await stand.jobs() == []
    assert await stand.rows(STATE) == before


async def test_a_schedule_that_cannot_be_read_is_switched_off_with_an_alert_and_the_others_run(
    stand: Stand,
) -> None:
    brand = await a_brand(stand.settings)
    broken = await a_schedule(
        stand, brand, task="broken", cron="every day", next_run_at=NOW - timedelta(days=1)
    )
    await a_schedule(stand, brand)

    assert (await looked(stand), await looked(stand)) == (1, 0)

    assert stand.bells.rung == [("schedule_disabled", {"schedule": str(broken), "brand": "wwt"})]
    assert await stand.rows(STATE) == [
        ("every day", NOW - timedelta(days=1), False),
        ("0 3 * * *", datetime(2026, 6, 1, 10, 0, tzinfo=UTC), True),
    ]
    assert await stand.jobs() == [(PURGE, "todo", 0)]
