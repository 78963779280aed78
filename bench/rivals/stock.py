"""The usual way: Strawberry's own ASGI view, types, and a DataLoader for each edge."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import (
    MaxAliasesLimiter,
    MaxTokensLimiter,
    ParserCache,
    QueryDepthLimiter,
    SchemaExtension,
    ValidationCache,
)
from strawberry.schema.config import StrawberryConfig

from bench.rivals.door import Door, serve
from bench.rivals.stock_loaders import Asked
from bench.rivals.stock_types import Query
from bench.rivals.told import Told, told
from schema.scalars import SCALARS

LIMITERS: Final[Sequence[Callable[[], SchemaExtension]]] = (
    lambda: MaxTokensLimiter(2_000),
    lambda: MaxAliasesLimiter(30),
    lambda: QueryDepthLimiter(12),
)


class OneTransaction(SchemaExtension):
    """An operation's transaction ends with it."""

    async def on_operation(self) -> AsyncIterator[None]:
        yield
        await self.execution_context.context.close()


class Endpoint(GraphQL[Asked, None]):
    """Strawberry's view without the page for browsers."""

    def __init__(self, schema: strawberry.Schema, door: Door, given: Told) -> None:
        super().__init__(schema, graphql_ide=None)
        self._door = door
        self._zone = given.time_zone

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Any,  # noqa: ARG002 - Strawberry hands it over by name
    ) -> Asked:
        self._door.admit(request)
        return Asked(self._door, self._zone)


def build_schema(*, limited: bool) -> strawberry.Schema:
    """With its caches; `limited` adds the limiters that Strawberry ships, at our own bounds."""
    return strawberry.Schema(
        query=Query,
        extensions=[
            OneTransaction,
            *(LIMITERS if limited else ()),
            lambda: ParserCache(maxsize=500),
            lambda: ValidationCache(maxsize=500),
        ],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def build_app(given: Told) -> Starlette:
    door = Door(given)

    async def ready(_request: Request) -> Response:
        return PlainTextResponse("ready")

    return Starlette(
        routes=[
            Route("/graphql", Endpoint(build_schema(limited=given.limited), door, given)),
            Route("/health/ready", ready),
        ],
        lifespan=door.lifespan,
    )


if __name__ == "__main__":
    serve(build_app(told()), told())
