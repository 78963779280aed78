"""The queue itself, seen by those who run it: whose a job is, which are stalled, which are dead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db import statements
from db.database import Transaction
from domain.identity import Brand

SQL = statements.load(__package__, "job_queue.sql")


@dataclass(frozen=True, slots=True)
class WorkingBrand:
    """The brand that a job works for, and the address that its mails come from."""

    brand: Brand
    email_from: str | None


@dataclass(frozen=True, slots=True)
class Rescued:
    """A job that was taken from a dead worker; `dead` if it has been tried enough."""

    id: int
    task: str
    dead: bool


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that failed for good. `tenant_id` and `brand_id` are None if it carries none."""

    id: int
    task: str
    attempts: int
    queue: str
    tenant_id: int | None
    brand_id: int | None

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> "DeadJob":
        job_id, task, attempts, queue, arguments = row
        tenant, brand = arguments.get("tenant_id"), arguments.get("brand_id")
        whole = isinstance(tenant, int) and isinstance(brand, int)
        keys = (tenant, brand) if whole else (None, None)
        return cls(job_id, task, attempts, queue, *keys)


async def working_brand(tx: Transaction) -> WorkingBrand | None:
    """The brand of the session; None if it or its tenant is not in business."""
    row = await tx.row(SQL["working_brand"])
    return WorkingBrand(Brand(*row[:-1]), row[-1]) if row else None


async def names(tx: Transaction) -> tuple[str, str] | None:
    """The tenant's slug and the brand's code of the session, in business or not."""
    row = await tx.row(SQL["names_of_brand"])
    return (row[0], row[1]) if row else None


async def free_name(tx: Transaction, job_id: int) -> None:
    """A running job gives its name back, so that the next of that name can be stored."""
    await tx.run(SQL["free_name"], {"id": job_id})


async def rescue_stalled(tx: Transaction, *, seconds: float, attempts: int) -> Sequence[Rescued]:
    """Take the jobs of workers that have been silent for `seconds`; nobody takes one twice."""
    rows = await tx.rows(SQL["rescue_stalled"], {"seconds": seconds, "attempts": attempts})
    return [Rescued(*row) for row in rows]


async def dead(tx: Transaction) -> Sequence[DeadJob]:
    return [DeadJob.of(row) for row in await tx.rows(SQL["dead_jobs"])]


async def retry(tx: Transaction, job_id: int) -> bool:
    """Whether there was such a dead job."""
    return await tx.run(SQL["retry_job"], {"id": job_id}) == 1


async def forget_done(tx: Transaction, *, days: int) -> int:
    return await tx.run(SQL["forget_done"], {"days": days})


async def depth(tx: Transaction) -> Mapping[str, int]:
    """How many jobs wait (`todo`), run (`doing`) and are dead (`failed`), whichever brand's."""
    found: dict[str, int] = dict(await tx.rows(SQL["queue_depth"]))
    return {state: found.get(state, 0) for state in ("todo", "doing", "failed")}
