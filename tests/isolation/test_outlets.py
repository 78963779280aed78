"""What leaves the transaction: jobs, notices, notifications. Each is somebody's, and tells ids."""

import json
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest
from psycopg import errors

from bootstrap.settings import Settings
from bootstrap.wiring import Parts
from db import jobs
from db.database import Database, Transaction
from domain.errors import DomainError
from domain.events import Event, Notice
from domain.identity import Brand
from tests.builders import START, a_brand, a_principal, new_id, write
from tests.isolation.callers import Context, enter
from tests.isolation.catalogue import Connection
from tests.isolation.conftest import Planted, url

ENQUEUE = "select enqueue_job('a_task', 'default', %(arguments)s, now(), null)"
STORED = "select args from jobs.procrastinate_jobs where id = %(id)s"
COUNT = "select count(*) from jobs.procrastinate_jobs"
LEAVE = "select set_config('role', 'none', true)"


def test_a_job_carries_the_callers_tenant_brand_and_actor_and_they_cannot_be_forged(
    planted: Planted, login: Connection
) -> None:
    actor = new_id()
    enter(login, "staff", Context.of("own", planted.own), actor=actor)
    forged = {"tenant_id": 1, "brand_id": 1, "actor_id": str(new_id()), "booking_id": "b"}
    stored = login.execute(ENQUEUE, {"arguments": json.dumps(forged)}).fetchone()
    login.execute(LEAVE)
    assert stored is not None
    kept = login.execute(STORED, {"id": stored[0]}).fetchone()

    assert kept == (
        {
            "tenant_id": planted.own.tenant_id,
            "brand_id": planted.own.id,
            "actor_id": str(actor),
            "booking_id": "b",
        },
    )


@pytest.mark.parametrize("role", ["staff", "worker"])
@pytest.mark.parametrize("tenant", [True, False])
def test_a_job_without_a_brand_is_refused_and_not_stored(
    role: str, *, tenant: bool, planted: Planted, login: Connection
) -> None:
    before = login.execute(COUNT).fetchone()
    enter(login, role, Context("none", planted.own.tenant_id if tenant else None, None))
    with (
        pytest.raises(errors.InsufficientPrivilege, match="a job needs a tenant and a brand"),
        login.transaction(force_rollback=True),
    ):
        login.execute(ENQUEUE, {"arguments": "{}"})
    login.execute(LEAVE)

    assert login.execute(COUNT).fetchone() == before


@pytest.mark.parametrize("role", ["site", "customer", "partner", "driver"])
def test_only_staff_the_worker_and_who_sells_for_a_guest_store_jobs(
    role: str, planted: Planted, login: Connection
) -> None:
    enter(login, role, Context.of("own", planted.own))

    with pytest.raises(errors.InsufficientPrivilege), login.transaction(force_rollback=True):
        login.execute(ENQUEUE, {"arguments": "{}"})


@pytest.mark.parametrize(
    "role", ["site", "link", "customer", "partner", "driver", "staff", "worker"]
)
def test_no_working_role_looks_into_the_queue(
    role: str, planted: Planted, login: Connection
) -> None:
    enter(login, role, Context.of("own", planted.own))

    with pytest.raises(errors.InsufficientPrivilege), login.transaction(force_rollback=True):
        login.execute(COUNT)


async def test_what_the_queue_notifies_holds_ids_and_no_value(
    settings: Settings, database: Database, brand: Brand
) -> None:
    """Any role may listen to any channel, so nothing that is somebody's may be said there."""
    heard: list[psycopg.Notify] = []
    connection = await psycopg.AsyncConnection.connect(
        url(settings.database_admin_url), autocommit=True
    )
    async with connection:
        await connection.execute('listen "procrastinate_queue_v1#default"')
        await write(
            database, brand, lambda tx: jobs.enqueue(tx, "a_task", {"name": "a secret of Ada"})
        )
        heard = [notify async for notify in connection.notifies(timeout=2, stop_after=1)]

    assert [sorted(json.loads(notify.payload)) for notify in heard] == [["job_id", "type"]]


async def test_a_notice_of_one_brand_is_not_heard_by_another_of_the_same_object(
    made: Parts, settings: Settings, brand: Brand
) -> None:
    entity_id, events = new_id(), made.events
    others = (await a_brand(settings, tenant=brand, code="two"), await a_brand(settings))
    mine = Notice(brand.tenant_id, brand.id, new_id(), "booking", entity_id, "BookingChanged")
    for other in others:
        theirs = Notice(other.tenant_id, other.id, new_id(), "booking", entity_id, "Theirs")
        async with events.listen(
            tenant_id=brand.tenant_id, brand_id=brand.id, entity="booking", entity_id=entity_id
        ) as notices:
            await events.publish([theirs, mine])
            assert await anext(aiter(notices)) == mine


async def test_an_event_that_is_told_of_carries_no_value(database: Database, brand: Brand) -> None:
    """What the relay takes out of the database: whose, which, what kind."""
    columns = await write(database, brand, columns_of_the_outbox)

    assert columns == {
        "tenant_id",
        "brand_id",
        "event_id",
        "entity",
        "entity_id",
        "kind",
        "claimed_until",
    }
    assert set(Notice.__dataclass_fields__) == columns - {"claimed_until"}
    assert "changes" in Event.__dataclass_fields__


async def columns_of_the_outbox(tx: Transaction) -> set[str]:
    rows = await tx.rows(
        "select attname from pg_attribute where attrelid = 'outbox'::regclass and attnum > 0"
    )
    return {row[0] for row in rows}


async def test_busy_times_of_another_brand_are_periods_without_a_name(
    database: Database, settings: Settings, brand: Brand
) -> None:
    """The fleet is shared in a tenant: its brands learn that a vehicle is busy, and no more."""
    sibling, stranger = await a_brand(settings, tenant=brand, code="two"), await a_brand(settings)
    vehicle = await write(database, brand, make_busy)
    asked = (
        "select * from busy_periods(%(v)s::uuid[], '{}'::uuid[], %(at)s::timestamptz,"
        " %(at)s::timestamptz + interval '1 day')"
    )
    told: dict[str, list[tuple[Any, ...]]] = {}
    for each in (brand, sibling, stranger):
        async with database.session(a_principal(each)).read() as tx:
            rows = await tx.rows(asked, {"v": [vehicle], "at": START})
            told[f"{each.tenant_slug} {each.code}"] = [(row[0], row[2]) for row in rows]
            assert {len(row) for row in rows} <= {4}

    assert list(told.values()) == [[(vehicle, START)], [(vehicle, START)], []]


async def make_busy(tx: Transaction) -> UUID:
    vehicle = new_id()
    await tx.run("insert into vehicles (id, name, seats) values (%(id)s, 'V', 4)", {"id": vehicle})
    await tx.run(
        "insert into blocks (id, vehicle_id, kind, brand_id, starts_at, ends_at)"
        " values (%(id)s, %(v)s, 'maintenance', current_setting('app.brand_id')::integer, %(at)s,"
        " %(at)s::timestamptz + interval '1 hour')",
        {"id": new_id(), "v": vehicle, "at": START},
    )
    return vehicle


def test_every_refusal_is_written_by_us() -> None:
    """A code on each, so that nothing of the database's own has to stand in for one."""
    kinds = DomainError.__subclasses__()

    assert kinds
    assert orjson.dumps(sorted(kind.code for kind in kinds))
    assert {kind.__name__ for kind in kinds if not kind.code.isupper()} == set()
