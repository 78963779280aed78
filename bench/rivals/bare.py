"""The floor: a Starlette route that hands one SQL statement's JSON to the client."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString, cast
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.rivals.door import Door, serve
from bench.rivals.told import Told, told
from schema.global_ids import decode_as

Params = dict[str, Any]


def build_app(given: Told) -> Starlette:
    door = Door(given)
    zone = ZoneInfo(given.time_zone)

    def one(request: Request) -> Params:
        return {"id": decode_as("Booking", request.query_params["id"])}

    def since(request: Request) -> Params:
        return {"from": datetime.fromisoformat(request.query_params["from"]).replace(tzinfo=zone)}

    async def ready(_request: Request) -> Response:
        return PlainTextResponse("ready")

    return Starlette(
        routes=[
            Route("/point", _answer(door, "point", one)),
            Route("/twenty", _answer(door, "twenty", since)),
            Route("/two_hundred", _answer(door, "two_hundred", since)),
            Route("/health/ready", ready),
        ],
        lifespan=door.lifespan,
    )


def _answer(
    door: Door, name: str, params: Callable[[Request], Params]
) -> Callable[[Request], Awaitable[Response]]:
    statement = cast("LiteralString", Path(__file__).with_name(f"{name}.sql").read_text())

    async def answer(request: Request) -> Response:
        door.admit(request)
        async with door.entered() as connection:
            row = await (await connection.execute(statement, params(request))).fetchone()
        return Response(row[0] if row else "null", media_type="application/json")

    return answer


if __name__ == "__main__":
    serve(build_app(told()), told())
