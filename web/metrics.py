"""`/metrics`: what this process counted, and how much work waits in the queue and the outbox."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from db import events, job_queue
from db.database import Database, Transaction
from db.events import Backlog
from domain.errors import DomainError
from domain.identity import NOBODY
from integrations.metrics import may_scrape

KEPT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Depth:
    """How much work waited when somebody looked."""

    jobs: Mapping[str, int]
    outbox: Backlog


class Queue:
    """Asks the database at most once in a few seconds, however many scrape."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], *, kept_seconds: float = KEPT_SECONDS
    ) -> None:
        self._database = database
        self._now = now
        self._kept_seconds = kept_seconds
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._depth: Depth | None = None

    async def look(self) -> None:
        """While the database is away there are no figures, rather than old ones."""
        async with self._asking:
            if monotonic() - self._asked_at < self._kept_seconds:
                return
            try:
                self._depth = await self._database.session(NOBODY).write(_depth)
            except DomainError:
                self._depth = None
            self._asked_at = monotonic()

    def collect(self) -> Iterable[Metric]:
        if self._depth is None:
            return
        jobs = GaugeMetricFamily(
            "tourbase_jobs", "Jobs that wait, run, or failed for good.", labels=["state"]
        )
        for state, number in self._depth.jobs.items():
            jobs.add_metric([state], number)
        yield jobs
        outbox = self._depth.outbox
        age = max((self._now() - outbox.since).total_seconds(), 0) if outbox.since else 0
        yield GaugeMetricFamily(
            "tourbase_outbox_waiting", "Events that the relay has not told.", value=outbox.waiting
        )
        yield GaugeMetricFamily(
            "tourbase_outbox_oldest_seconds", "Age of the oldest of them.", value=age
        )


class MetricsPage(Collector):
    """For whoever holds the token; in development for anybody."""

    def __init__(
        self, registry: CollectorRegistry, queue: Queue, *, token: str | None, is_open: bool
    ) -> None:
        self._registry = registry
        self._queue = queue
        self._token = token
        self._is_open = is_open

    async def answer(self, request: Request) -> Response:
        """Errors: HTTPException 404 without the token, as if there were no such page."""
        given = request.headers.get("authorization", "")
        if not may_scrape(given, self._token, is_open=self._is_open):
            raise HTTPException(404)
        await self._queue.look()
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(
            encode(self), headers={"content-type": media_type, "cache-control": "no-store"}
        )

    def collect(self) -> Iterable[Metric]:
        yield from self._registry.collect()
        yield from self._queue.collect()


async def _depth(tx: Transaction) -> Depth:
    return Depth(await job_queue.depth(tx), await events.backlog(tx))
