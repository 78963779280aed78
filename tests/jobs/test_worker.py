"""The worker as it runs: real processes that are asked to end, or killed; servers that go away."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from bootstrap.wiring import TimeOrderedIds, required
from db.database import Transaction
from domain.bookings import NewTimes
from domain.identity import Brand
from integrations.embedded.child import Process, end, spawn
from jobs.worker import forget, rescue, run
from services.bookings import reschedule_booking
from tests.builders import START, a_booking, a_brand, a_customer, write
from tests.jobs.conftest import NOW, Stand, enqueued, happened

TELL = "tell_customer_of_new_time"
EVENT = "0197a1b2-0000-7000-8000-000000000001"
QUICK_WORKER = """
import asyncio
from bootstrap.settings import Settings
from jobs.pace import Pace
from jobs.worker import work
pace = Pace(concurrency=1, fetch_seconds=0.05, heartbeat_seconds=0.2, stalled_seconds=1,
            schedule_seconds=0.1, ending_seconds={ending_seconds})
raise SystemExit(asyncio.run(work(Settings(), pace=pace)))
"""
DOING = "select exists (select from procrastinate_jobs where status = 'doing')"
DONE = "select bool_and(status = 'succeeded') from procrastinate_jobs"
Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a worker process on a database, its mail going to `mail`; kills what is left."""
    running: list[Process] = []

    def start(
        settings: Settings, mail: str, *, program: tuple[str, ...] = (), ending_seconds: float = 3
    ) -> Process:
        code = QUICK_WORKER.format(ending_seconds=ending_seconds)
        process = spawn(
            [sys.executable, *(program or ("-c", code))],
            env=child_environment(
                {
                    "TOURBASE_ENV": "development",
                    "DATABASE_URL": required(settings.database_url, ""),
                    "DATABASE_READ_URL": required(settings.database_read_url, ""),
                    "REDIS_URL": required(settings.redis_url, ""),
                    "AUTH_SIGNING_KEY": required(settings.auth_signing_key, ""),
                    "EVENTS_SECRET": required(settings.events_secret, ""),
                    "SECRETS_KEY": required(settings.secrets_key, ""),
                    "MAIL_URL": mail,
                }
            ),
            output=subprocess.DEVNULL,
            errors=subprocess.PIPE,
            death_signal=signal.SIGKILL,
            folder=tmp_path,
        )
        running.append(process)
        return process

    yield start
    end(running, by=signal.SIGKILL, seconds=5)
    for process in running:
        assert process.stderr is not None
        process.stderr.close()


async def ended(process: Process) -> tuple[int, str]:
    """The exit code, and what was written to the log."""
    _, log = await asyncio.to_thread(process.communicate, timeout=15)
    return process.returncode, log.decode()


@asynccontextmanager
async def slow_mail_server(*, seconds: float) -> AsyncIterator[str]:
    """A mail server that greets so late; then it takes everything."""
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.sleep(seconds)
            writer.write(b"220 here\r\n")
            while line := await reader.readline():
                if line.startswith(b"DATA"):
                    writer.write(b"354 go on\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 OK\r\n")
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def a_mail_to_send(stand: Stand, brand: Brand, email: str = "ada@example.com") -> None:
    async def work(tx: Transaction) -> UUID:
        return await a_booking(tx, customer_id=await a_customer(tx, email=email))

    booking = await write(stand.database, brand, work)
    await enqueued(stand.database, brand, TELL, booking_id=str(booking), event_id=EVENT)


async def test_a_job_whose_worker_was_killed_is_done_by_the_next(
    stand: Stand, start: Start, tmp_path: Path
) -> None:
    brand = await a_brand(stand.settings)
    await a_mail_to_send(stand, brand)
    async with slow_mail_server(seconds=60) as never:
        first = start(stand.settings, never)
        await stand.until(DOING)
        first.kill()
        await ended(first)
    assert await stand.jobs() == [(TELL, "doing", 0)]

    start(stand.settings, f"mailbox:{tmp_path / 'mail'}")
    await stand.until(DONE)

    assert await stand.jobs() == [(TELL, "succeeded", 2)]
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1


async def test_a_worker_that_is_asked_to_end_finishes_its_job_and_takes_no_other(
    stand: Stand, start: Start
) -> None:
    brand = await a_brand(stand.settings)
    await a_mail_to_send(stand, brand, "one@example.com")
    await a_mail_to_send(stand, brand, "two@example.com")
    async with slow_mail_server(seconds=0.5) as slow:
        worker = start(stand.settings, slow)
        await stand.until(DOING)
        worker.send_signal(signal.SIGTERM)
        code, _ = await ended(worker)

    assert code == 0
    assert await stand.jobs() == [(TELL, "succeeded", 1), (TELL, "todo", 0)]
    assert await stand.rows("select count(*) from procrastinate_workers") == [(0,)]


async def test_a_job_that_does_not_finish_in_time_goes_back_to_the_queue(
    stand: Stand, start: Start
) -> None:
    brand = await a_brand(stand.settings)
    await a_mail_to_send(stand, brand)
    async with slow_mail_server(seconds=60) as never:
        worker = start(stand.settings, never, ending_seconds=0.2)
        await stand.until(DOING)
        worker.send_signal(signal.SIGINT)
        code, _ = await ended(worker)

    assert code == 0
    assert await stand.jobs() == [(TELL, "todo", 1)]


async def test_the_command_works_and_its_log_is_json_without_personal_data(
    stand: Stand, start: Start, tmp_path: Path
) -> None:
    brand = await a_brand(stand.settings)
    await a_mail_to_send(stand, brand, "ada@example.com")
    await happened(stand.database, brand, "First")

    mail = f"mailbox:{tmp_path / 'mail'}"
    worker = start(stand.settings, mail, program=("-m", "cli.main", "work"))
    await stand.until(DONE)
    await stand.until("select count(*) = 0 from outbox")
    worker.send_signal(signal.SIGTERM)
    code, log = await ended(worker)

    assert code == 0
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["event"] for line in lines] == ["working", "job_done", "worked"]
    assert (lines[1]["task"], lines[1]["level"]) == (TELL, "info")
    assert "ada@example.com" not in log


async def test_a_move_is_told_to_the_customer_and_to_the_subscribers(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    stop = asyncio.Event()
    running = asyncio.create_task(run(stand.parts, stop=stop))

    async def book(tx: Transaction) -> UUID:
        return await a_booking(tx, customer_id=await a_customer(tx, email="ada@example.com"))

    booking = await write(stand.database, brand, book)
    wish = NewTimes(booking, START + timedelta(hours=2), None, 1)
    await write(
        stand.database,
        brand,
        lambda tx: reschedule_booking(tx, wish, now=NOW, ids=TimeOrderedIds()),
    )
    await stand.until(DONE)
    await stand.until("select count(*) = 0 from outbox")
    stop.set()
    await running

    (mail,), (notice,) = stand.letters.sent, stand.ears.told
    assert "Monday, 8 June 2026 at 12:00 PDT" in mail.text
    assert (notice.kind, notice.entity_id) == ("BookingRescheduled", booking)
    assert mail.key == str(notice.event_id)


async def test_after_the_database_cut_every_connection_the_worker_goes_on(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    stop = asyncio.Event()
    running = asyncio.create_task(run(stand.parts, stop=stop))
    await stand.until("select count(*) = 1 from procrastinate_workers")

    await stand.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where usename like 'tourbase_%%' and datname = current_database()"
    )
    await a_mail_to_send(stand, brand)
    (notice,) = await happened(stand.database, brand, "First")
    await stand.until(DONE)
    await stand.until("select count(*) = 0 from outbox")
    stop.set()
    await running

    assert [mail.key for mail in stand.letters.sent] == [EVENT]
    assert stand.ears.told == [notice]


async def test_dead_workers_jobs_are_taken_once_and_not_for_ever(stand: Stand) -> None:
    await stand.rows(
        "with workers as (insert into procrastinate_workers (last_heartbeat)"
        " values (now()), (now() - interval '5 seconds') returning id, last_heartbeat)"
        " insert into procrastinate_jobs"
        " (queue_name, task_name, status, attempts, worker_id, queueing_lock)"
        " select 'default', case when last_heartbeat = now() then 'living' else 'dead' end,"
        "   'doing', 0, id, 'name' || id from workers"
        " union all values ('default', 'nobodys', 'doing'::procrastinate_job_status, 3, null::bigint, 'n'),"
        "   ('default', 'poison', 'doing', 4, null, 'p')"
    )

    await asyncio.gather(*(rescue(stand.parts) for _ in range(4)))

    assert sorted(await stand.jobs()) == [
        ("dead", "todo", 1),
        ("living", "doing", 0),
        ("nobodys", "todo", 4),
        ("poison", "failed", 5),
    ]
    ((kind, detail),) = stand.bells.rung
    assert (kind, detail["task"], detail["reason"]) == ("dead_letter", "poison", "its workers died")


async def test_only_jobs_that_succeeded_long_ago_are_forgotten(stand: Stand) -> None:
    await stand.rows(
        "with stored as (insert into procrastinate_jobs (queue_name, task_name, status)"
        " values ('default', 'old', 'succeeded'), ('default', 'new', 'succeeded'),"
        "   ('default', 'dead', 'failed') returning id, task_name, status)"
        " insert into procrastinate_events (job_id, type, at)"
        " select id, status::text::procrastinate_job_event_type,"
        "   now() - case task_name when 'new' then interval '6 days' else interval '8 days' end"
        " from stored"
    )

    await forget(stand.parts)

    assert await stand.jobs() == [("new", "succeeded", 0), ("dead", "failed", 0)]
