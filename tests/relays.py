"""What the worker would have told by now: for changes that were made past the server."""

import asyncio

from bootstrap.wiring import Parts
from jobs.event_relay import relay_drop_batch
from jobs.pace import Pace


async def relayed(made: Parts) -> None:
    """Tell every process of what was changed until now, as the relay does."""
    while await relay_drop_batch(made.database, made.cache, stop=asyncio.Event(), pace=Pace()):
        pass
