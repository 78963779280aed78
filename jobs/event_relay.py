"""The relay: what the outbox holds is told to the subscribers, and to the caches what to drop."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from db import events as outbox
from db.database import Database
from domain.identity import NOBODY
from jobs.pace import Pace, Stopping, insist, pause
from services.ports import Cache, EventStream


async def relay(
    database: Database, events: EventStream, *, stop: asyncio.Event, pace: Pace
) -> None:
    """Run until `stop`. What was claimed and not told is told by another relay after the lease."""
    await _until(stop, partial(relay_batch, database, events, stop=stop, pace=pace), pace)


async def relay_batch(
    database: Database, events: EventStream, *, stop: asyncio.Event, pace: Pace
) -> int:
    """Claim, publish, forget: three steps, and no transaction is open while publishing.

    Shape:  the number of notices that were told.
    Errors: Stopping.
    """
    session = database.session(NOBODY)
    lease = timedelta(seconds=pace.relay_lease_seconds)
    longest = pace.longest_delay_seconds
    notices = await insist(
        "claim_outbox",
        lambda: session.write(lambda tx: outbox.claim(tx, batch=pace.relay_batch, lease=lease)),
        stop=stop,
        longest_seconds=longest,
    )
    if not notices:
        return 0
    await insist(
        "publish_events", lambda: events.publish(notices), stop=stop, longest_seconds=longest
    )
    await insist(
        "forget_relayed",
        lambda: session.write(lambda tx: outbox.forget(tx, notices)),
        stop=stop,
        longest_seconds=longest,
    )
    return len(notices)


async def relay_drops(database: Database, cache: Cache, *, stop: asyncio.Event, pace: Pace) -> None:
    """Run until `stop`. A drop does no harm twice: several relays need not know of each other."""
    await _until(stop, partial(relay_drop_batch, database, cache, stop=stop, pace=pace), pace)


async def relay_drop_batch(
    database: Database, cache: Cache, *, stop: asyncio.Event, pace: Pace
) -> int:
    """Look, drop, note: as for the outbox, no transaction is open while Redis is spoken to.

    Shape:  the number of changes that were told.
    Errors: Stopping.
    """
    session, longest = database.session(NOBODY), pace.longest_delay_seconds
    settle = timedelta(seconds=pace.drop_settle_seconds)
    drops = await insist(
        "look_for_drops",
        lambda: session.write(
            lambda tx: outbox.pending_drops(tx, settle=settle, batch=pace.relay_batch)
        ),
        stop=stop,
        longest_seconds=longest,
    )
    if not drops:
        return 0
    scopes = sorted(set(drops.values()))
    await insist("drop_cached", lambda: cache.drop(scopes), stop=stop, longest_seconds=longest)
    await insist(
        "note_drops",
        lambda: session.write(lambda tx: outbox.drops_told(tx, list(drops), settle=settle)),
        stop=stop,
        longest_seconds=longest,
    )
    return len(drops)


async def _until(stop: asyncio.Event, batch: Callable[[], Awaitable[int]], pace: Pace) -> None:
    """One batch after the other, with a rest after each that found nothing to tell."""
    with suppress(Stopping):
        while not stop.is_set():
            if not await batch():
                await pause(stop, pace.relay_poll_seconds)
