"""Jobs: enqueued in the caller's transaction, for the caller's brand, in the caller's name."""

from collections.abc import Mapping
from datetime import datetime

import orjson

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "jobs.sql")


async def enqueue(
    tx: Transaction,
    task: str,
    arguments: Mapping[str, str | int],
    *,
    queue: str = "default",
    run_at: datetime | None = None,
    once: str | None = None,
) -> int | None:
    """Store a job that exists if, and only if, this transaction commits.

    Shape:  tenant, brand and actor are written by the database, from the transaction's settings.
            `once` names the job: while one of that name waits, another is not stored (None).
    """
    row = await tx.row(
        SQL["enqueue_job"],
        {
            "task": task,
            "queue": queue,
            "arguments": orjson.dumps(dict(arguments)).decode(),
            "run_at": run_at,
            "once": once,
        },
    )
    return int(row[0]) if row and row[0] is not None else None
