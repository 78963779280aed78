"""The worker: jobs, the relay and the schedules in one process, until it is told to end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from procrastinate import App, PsycopgConnector

from auth.signers import Signers
from bootstrap.settings import Settings
from bootstrap.wiring import TimeOrderedIds, now, outside, ring_of
from db import job_queue
from db.database import Database
from domain.errors import ServiceUnavailable
from domain.identity import NOBODY
from domain.ids import Ids
from integrations.telemetry import Telemetry
from jobs.admission import Admission, bury, strategy
from jobs.event_relay import relay, relay_drops
from jobs.pace import Pace, Stopping, insist, pause
from jobs.schedules import keep_schedules
from jobs.scraping import page_of
from jobs.tasks import TASKS
from jobs.watching import watched
from services.ports import Alerts, Cache, EventStream, Mailer

LOG = structlog.get_logger("tourbase.worker")
HOUR_SECONDS: Final = 3600.0
STARTING_SECONDS: Final = 0.5
STEADY: Final = Pace()


@dataclass(frozen=True, slots=True)
class Parts:
    """What the worker works with; `write_url` is the write login's, for the queue's own pool."""

    database: Database
    events: EventStream
    cache: Cache
    mailer: Mailer
    alerts: Alerts
    now: Callable[[], datetime]
    ids: Ids
    signers: Signers
    write_url: str
    pace: Pace
    telemetry: Telemetry | None = None


async def work(settings: Settings, *, pace: Pace = STEADY) -> int:
    """Run until SIGTERM or SIGINT, then let current jobs finish; what does not is tried again.

    Errors: SettingMissing; UnsafeLogin if a login is an owner or a superuser.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with parts(settings, pace=pace) as made:
        try:
            await made.database.verify()
        except ServiceUnavailable as error:
            LOG.warning("database_away", reason=type(error.__cause__).__name__)
        LOG.info("working")
        await run(made, stop=stop)
    LOG.info("worked")
    return 0


@asynccontextmanager
async def parts(settings: Settings, *, pace: Pace) -> AsyncIterator[Parts]:
    """The live objects of a worker, closed in reverse when the block ends."""
    signers = Signers.of(ring_of(settings), settings.auth_issuer)
    async with outside(settings) as made, page_of(settings, made.registry):
        yield Parts(
            database=made.database,
            events=made.events,
            cache=made.cache,
            mailer=made.mailer,
            alerts=made.alerts,
            now=now,
            ids=TimeOrderedIds(),
            signers=signers,
            write_url=made.database.doors.write_url,
            pace=pace,
            telemetry=made.telemetry,
        )


async def run(parts: Parts, *, stop: asyncio.Event) -> None:
    """Everything at once, until `stop`; a database or a Redis that is away is waited for."""
    database, pace = parts.database, parts.pace
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(relay(database, parts.events, stop=stop, pace=pace))
        tasks.create_task(relay_drops(database, parts.cache, stop=stop, pace=pace))
        tasks.create_task(
            keep_schedules(database, parts.alerts, now=parts.now, stop=stop, pace=pace)
        )
        tasks.create_task(tend(parts, stop=stop))
        tasks.create_task(serve_jobs(parts, stop=stop))


async def serve_jobs(parts: Parts, *, stop: asyncio.Event) -> None:
    """Run the queue; it ends by itself when the database goes away, and is then started anew."""
    delay = 0.1
    while not stop.is_set():
        serving = asyncio.create_task(_serve(parts))
        ending = asyncio.create_task(stop.wait())
        began = asyncio.get_running_loop().time()
        await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        settled = began + STARTING_SECONDS - asyncio.get_running_loop().time()
        await asyncio.wait({serving}, timeout=max(settled, 0))
        await _end(serving, patience_seconds=parts.pace.ending_seconds + 1)
        if stop.is_set():
            return
        outcome = None if serving.cancelled() else serving.exception()
        LOG.warning("queue_ended", error=type(outcome).__name__)
        lasted = asyncio.get_running_loop().time() - began
        delay = 0.1 if lasted > parts.pace.longest_delay_seconds else delay * 2
        await pause(stop, min(delay, parts.pace.longest_delay_seconds))


async def _end(serving: asyncio.Task[None], *, patience_seconds: float) -> None:
    """Cancel, which the queue takes as the wish to end, and finishes current jobs.

    A queue that is still starting loses that wish; after its patience it is told again.
    """
    while not serving.done():
        serving.cancel()
        await asyncio.wait({serving}, timeout=patience_seconds)


async def _serve(parts: Parts) -> None:
    pace = parts.pace
    app = queue_app(parts)
    async with app.open_async():
        await app.run_worker_async(
            concurrency=pace.concurrency,
            fetch_job_polling_interval=pace.fetch_seconds,
            shutdown_graceful_timeout=pace.ending_seconds,
            update_heartbeat_interval=pace.heartbeat_seconds,
            stalled_worker_timeout=pace.stalled_seconds,
            install_signal_handlers=False,
        )


def queue_app(parts: Parts) -> App:
    """The queue, on a small pool of its own, with every task behind its admission."""
    admission = Admission(
        parts.database,
        parts.mailer,
        parts.alerts,
        now=parts.now,
        ids=parts.ids,
        signers=parts.signers,
        attempts=parts.pace.attempts,
    )
    app = App(
        connector=PsycopgConnector(
            conninfo=parts.write_url,
            min_size=0,
            max_size=4,
            timeout=parts.database.doors.acquire_seconds,
            kwargs={
                "prepare_threshold": parts.database.doors.prepare_threshold,
                "connect_timeout": 2,
            },
        )
    )
    for name, task in TASKS.items():
        run = watched(parts.telemetry, name, admission.admit(task))
        app.task(name=name, pass_context=True, retry=strategy(parts.pace))(run)
    return app


async def tend(parts: Parts, *, stop: asyncio.Event) -> None:
    """Look after the queue until `stop`: dead workers' jobs often, old jobs once an hour."""
    longest, clock = parts.pace.longest_delay_seconds, asyncio.get_running_loop().time
    forget_at = clock()
    with suppress(Stopping):
        while not stop.is_set():
            await insist("rescue", partial(rescue, parts), stop=stop, longest_seconds=longest)
            if clock() >= forget_at:
                await insist("forget", partial(forget, parts), stop=stop, longest_seconds=longest)
                forget_at = clock() + HOUR_SECONDS
            await pause(stop, parts.pace.schedule_seconds)


async def rescue(parts: Parts) -> None:
    """Take up the jobs of workers that died; one that was tried enough is a dead letter."""
    pace = parts.pace
    rescued = await parts.database.session(NOBODY).write(
        lambda tx: job_queue.rescue_stalled(
            tx, seconds=pace.stalled_seconds, attempts=pace.attempts
        )
    )
    for job in rescued:
        LOG.warning("job_rescued", job=job.id, task=job.task)
        if job.dead:
            await bury(parts.alerts, job_id=job.id, task=job.task, reason="its workers died")


async def forget(parts: Parts) -> None:
    """Delete the jobs that succeeded long ago."""
    days = parts.pace.keep_done_days
    await parts.database.session(NOBODY).write(lambda tx: job_queue.forget_done(tx, days=days))
