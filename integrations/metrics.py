"""What this process counts and times, for a scraper; every label has a closed list of values."""

import hmac
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    Histogram,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
STATEMENT_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)
JOB_BUCKETS: Final = (*BUCKETS, 30.0, 120.0)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MOST_NAMES: Final = 500
OTHER: Final = "other"
POOL_GAUGES: Final = {
    "pool_size": "Connections that are open.",
    "pool_available": "Connections that wait for work.",
    "pool_max": "Connections that may be open.",
    "requests_waiting": "Callers that wait for a connection.",
}
POOL_COUNTERS: Final = {
    "requests_num": ("requests", 1.0, "Connections that were asked for."),
    "requests_queued": ("requests_queued", 1.0, "Callers that had to wait."),
    "requests_wait_ms": ("wait_seconds", 0.001, "Time that callers waited."),
    "requests_errors": ("request_errors", 1.0, "Callers that got no connection."),
    "connections_errors": ("connection_errors", 1.0, "Connections that could not be opened."),
    "connections_lost": ("connections_lost", 1.0, "Connections found to be broken."),
}
PoolStats = Callable[[], Mapping[str, Mapping[str, int]]]
Figures = Mapping[str, tuple[str, Callable[[], float]]]
"""Names of counters or gauges, each with what it counts and how to read it."""


class Metrics:
    """The histograms and gauges of requests, operations, statements and jobs."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._names: set[str] = set()
        self._operations: dict[tuple[str, str, str], Histogram] = {}
        self._requests: dict[tuple[str, str, int], Histogram] = {}
        timed = partial(Histogram, registry=registry, buckets=BUCKETS)
        self._request = timed(
            "http_request_duration_seconds",
            "Time from a request to the end of its answer.",
            ["method", "route", "status_code"],
        )
        self._operation = timed(
            "graphql_operation_duration_seconds",
            "Time of an operation; by name if the server knows the document.",
            ["operation_name", "operation_type", "outcome"],
        )
        statement = timed(
            "tourbase_sql_statement_duration_seconds",
            "Time of a statement, by the login that ran it.",
            ["access"],
            buckets=STATEMENT_BUCKETS,
        )
        self.read, self.write = statement.labels("read"), statement.labels("write")
        self._job = timed(
            "tourbase_job_duration_seconds",
            "Time of a try of a job.",
            ["task", "outcome"],
            buckets=JOB_BUCKETS,
        )
        open_now = "WebSockets that are open."
        self.sockets = Gauge("tourbase_websockets_open", open_now, registry=registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Shape: `method` is one of METHODS or "OTHER", `route` a template of ours or "other"."""
        key = (method, route, status)
        if key not in self._requests:
            self._requests[key] = self._request.labels(*key)
        self._requests[key].observe(seconds)

    def operation(self, name: str, kind: str, outcome: str, seconds: float) -> None:
        """Shape: `name` is one that the server knows; past a bound even that is "other"."""
        if name not in self._names:
            name = name if len(self._names) < MOST_NAMES else OTHER
            self._names.add(name)
        key = (name, kind, outcome)
        if key not in self._operations:
            self._operations[key] = self._operation.labels(*key)
        self._operations[key].observe(seconds)

    def job(self, task: str, outcome: str, seconds: float) -> None:
        """Shape: `task` is one that the worker knows."""
        self._job.labels(task, outcome).observe(seconds)


class Pools(Collector):
    """The pools of the database as they are when somebody looks."""

    def __init__(self, stats: PoolStats) -> None:
        self._stats = stats

    def collect(self) -> Iterable[Metric]:
        stats = self._stats()
        for key, text in POOL_GAUGES.items():
            gauge = GaugeMetricFamily(f"tourbase_pool_{_gauge_name(key)}", text, labels=["pool"])
            for pool, values in stats.items():
                gauge.add_metric([pool], values.get(key, 0))
            yield gauge
        for key, (name, unit, text) in POOL_COUNTERS.items():
            counter = CounterMetricFamily(f"tourbase_pool_{name}", text, labels=["pool"])
            for pool, values in stats.items():
                counter.add_metric([pool], values.get(key, 0) * unit)
            yield counter


class Read(Collector):
    """Figures that somebody else keeps, read when they are asked for."""

    def __init__(self, *, counters: Figures, gauges: Figures) -> None:
        self._counters = counters
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        for name, (text, read) in self._counters.items():
            yield CounterMetricFamily(name, text, value=read())
        for name, (text, read) in self._gauges.items():
            yield GaugeMetricFamily(name, text, value=read())


def may_scrape(authorization: str, token: str | None, *, is_open: bool) -> bool:
    """Whether who sends this header may read the page; without a token, nobody may."""
    if is_open:
        return True
    wanted = f"Bearer {token}" if token else None
    return wanted is not None and hmac.compare_digest(wanted.encode(), authorization.encode())


def _gauge_name(key: str) -> str:
    return {"pool_size": "connections", "pool_max": "connections_max"}.get(
        key, key.removeprefix("pool_")
    )
