"""What the worker's tests share: its parts over a database of the test's own, and a look inside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from procrastinate import App

from auth.signers import Signers
from bootstrap.settings import Settings
from bootstrap.wiring import TimeOrderedIds, ring_of
from db import events, jobs
from db.database import Database, Transaction
from domain.events import Event, Notice
from domain.identity import Brand
from domain.notifications import Mail
from jobs.pace import Pace
from jobs.worker import Parts, queue_app
from tests.builders import new_id, write
from tests.conftest import FreshDatabase

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
QUICK = Pace(
    retry_base_seconds=0,
    fetch_seconds=0.02,
    heartbeat_seconds=0.2,
    stalled_seconds=1,
    ending_seconds=3,
    schedule_seconds=0.05,
    relay_poll_seconds=0.01,
    longest_delay_seconds=0.1,
)


@dataclass
class Letters:
    """A mailer that keeps what it was given, and fails first as it is told to."""

    sent: list[Mail] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    tried: int = 0

    async def send(self, mail: Mail) -> None:
        self.tried += 1
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(mail)

    async def ping(self) -> None:
        if self.faults:
            raise self.faults[0]


@dataclass
class Bells:
    """Alerts as they were raised."""

    rung: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    async def alert(self, kind: str, detail: Mapping[str, object]) -> None:
        self.rung.append((kind, detail))


@dataclass
class Ears:
    """An event stream that keeps what was published, and fails first as it is told to."""

    told: list[Notice] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def publish(self, notices: Sequence[Notice]) -> None:
        if self.meanwhile:
            await self.meanwhile()
        if self.faults:
            raise self.faults.pop(0)
        self.told.extend(notices)

    def listen(self, **_subject: Any) -> AbstractAsyncContextManager[Any]:
        raise NotImplementedError

    async def ping(self) -> bool:
        return True


@dataclass
class Shelf:
    """A cache that keeps what it was told to drop, and fails first as it is told to."""

    dropped: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def read(self, keys: Any, load: Any, *, opened: Any) -> Any:
        raise NotImplementedError

    async def drop(self, scopes: Collection[str]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.dropped.extend(scopes)


@dataclass(frozen=True)
class Stand:
    """A worker's parts with ears, letters and bells of the test, and the queue as it stands."""

    settings: Settings
    admin: psycopg.AsyncConnection[tuple[Any, ...]]
    parts: Parts
    ears: Ears
    shelf: Shelf
    letters: Letters
    bells: Bells

    @property
    def database(self) -> Database:
        return self.parts.database

    def paced(self, **paces: Any) -> Parts:
        return replace(self.parts, pace=replace(self.parts.pace, **paces))

    async def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What everybody's rows are, seen past row-level security; or a change of them."""
        cursor = await self.admin.execute(statement, parameters)
        return await cursor.fetchall() if cursor.description else []

    async def jobs(self) -> list[tuple[Any, ...]]:
        """Task, status and attempts of each job, oldest first."""
        return await self.rows(
            "select task_name, status::text, attempts from procrastinate_jobs order by id"
        )

    async def until(self, statement: str, *parameters: object) -> None:
        """Wait until the first value of the answer is true."""
        async with asyncio.timeout(15):
            while not (await self.rows(statement, *parameters))[0][0]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def drain(self, app: App | None = None) -> None:
        """Run jobs until none waits."""
        waiting = "select count(*) from procrastinate_jobs where status in ('todo', 'doing')"
        async with asyncio.timeout(15), (app or queue_app(self.parts)).open_async() as opened:
            while (await self.rows(waiting))[0][0]:
                await opened.run_worker_async(
                    wait=False, listen_notify=False, install_signal_handlers=False
                )


@pytest.fixture
async def stand(fresh_database: FreshDatabase) -> AsyncIterator[Stand]:
    assert fresh_database.settings.database_admin_url is not None
    url = fresh_database.settings.database_admin_url.get_secret_value()
    ears, shelf, letters, bells = Ears(), Shelf(), Letters(), Bells()
    parts = Parts(
        database=fresh_database.database,
        events=ears,
        cache=shelf,
        mailer=letters,
        alerts=bells,
        now=lambda: NOW,
        ids=TimeOrderedIds(),
        signers=Signers.of(ring_of(fresh_database.settings), "tourbase"),
        write_url=fresh_database.database.doors.write_url,
        pace=QUICK,
    )
    async with await psycopg.AsyncConnection.connect(
        url, autocommit=True, options="-c search_path=public,jobs"
    ) as admin:
        yield Stand(fresh_database.settings, admin, parts, ears, shelf, letters, bells)


async def enqueued(
    database: Database, brand: Brand, task: str, once: str | None = None, **arguments: str
) -> int:
    """The id of a job of the brand, stored as its staff would."""

    async def work(tx: Transaction) -> int | None:
        return await jobs.enqueue(tx, task, arguments, once=once)

    job: int = await write(database, brand, work)
    return job


async def happened(database: Database, brand: Brand, *kinds: str) -> list[Notice]:
    """Events of one booking, appended one transaction each; gives what must be told of them."""
    entity_id, told = new_id(), []
    for version, kind in enumerate(kinds, start=1):
        event = Event(new_id(), kind, "booking", entity_id, version, NOW)

        async def work(tx: Transaction, event: Event = event) -> None:
            await events.append(tx, event)

        await write(database, brand, work)
        told.append(Notice(brand.tenant_id, brand.id, event.id, "booking", entity_id, kind))
    return told
