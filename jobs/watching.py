"""Each try of a job is timed and counted by its task and its outcome, and has a trace."""

from collections.abc import Awaitable, Callable
from time import perf_counter

from procrastinate import JobContext

from integrations.telemetry import Telemetry
from jobs.admission import Refused

Run = Callable[..., Awaitable[None]]


def watched(telemetry: Telemetry | None, name: str, run: Run) -> Run:
    """Shape: `done`, `failed` (tried again), or `refused` (never done)."""
    if telemetry is None:
        return run

    async def observed(context: JobContext, **arguments: object) -> None:
        frame, began, outcome = telemetry.job_begun(name), perf_counter(), "failed"
        try:
            await run(context, **arguments)
            outcome = "done"
        except Refused:
            outcome = "refused"
            raise
        finally:
            telemetry.job_ended(frame, name, outcome, perf_counter() - began)

    return observed
