"""Every job passes here: whose it is, under which name it works, and what its failure means."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from procrastinate import JobContext, RetryStrategy
from procrastinate.jobs import Job

from auth.signers import Signers
from db import job_queue
from db.database import Database, Session
from db.job_queue import WorkingBrand
from domain import faults
from domain.identity import NOBODY, Brand, Kind, Principal
from domain.ids import Ids
from domain.notifications import MailRefused
from integrations.frames import tell_caller
from jobs.pace import Pace
from services.ports import Alerts, Mailer

LOG = structlog.get_logger("tourbase.jobs")
CARRIED: Final = frozenset({"tenant_id", "brand_id", "actor_id"})


class Refused(Exception):
    """The job can never be done as it is. The message is ours and names no person."""


class JobFailed(Exception):
    """What the queue's own log is told of a failure: a kind, no message with somebody's values."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a task is given: the door as its brand's worker, and the outside."""

    session: Session
    brand: WorkingBrand
    mailer: Mailer
    now: Callable[[], datetime]
    ids: Ids
    signers: Signers


Task = Callable[..., Awaitable[None]]
"""Takes its `Work`, then its arguments by name, as they were enqueued."""


def strategy(pace: Pace) -> RetryStrategy:
    """Only what this module calls a failure is tried again."""
    return RetryStrategy(
        max_attempts=pace.attempts - 1,
        exponential_wait=pace.retry_base_seconds,
        retry_exceptions=[JobFailed],
    )


class Admission:
    """Makes of a task what the queue runs."""

    def __init__(
        self,
        database: Database,
        mailer: Mailer,
        alerts: Alerts,
        *,
        now: Callable[[], datetime],
        ids: Ids,
        signers: Signers,
        attempts: int,
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._alerts = alerts
        self._now = now
        self._ids = ids
        self._signers = signers
        self._attempts = attempts

    def admit(self, task: Task) -> Callable[..., Awaitable[None]]:
        async def run(context: JobContext, **arguments: object) -> None:
            job, began = context.job, time.monotonic()
            try:
                work = await self._work_of(job, arguments)
                wanted = {name: str(arguments[name]) for name in arguments.keys() - CARRIED}
                await task(work, **wanted)
            except (Refused, MailRefused) as refusal:
                await self._bury(job, str(refusal))
                raise Refused(str(refusal)) from None
            except asyncio.CancelledError:
                raise await self._failed(job, "interrupted") from None
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted and told
                raise await self._failed(job, _told(error)) from None
            seconds = round(time.monotonic() - began, 3)
            LOG.info("job_done", job=job.id, task=job.task_name, seconds=seconds)

        return run

    async def _work_of(self, job: Job, arguments: Mapping[str, object]) -> Work:
        """Errors: Refused for a job without tenant and brand, or of one that is not in business."""
        match (arguments.get("tenant_id"), arguments.get("brand_id")):
            case (int(tenant_id), int(brand_id)):
                unnamed = Brand(tenant_id, brand_id, "", "", "", "UTC", "")
            case _:
                raise Refused("the job has no tenant and brand")
        if job.queueing_lock is not None and job.id is not None:
            await self._free_name(job.id)
        actor = arguments.get("actor_id")
        actor_id = UUID(str(actor)) if actor else None
        principal = Principal(Kind.WORKER, unnamed, actor_id)
        async with self._database.session(principal).read() as tx:
            found = await job_queue.working_brand(tx)
        if found is None:
            raise Refused("the job's brand is not in business")
        tell_caller(found.brand.tenant_slug, found.brand.code, Kind.WORKER.value)
        worker = Principal(Kind.WORKER, found.brand, actor_id, role=Kind.WORKER.value)
        session = self._database.session(worker)
        return Work(session, found, self._mailer, self._now, self._ids, self._signers)

    async def _free_name(self, job_id: int) -> None:
        await self._database.session(NOBODY).write(lambda tx: job_queue.free_name(tx, job_id))

    async def _failed(self, job: Job, reason: str) -> JobFailed:
        """The last failure is told to a person."""
        LOG.warning("job_failed", job=job.id, task=job.task_name, reason=reason)
        if job.attempts + 1 >= self._attempts:
            await self._bury(job, reason)
        return JobFailed(reason)

    async def _bury(self, job: Job, reason: str) -> None:
        await bury(self._alerts, job_id=job.id, task=job.task_name, reason=reason)


async def bury(alerts: Alerts, *, job_id: int | None, task: str, reason: str) -> None:
    """A job stays `failed`: nobody but a person will try it again."""
    await alerts.alert("dead_letter", {"job": job_id, "task": task, "reason": reason})


def _told(error: BaseException) -> str:
    """The kind of an error and its place; its message may hold somebody's values."""
    return " at ".join((type(error).__name__, *faults.places(error)[-1:]))
