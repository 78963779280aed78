"""Alerts reach the log, the count and a real webhook; whatever fails there stops nobody."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from integrations.alerts import LogAlerts
from integrations.embedded.loopback import free_port

DETAIL = {"job": 7, "task": "tell", "booking": UUID(int=1)}


@dataclass
class Webhook:
    """A receiver on loopback: what it was sent, and what it answers after how long."""

    status: int = 204
    port: int = 0
    received: list[tuple[str, str, object]] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    holding: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/s3cr3t"


@contextmanager
def serving(webhook: Webhook) -> Iterator[Webhook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            webhook.received.append((self.path, self.headers["content-type"], json.loads(body)))
            if webhook.holding:
                webhook.held.wait(5)
            self.send_response(webhook.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        webhook.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield webhook
        finally:
            webhook.held.set()
            server.shutdown()
            thread.join()


def counted(registry: CollectorRegistry, kind: str = "dead_letter") -> float | None:
    return registry.get_sample_value("tourbase_alerts_total", {"kind": kind})


async def test_an_alert_is_logged_counted_and_posted() -> None:
    registry = CollectorRegistry()
    with serving(Webhook()) as webhook, capture_logs() as lines:
        alerts = LogAlerts(webhook.url, registry=registry)
        await alerts.alert("dead_letter", DETAIL)
        await alerts.alert("dead_letter", DETAIL)

    line = {"event": "alert", "log_level": "error", "kind": "dead_letter", "detail": DETAIL}
    posted = {
        "kind": "dead_letter",
        "detail": {"job": 7, "task": "tell", "booking": str(UUID(int=1))},
    }
    assert lines == [line, line]
    assert counted(registry) == 2
    assert webhook.received == [("/hook/s3cr3t", "application/json", posted)] * 2


async def test_without_a_webhook_an_alert_is_logged_and_counted() -> None:
    registry = CollectorRegistry()
    with capture_logs() as lines:
        await LogAlerts(None, registry=registry).alert("dead_letter", {})

    assert [line["event"] for line in lines] == ["alert"]
    assert counted(registry) == 1


@pytest.mark.parametrize(
    ("seconds", "status", "error"),
    [(5, 500, "HTTPStatusError"), (5, 302, "HTTPStatusError"), (0.2, 204, "timeout")],
)
async def test_a_webhook_that_fails_is_logged_without_its_address_and_raises_nothing(
    seconds: float, status: int, error: str
) -> None:
    registry = CollectorRegistry()
    with serving(Webhook(status=status, holding=seconds < 1)) as webhook, capture_logs() as lines:
        await LogAlerts(webhook.url, registry=registry, seconds=seconds).alert("dead_letter", {})

    assert [line["event"] for line in lines] == ["alert", "alert_webhook_failed"]
    assert error.lower() in lines[1]["error"].lower()
    assert "s3cr3t" not in repr(lines)
    assert counted(registry) == 1


async def test_a_webhook_that_is_away_is_logged_and_raises_nothing() -> None:
    registry = CollectorRegistry()
    with capture_logs() as lines:
        alerts = LogAlerts(f"http://127.0.0.1:{free_port()}/hook", registry=registry)
        await alerts.alert("dead_letter", {})

    assert lines[1] == {
        "event": "alert_webhook_failed",
        "log_level": "warning",
        "kind": "dead_letter",
        "error": "ConnectError",
    }
    assert counted(registry) == 1
