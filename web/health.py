"""Is the process alive, can it do its work, and which part is it that cannot?"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bootstrap.checks import Check, Checks, Finding

KEPT_SECONDS: Final = 2.0
NEVER: Final = float("-inf")


class Asked:
    """Some checks, made once in a few seconds however many ask."""

    def __init__(self, checks: Checks, which: Mapping[str, Check], *, kept_seconds: float) -> None:
        self._checks = checks
        self._which = which
        self._kept_seconds = kept_seconds
        self._asking = asyncio.Lock()
        self._asked_at = NEVER
        self._found: Sequence[Finding] = ()

    async def findings(self) -> Sequence[Finding]:
        async with self._asking:
            if monotonic() - self._asked_at >= self._kept_seconds:
                self._found = await self._checks.look(self._which)
                self._asked_at = monotonic()
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
        serving = {name: checks.of_all[name] for name in ("database", "writes", "redis")}
        self._serving = Asked(checks, serving, kept_seconds=0)
        self._database = Asked(checks, checks.of_database, kept_seconds=kept_seconds)
        self._system = Asked(checks, checks.of_all, kept_seconds=kept_seconds)

    async def live(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """503 without the database; without Redis queries serve on, and this says so."""
        found = {each.name: each.status for each in await self._serving.findings()}
        database = "down" if "down" in {found["database"], found["writes"]} else "ok"
        checks = {"database": database, "redis": found["redis"]}
        if database == "down":
            return JSONResponse({"status": "down", "checks": checks}, 503)
        status = "ok" if found["redis"] == "ok" else "degraded"
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
                each.name: {"status": each.status, **({"detail": each.detail} if down else {})}
                for each in findings
            },
            "timestamp": self._now().isoformat(timespec="milliseconds"),
            "version": self._version,
        }
        return JSONResponse(body, 503 if down else 200, headers={"cache-control": "no-store"})
