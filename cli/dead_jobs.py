"""`tourbase dead-jobs`: what failed for good, whose it is, and another try for one of them."""

import asyncio
from argparse import Namespace

from bootstrap.settings import Settings
from bootstrap.wiring import doors
from cli.crew import say
from db import job_queue
from db.database import Database
from db.job_queue import DeadJob
from domain.errors import InvalidInput
from domain.identity import NOBODY, Brand, Kind, Principal

HEADING = ("id", "task", "tenant", "brand", "attempts")


def run(settings: Settings, given: Namespace) -> int:
    asyncio.run(dead_jobs(settings, retry=given.retry))
    return 0


async def dead_jobs(settings: Settings, *, retry: int | None) -> None:
    """Print the dead letters, oldest first, one a line, or give the one of id `retry` a new start.

    Errors: InvalidInput if there is no dead letter of that id; then nothing has changed.
    """
    database = Database(doors(settings))
    await database.open()
    try:
        if retry is None:
            await _list(database)
        else:
            await _retry(database, retry)
    finally:
        await database.close()


async def _list(database: Database) -> None:
    found = await database.session(NOBODY).write(job_queue.dead)
    if not found:
        say("There are no dead jobs.")
        return
    say("\t".join(HEADING))
    for job in found:
        tenant, brand = await _whose(database, job)
        say(f"{job.id}\t{job.task}\t{tenant}\t{brand}\t{job.attempts}")


async def _whose(database: Database, job: DeadJob) -> tuple[str, str]:
    """The tenant's slug and the brand's code, or dashes."""
    if job.tenant_id is None or job.brand_id is None:
        return "-", "-"
    worker = Principal(Kind.WORKER, Brand(job.tenant_id, job.brand_id, "", "", "", "UTC", ""))
    async with database.session(worker).read() as tx:
        return await job_queue.names(tx) or ("-", "-")


async def _retry(database: Database, job_id: int) -> None:
    if not await database.session(NOBODY).write(lambda tx: job_queue.retry(tx, job_id)):
        raise InvalidInput(f"There is no dead job {job_id}.")
    say(f"Job {job_id} is tried again.")
