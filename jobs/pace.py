"""How fast the worker's loops go, and how they keep trying while something is away."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

LOG = structlog.get_logger("tourbase.jobs")

T = TypeVar("T")
FIRST_DELAY_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds. A job is tried `attempts` times, after 5, 25, 125 and 625 seconds."""

    attempts: int = 5
    retry_base_seconds: int = 5
    concurrency: int = 10
    fetch_seconds: float = 1
    heartbeat_seconds: float = 10
    stalled_seconds: float = 30
    ending_seconds: float = 7
    schedule_seconds: float = 5
    schedule_batch: int = 100
    keep_done_days: int = 7
    relay_batch: int = 100
    relay_lease_seconds: float = 30
    relay_poll_seconds: float = 0.1
    drop_settle_seconds: float = 10
    longest_delay_seconds: float = 5


class Stopping(Exception):
    """The process ends, and what was being tried has not succeeded."""


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait that long, or until the process ends."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def insist(
    what: str,
    action: Callable[[], Awaitable[T]],
    *,
    stop: asyncio.Event,
    longest_seconds: float,
) -> T:
    """Try until it succeeds, ever more slowly; the log tells the first failure and the success.

    Errors: Stopping.
    """
    delay, failed = FIRST_DELAY_SECONDS, False
    while True:
        try:
            result = await action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the loop must outlive it
            if not failed:
                LOG.warning("trying_again", what=what, error=type(error).__name__)
            failed = True
        else:
            if failed:
                LOG.info("works_again", what=what)
            return result
        if stop.is_set():
            raise Stopping
        await pause(stop, delay * random.uniform(0.5, 1))  # noqa: S311 - jitter
        delay = min(delay * 2, longest_seconds)
