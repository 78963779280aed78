"""Which fields are used: counted in the process, and added to the brand's figures now and then."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from db import field_usage
from db.database import Database, Transaction
from domain.errors import DomainError
from domain.field_usage import KEPT, Asker, Used, Uses, by_brand
from domain.identity import Brand, Kind, Principal
from domain.ids import Ids

LOG = structlog.get_logger("tourbase.usage")
MOST_COUNTED: Final = 20_000
"""Documents by caller that are counted between two times; what comes beyond is not counted."""
LAST_SECONDS: Final = 5.0


@dataclass(slots=True)
class Count:
    """How often one caller sent one operation since the last time."""

    asker: Asker
    used: Used
    times: int


class FieldTally:
    """Counts operations by caller and document; costs an operation one step of a counter."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        ids: Ids,
        *,
        most: int = MOST_COUNTED,
    ) -> None:
        self._database = database
        self._now = now
        self._ids = ids
        self._most = most
        self._counted: dict[tuple[object, ...], Count] = {}

    def count(self, asker: Asker, used: Used, *, times: int = 1) -> None:
        brand = asker.brand  # Its hash is that of seven values, at each operation.
        key = (used, asker.kind, asker.app_id, brand.tenant_id, brand.id)
        counted = self._counted.get(key)
        if counted is not None:
            counted.times += times
        elif len(self._counted) < self._most:
            self._counted[key] = Count(asker, used, times)

    async def flush(self) -> None:
        """Add what was counted to the figures; what cannot be added now is counted on."""
        counts, self._counted = list(self._counted.values()), {}
        for brand, uses in by_brand({(c.asker, c.used): c.times for c in counts}).items():
            try:
                await self._add(brand, uses)
            except Exception as error:  # noqa: BLE001 - one brand holds no other's figures back
                LOG.warning("usage_not_stored", brand=brand.code, error=type(error).__name__)
                if isinstance(error, DomainError) and error.retryable:
                    self._count_on([each for each in counts if each.asker.brand == brand])

    def _count_on(self, counts: Sequence[Count]) -> None:
        for each in counts:
            self.count(each.asker, each.used, times=each.times)

    async def _add(self, brand: Brand, uses: Uses) -> None:
        day = self._now().astimezone(ZoneInfo(brand.time_zone)).date()
        session = self._database.session(Principal(Kind.WORKER, brand, role=Kind.WORKER.value))
        await session.write(lambda tx: field_usage.add(tx, uses, day=day, new_id=self._ids.new))


@asynccontextmanager
async def counting(tally: FieldTally, seconds: float) -> AsyncIterator[FieldTally]:
    """Flush every so many seconds, and once more at the end."""
    flushing = asyncio.create_task(_keep_flushing(tally, seconds))
    try:
        yield tally
    finally:
        flushing.cancel()
        with suppress(asyncio.CancelledError):
            await flushing
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await tally.flush()


async def _keep_flushing(tally: FieldTally, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await tally.flush()


async def purge_usage(tx: Transaction, *, now: datetime) -> None:
    """Forget what was used too long ago."""
    await field_usage.purge(tx, before=(now - KEPT).date())
