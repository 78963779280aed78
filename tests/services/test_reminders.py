"""Reminders: one for the time of each tour that is sure, and another when that time changes."""

from datetime import datetime, timedelta

import psycopg
import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.bookings import NewTimes
from domain.identity import Brand
from services.bookings import reschedule_booking
from services.confirmations import confirm_booking
from tests.builders import START, write
from tests.services.selling import NOW, Ids, create, open_shop, wanted

BEFORE = timedelta(hours=48)
LATER = START + timedelta(days=2)
REMINDERS = """
select (args ->> 'starts_at')::timestamptz, scheduled_at from jobs.procrastinate_jobs
where task_name = 'remind_customer' and (args ->> 'tenant_id')::integer = %s
  and (args ->> 'brand_id')::integer = %s order by id
"""


async def waiting(settings: Settings, brand: Brand) -> list[tuple[datetime, datetime]]:
    """For which start each reminder is, and when it is sent."""
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        rows = await connection.execute(REMINDERS, [brand.tenant_id, brand.id])
        return await rows.fetchall()


@pytest.mark.parametrize("confirmed", [True, False])
async def test_a_tour_that_is_sure_has_a_reminder_for_each_time_that_it_was_given(
    database: Database, settings: Settings, brand: Brand, *, confirmed: bool
) -> None:
    """Failure 14: reminders were written, and nobody had scheduled them."""
    await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))
    version = 1
    if confirmed:
        await write(
            database,
            brand,
            lambda tx: confirm_booking(tx, booking, 1, waiver="A friend", now=NOW, ids=Ids()),
        )
        version = 2
    first = [(START, START - BEFORE)] if confirmed else []
    assert await waiting(settings, brand) == first

    move = NewTimes(booking, LATER, None, version)
    await write(database, brand, lambda tx: reschedule_booking(tx, move, now=NOW, ids=Ids()))

    second = [(LATER, LATER - BEFORE)] if confirmed else []
    assert await waiting(settings, brand) == [*first, *second]
