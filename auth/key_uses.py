"""When keys were used last: noted in the process, and written for many at once, once a minute."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from db import callers
from db.database import Database
from domain.errors import DomainError
from domain.identity import NOBODY, Principal

LOG = structlog.get_logger("tourbase.auth")
EVERY_SECONDS: Final = 60.0
MOST: Final = 10_000
Use = tuple[int, int, UUID]


class KeyUses:
    """The keys that were used since they were written last, and when each was."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._seen: dict[Use, datetime] = {}

    def note(self, principal: Principal) -> None:
        """Of a caller by a key; whoever else it is, nothing."""
        brand, key = principal.brand, principal.credential
        if principal.app_id is None or brand is None or key is None:
            return
        use = (brand.tenant_id, brand.id, key)
        if use in self._seen or len(self._seen) < MOST:
            self._seen[use] = self._now()

    async def flush(self) -> None:
        """Write what was noted; what could not be written is noted still."""
        seen, self._seen = self._seen, {}
        if not seen:
            return
        try:
            await self._write(seen)
        except DomainError as error:
            self._seen = seen | self._seen
            LOG.warning("key_uses_not_written", keys=len(seen), error=error.code)

    async def _write(self, seen: Mapping[Use, datetime]) -> None:
        session = self._database.session(NOBODY)
        await session.write(lambda tx: callers.note_key_uses(tx, seen))


@asynccontextmanager
async def flushing(uses: KeyUses, *, seconds: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Write from time to time while the block runs, and when it ends."""
    task = asyncio.create_task(_keep_flushing(uses, seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await uses.flush()


async def _keep_flushing(uses: KeyUses, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await uses.flush()
