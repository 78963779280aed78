"""The worker process."""

import asyncio
from argparse import Namespace

from bootstrap.settings import Settings
from jobs import worker


def work(settings: Settings, _given: Namespace) -> int:
    """Run jobs, relay events and keep schedules until SIGTERM or SIGINT."""
    return asyncio.run(worker.work(settings))
