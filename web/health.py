"""Is the process alive, can it do its work, and which part is it that cannot?"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bootstrap.checks import Check, Checks, Finding

KEPT_SECONDS: Final = 10.0  # A stranger's question must not become a sign-in at the mail server.
NEVER: Final = float("-inf")


class Asked:
    """Some checks, made once in a few seconds however many ask.

    Shape:  an answer was never begun longer before one's question than it is kept; those who ask
            while a look is under way share the next.
    """

    def __init__(self, checks: Checks, which: Mapping[str, Check], *, kept_seconds: float) -> None:
        self._checks = checks
        self._which = which
        self._kept_seconds = kept_seconds
        self._asking = asyncio.Lock()
        self._began_at = NEVER
        self._found: Sequence[Finding] = ()

    async def findings(self) -> Sequence[Finding]:
        arrived_at = monotonic()
        async with self._asking:
            if self._began_at < arrived_at - self._kept_seconds:
                began_at = monotonic()
                self._found = await self._checks.look(self._which)
                self._began_at = began_at
            return self._found


class Health:
    """What an orchestrator asks, and what a person on duty asks."""

    def __init__(
        self,
        checks: Checks,
        *,
        now: Callable[[], datetime],
        version: str,
        kept_seconds: float = KEPT_SECONDS,
    ) -> None:
        self._now = now
        self._version = version
        serving = {**checks.of_database, "redis": checks.of_all["redis"]}
        self._serving = Asked(checks, serving, kept_seconds=0)
        self._database = Asked(checks, checks.of_database, kept_seconds=kept_seconds)
        self._system = Asked(checks, checks.of_all, kept_seconds=kept_seconds)

    async def live(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """503 without a database of our revision; without Redis queries serve on, as this says."""
        found = {each.name: each.status for each in await self._serving.findings()}
        redis = found.pop("redis")
        database = "down" if "down" in found.values() else "ok"
        checks = {"database": database, "redis": redis}
        if database == "down":
            return JSONResponse({"status": "down", "checks": checks}, 503)
        status = "ok" if redis == "ok" else "degraded"
        return JSONResponse({"status": status, "checks": checks})

    async def database(self, _request: Request) -> Response:
        return self._answer(await self._database.findings())

    async def system(self, _request: Request) -> Response:
        return self._answer(await self._system.findings())

    def _answer(self, findings: Sequence[Finding]) -> Response:
        """503 if any part is down; each part by its name, and what it says of itself."""
        down = any(each.status == "down" for each in findings)
        body: dict[str, Any] = {
            "status": "down" if down else "ok",
            "checks": {
                each.name: {
                    "status": each.status,
                    **({"detail": each.detail} if each.status == "down" else {}),
                }
                for each in findings
            },
            "timestamp": self._now().isoformat(timespec="milliseconds"),
            "version": self._version,
        }
        return JSONResponse(body, 503 if down else 200, headers={"cache-control": "no-store"})
