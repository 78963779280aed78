"""Processes of one deployment: each has a cache of its own, and all share a Redis."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry

from bootstrap.wiring import Parts, now
from db.database import Database
from domain.identity import Brand, Kind, Principal
from integrations.redis_cache import Patience, RedisCache
from resolvers.context import OperationContext, World
from resolvers.root import RELATIONS, Schema
from tests.builders import a_principal, new_id


@dataclass
class Process:
    """A process of the deployment: its cache, and the operations that it runs."""

    world: World
    schema: Schema
    brand: Brand

    async def ask(
        self, document: str, principal: Principal | Kind = Kind.SITE, **variables: Any
    ) -> Any:
        if isinstance(principal, Kind):
            principal = a_principal(self.brand, principal)
        context = OperationContext(self.world, principal, request_id="test-request")
        return await self.schema.execute(document, variable_values=variables, context_value=context)


Start = Callable[..., Process]


@asynccontextmanager
async def processes(made: Parts, url: str, schema: Schema, brand: Brand) -> AsyncIterator[Start]:
    """Gives what starts them, over the shared database and for this brand unless told otherwise."""
    caches, namespace, of_all = [], f"test {new_id()}", brand

    def started(
        local: float = 60, database: Database = made.database, brand: Brand = of_all
    ) -> Process:
        cache = RedisCache(
            url,
            namespace=namespace,
            registry=CollectorRegistry(),
            patience=Patience(local=local, redis=5),
        )
        caches.append(cache)
        world = World(
            database, RELATIONS, made.events, now, made.ids, made.quotes, made.links, cache=cache
        )
        return Process(world, schema, brand)

    yield started
    for cache in caches:
        await cache.close()
