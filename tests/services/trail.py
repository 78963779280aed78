"""What a change leaves besides its row: the event, its personal values, the notice and the job."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from bootstrap.settings import Settings
from domain.identity import Brand
from tests.builders import new_id

EVENTS = """
select id, kind, entity, entity_id, entity_version, actor_kind, actor_id, occurred_at, changes
from events where tenant_id = %s and brand_id = %s order by id
"""
PERSONAL = """
select event_id, field, before, after
from event_personal_values where tenant_id = %s and brand_id = %s order by event_id, field
"""
NOTICES = """
select event_id, entity, entity_id, kind, claimed_until
from outbox where tenant_id = %s and brand_id = %s order by event_id
"""
JOBS = """
select task_name, queue_name, status::text, args
from jobs.procrastinate_jobs
where (args ->> 'tenant_id')::integer = %s and (args ->> 'brand_id')::integer = %s order by id
"""
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Trail:
    """All four, in the order in which they were made."""

    events: Rows
    personal: Rows
    notices: Rows
    jobs: Rows


NOTHING = Trail([], [], [], [])


class OneId:
    """Identities that a test knows beforehand."""

    def __init__(self, *ids: UUID) -> None:
        self._left = list(ids)

    def new(self) -> UUID:
        return self._left.pop(0)


class FreshIds:
    """Identities that nobody has to know."""

    def new(self) -> UUID:
        return new_id()


async def trail_of(settings: Settings, brand: Brand) -> Trail:
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = [
            await (await connection.execute(question, (brand.tenant_id, brand.id))).fetchall()
            for question in (EVENTS, PERSONAL, NOTICES, JOBS)
        ]
    return Trail(*found)
