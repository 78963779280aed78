"""Alerts: a line in the log, a count to be scraped, and a webhook if there is one."""

import asyncio
from collections.abc import Mapping

import httpx
import orjson
import structlog
from prometheus_client import CollectorRegistry, Counter

LOG = structlog.get_logger("tourbase.alerts")


class LogAlerts:
    """Tells whoever is on duty. That the webhook is away is logged, and stops nobody."""

    def __init__(
        self, webhook_url: str | None, *, registry: CollectorRegistry, seconds: float = 5
    ) -> None:
        self._webhook_url = webhook_url
        self._seconds = seconds
        self._count = Counter(
            "tourbase_alerts_total", "Alerts that were raised.", ["kind"], registry=registry
        )

    async def alert(self, kind: str, detail: Mapping[str, object]) -> None:
        """Shape: `detail` holds ids, names and counts; nothing personal, nothing secret."""
        LOG.error("alert", kind=kind, detail=dict(detail))
        self._count.labels(kind=kind).inc()
        if self._webhook_url is None:
            return
        try:
            await self._post(self._webhook_url, kind, detail)
        except Exception as error:  # noqa: BLE001 - an alert must never be what fails
            LOG.warning("alert_webhook_failed", kind=kind, error=type(error).__name__)

    async def _post(self, url: str, kind: str, detail: Mapping[str, object]) -> None:
        body = orjson.dumps({"kind": kind, "detail": dict(detail)}, default=str)
        seconds = self._seconds
        async with asyncio.timeout(seconds), httpx.AsyncClient(timeout=seconds) as client:
            answer = await client.post(
                url, content=body, headers={"content-type": "application/json"}
            )
            answer.raise_for_status()
