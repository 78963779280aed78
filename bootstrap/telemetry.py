"""The telemetry of a process: its metrics, and its spans if a collector is named."""

import pkgutil
from collections.abc import Callable
from importlib import metadata

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)

from bootstrap.settings import Settings
from db import statements
from db.database import Database
from integrations.metrics import Metrics, Pools, Read
from integrations.redis_events import RedisEvents
from integrations.telemetry import Spans, Telemetry


def telemetry_for(settings: Settings, registry: CollectorRegistry) -> Telemetry:
    endpoint = settings.otel_exporter_otlp_endpoint
    if endpoint is None:
        return Telemetry(Metrics(registry))
    # By name: importing the exporter takes a fifth of a second.
    make: Callable[..., Spans] = pkgutil.resolve_name("integrations.tracing:Traces")
    version = metadata.version("tourbase")
    return Telemetry(Metrics(registry), make(endpoint, version=version, names=statements.names()))


def collect(registry: CollectorRegistry, database: Database, events: RedisEvents) -> None:
    """What the database's door and the event stream keep count of, shown to a scraper."""
    for of_the_process in (ProcessCollector, PlatformCollector, GCCollector):
        of_the_process(registry=registry)
    registry.register(Pools(database.pool_stats))
    counters = {
        "tourbase_isolation_violations": (
            "Connections that came back with a role or a setting left on them.",
            lambda: database.violations,
        ),
        "tourbase_transaction_retries": (
            "Transactions that met another one, and were run again.",
            lambda: database.retries,
        ),
        "tourbase_events_dropped": (
            "Notices that slow subscribers did not get.",
            lambda: events.dropped,
        ),
        "tourbase_events_reconnections": (
            "Times that the connection of the subscriptions was lost.",
            lambda: events.reconnections,
        ),
    }
    gauges = {
        "tourbase_subscriptions_active": (
            "Subscriptions that listen in this process.",
            lambda: events.listeners,
        )
    }
    registry.register(Read(counters=counters, gauges=gauges))
