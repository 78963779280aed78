"""How a rival reaches the rows: the read login, one transaction, row-level security on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import uvicorn
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from auth.keys import KeyRing
from auth.tokens import Tokens
from bench.rivals.told import Told

ENTER: Final = (
    "select set_config('role', %(role)s, true), set_config('app.tenant_id', %(tenant)s, true),"
    " set_config('app.brand_id', %(brand)s, true), set_config('app.actor_id', %(actor)s, true),"
    " set_config('app.object_id', '', true), set_config('statement_timeout', '10000', true),"
    " set_config('TimeZone', %(zone)s, true)"
)
Connection = AsyncConnection[tuple[Any, ...]]


class Door:
    """Verified tokens, and transactions entered as the caller that the rival was told."""

    def __init__(self, told: Told) -> None:
        self._tokens = Tokens(KeyRing(told.signing_key), told.issuer)
        self._entering = {
            "role": told.role,
            "tenant": str(told.tenant_id),
            "brand": str(told.brand_id),
            "actor": told.actor_id,
            "zone": told.time_zone,
        }
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            told.database_url, min_size=0, max_size=told.pool_size, open=False
        )

    def admit(self, request: HTTPConnection) -> None:
        """Errors: Unauthenticated."""
        self._tokens.verify(request.headers.get("authorization", "").removeprefix("Bearer "))

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[Connection]:
        async with self._pool.connection() as connection:
            await connection.execute(ENTER, self._entering)
            yield connection

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with self._pool:
            yield


def serve(app: Starlette, told: Told) -> None:
    """One worker, with uvicorn set as this house sets it."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=told.port,
        http="httptools",
        loop="uvloop",
        log_level="warning",
        access_log=False,
        server_header=False,
    )
