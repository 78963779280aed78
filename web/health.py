"""Is the process alive, and can it do its work?"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from db.database import Database
from domain.errors import DomainError
from domain.identity import NOBODY
from services.ports import EventStream


class Health:
    """The two questions that an orchestrator asks."""

    def __init__(self, database: Database, events: EventStream) -> None:
        self._database = database
        self._events = events

    async def live(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """503 without the database; without Redis queries serve on, and this says so."""
        checks = {
            "database": "ok" if await self._database_answers() else "down",
            "redis": "ok" if await self._events.ping() else "down",
        }
        if checks["database"] == "down":
            return JSONResponse({"status": "down", "checks": checks}, 503)
        status = "ok" if checks["redis"] == "ok" else "degraded"
        return JSONResponse({"status": status, "checks": checks})

    async def _database_answers(self) -> bool:
        try:
            async with self._database.session(NOBODY).read():
                pass
            await self._database.session(NOBODY).write(lambda tx: tx.rows("select 1"))
        except DomainError:
            return False
        return True
