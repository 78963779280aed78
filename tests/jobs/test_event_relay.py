"""The relay: every event is told, in order, whatever goes away meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import psycopg
from psycopg import sql

from bootstrap.wiring import required
from db import events
from db.database import Database
from domain.errors import ServiceUnavailable
from domain.identity import NOBODY
from integrations.redis_events import RedisEvents
from jobs.event_relay import relay, relay_batch
from tests.builders import a_brand
from tests.conftest import FreshDatabase
from tests.jobs.conftest import QUICK, Ears, Stand, happened

EMPTY = "select count(*) = 0 from outbox"


async def test_events_of_every_brand_are_told_oldest_first_and_leave_the_outbox(
    stand: Stand,
) -> None:
    one, two = await a_brand(stand.settings), await a_brand(stand.settings)
    told = [
        *await happened(stand.database, one, "First", "Second"),
        *await happened(stand.database, two, "Third"),
        *await happened(stand.database, one, "Fourth"),
    ]
    pace, stop = replace(QUICK, relay_batch=3), asyncio.Event()

    sizes = [await relay_batch(stand.database, stand.ears, stop=stop, pace=pace) for _ in range(3)]

    assert sizes == [3, 1, 0]
    assert stand.ears.told == told
    assert await stand.rows(EMPTY) == [(True,)]


async def test_a_subscriber_hears_over_redis_what_was_committed(
    fresh_database: FreshDatabase,
) -> None:
    brand = await a_brand(fresh_database.settings)
    url = required(fresh_database.settings.redis_url, "REDIS_URL")
    (notice,) = await happened(fresh_database.database, brand, "BookingRescheduled")
    redis = RedisEvents(url, secret="secret")
    listening = redis.listen(
        tenant_id=brand.tenant_id, brand_id=brand.id, entity="booking", entity_id=notice.entity_id
    )

    async with listening as notices:
        await relay_batch(fresh_database.database, redis, stop=asyncio.Event(), pace=QUICK)
        async with asyncio.timeout(2):
            heard = await anext(notices)
    await redis.close()

    assert heard == notice


async def test_no_transaction_is_open_while_publishing(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    told = await happened(stand.database, brand, "First")

    async def wait_for_idleness() -> None:
        await stand.until(
            "select bool_and(state = 'idle') from pg_stat_activity"
            " where usename = 'tourbase_write' and datname = current_database()"
        )

    ears = Ears(meanwhile=wait_for_idleness)
    await relay_batch(stand.database, ears, stop=asyncio.Event(), pace=QUICK)

    assert ears.told == told


async def test_while_redis_is_away_events_wait_and_then_are_told_in_order(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    told = await happened(stand.database, brand, "First", "Second")
    away = ServiceUnavailable("Notices of changes are not available now. Try again.")
    stand.ears.faults.extend([away] * 4)
    stop = asyncio.Event()

    relaying = asyncio.create_task(
        relay(stand.database, stand.ears, stop=stop, pace=replace(QUICK, relay_batch=1))
    )
    await stand.until(EMPTY)
    stop.set()
    await relaying

    assert stand.ears.told == told
    assert stand.ears.faults == []


async def test_while_postgresql_is_away_nothing_is_lost_and_the_relay_comes_back(
    stand: Stand,
) -> None:
    brand = await a_brand(stand.settings)
    database = Database(replace(stand.database.doors, acquire_seconds=0.2))
    await database.open()
    stop = asyncio.Event()
    relaying = asyncio.create_task(relay(database, stand.ears, stop=stop, pace=QUICK))
    before = await happened(stand.database, brand, "Before")
    await stand.until(EMPTY)

    behind = await happened(stand.database, brand, "Behind")
    await _close_the_door(stand, shut=True)
    await asyncio.sleep(0.3)
    assert not relaying.done()
    await _close_the_door(stand, shut=False)
    await stand.until(EMPTY)
    stop.set()
    await relaying
    await database.close()

    assert [*dict.fromkeys(stand.ears.told)] == [*before, *behind]


async def _close_the_door(stand: Stand, *, shut: bool) -> None:
    """Refuse every login but the administrator's, and end what the worker has open."""
    ((name,),) = await stand.rows("select current_database()")
    assert stand.settings.database_admin_url is not None
    url = stand.settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute(
            sql.SQL("{} connect on database {} {} tourbase_write").format(
                sql.SQL("revoke" if shut else "grant"),
                sql.Identifier(name),
                sql.SQL("from" if shut else "to"),
            )
        )
        if shut:
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename = 'tourbase_write' and datname = current_database()"
            )


async def test_what_a_dead_relay_had_claimed_is_told_by_another_after_the_lease(
    stand: Stand,
) -> None:
    brand = await a_brand(stand.settings)
    told = await happened(stand.database, brand, "First")
    session, stop = stand.database.session(NOBODY), asyncio.Event()
    lease = timedelta(seconds=0.3)
    claimed = await session.write(lambda tx: events.claim(tx, batch=10, lease=lease))

    assert claimed == told
    assert await relay_batch(stand.database, stand.ears, stop=stop, pace=QUICK) == 0
    await asyncio.sleep(0.35)
    assert await relay_batch(stand.database, stand.ears, stop=stop, pace=QUICK) == 1
    assert stand.ears.told == told


async def test_two_relays_share_the_outbox_and_tell_each_event_once(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    told = await happened(stand.database, brand, *(f"Change{number}" for number in range(20)))
    stop, pace = asyncio.Event(), replace(QUICK, relay_batch=3)

    relaying = [
        asyncio.create_task(relay(stand.database, stand.ears, stop=stop, pace=pace))
        for _ in range(2)
    ]
    await stand.until(EMPTY)
    stop.set()
    await asyncio.gather(*relaying)

    assert sorted(stand.ears.told, key=lambda notice: notice.event_id) == told


async def test_a_relay_that_must_end_while_redis_is_away_leaves_the_event_for_the_next(
    stand: Stand,
) -> None:
    brand = await a_brand(stand.settings)
    (notice,) = await happened(stand.database, brand, "First")
    stop = asyncio.Event()

    async def end() -> None:
        stop.set()

    ears = Ears(faults=[ServiceUnavailable("away")] * 9, meanwhile=end)
    await relay(stand.database, ears, stop=stop, pace=QUICK)

    assert ears.told == []
    assert await stand.rows("select event_id from outbox") == [(notice.event_id,)]
