"""What a worker counts of its jobs, and the page on which it shows that."""

import asyncio
import urllib.error
import urllib.request
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from structlog.testing import capture_logs

from bootstrap.settings import Settings
from domain.errors import OperatorError
from integrations.embedded.loopback import free_port
from integrations.metrics import Metrics
from integrations.telemetry import Telemetry
from jobs.pace import Pace
from jobs.scraping import page_of
from jobs.worker import parts
from tests.builders import a_brand
from tests.jobs.conftest import Stand, enqueued

PURGE, TELL = "purge_idempotency_records", "tell_customer_of_new_time"


async def test_each_try_of_a_job_is_counted_by_its_task_and_its_outcome(stand: Stand) -> None:
    registry = CollectorRegistry()
    counting = replace(stand, parts=replace(stand.parts, telemetry=Telemetry(Metrics(registry))))
    brand = await a_brand(stand.settings)
    await enqueued(stand.database, brand, PURGE)
    await enqueued(stand.database, brand, TELL, booking_id="no id", event_id="1")

    with capture_logs() as lines:
        await counting.drain()

    def count(task: str, outcome: str) -> float | None:
        labels = {"task": task, "outcome": outcome}
        return registry.get_sample_value("tourbase_job_duration_seconds_count", labels)

    assert count(PURGE, "done") == 1
    assert count(TELL, "done") is None
    assert count(TELL, "failed") == stand.parts.pace.attempts
    [done] = [line for line in lines if line["event"] == "job_done"]
    assert done["task"] == PURGE


def get(port: int, path: str = "/metrics", **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, ""


async def test_an_alert_of_a_worker_is_read_on_its_page(settings: Settings) -> None:
    port = free_port()
    watched = settings.model_copy(update={"worker_metrics_port": port})
    async with parts(watched, pace=Pace()) as made:
        await made.alerts.alert("dead_letter", {"job": 7})
        status, text = await asyncio.to_thread(get, port)

    assert status == 200
    assert 'tourbase_alerts_total{kind="dead_letter"} 1.0' in text.splitlines()
    assert 'tourbase_pool_connections_max{pool="write"} 20.0' in text.splitlines()


@pytest.mark.parametrize(
    ("path", "authorization", "status"),
    [
        ("/metrics", "Bearer right", 200),
        ("/metrics", "Bearer wrong", 404),
        ("/metrics", "", 404),
        ("/", "Bearer right", 404),
    ],
)
async def test_in_production_a_worker_s_page_is_for_the_holder_of_the_token(
    settings: Settings, path: str, authorization: str, status: int
) -> None:
    port = free_port()
    production = settings.model_copy(
        update={
            "tourbase_env": "production",
            "worker_metrics_port": port,
            "metrics_token": SecretStr("right"),
        }
    )
    async with page_of(production, CollectorRegistry()):
        answer = await asyncio.to_thread(get, port, path, authorization=authorization)

    assert answer[0] == status


async def test_a_port_that_is_taken_is_told_in_a_sentence(settings: Settings) -> None:
    port = free_port()
    watched = settings.model_copy(update={"worker_metrics_port": port})
    async with page_of(watched, CollectorRegistry()):
        with pytest.raises(OperatorError, match=f"WORKER_METRICS_PORT {port} of 127.0.0.1"):
            async with page_of(watched, CollectorRegistry()):
                pass
