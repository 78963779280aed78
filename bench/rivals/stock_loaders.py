"""One operation of the stock server: its transaction, and a DataLoader for each edge."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.rows import DictRow, dict_row
from strawberry.dataloader import DataLoader

from bench.rivals.door import Connection, Door

CUSTOMERS: Final = "select id, name, email, phone from customers where id = any(%(keys)s)"
WINERIES: Final = "select id, slug, name from wineries where id = any(%(keys)s)"
PAYMENTS: Final = (
    "select booking_id as owner, id, status, kind, method, amount_cents from payments"
    " where booking_id = any(%(keys)s) order by created_at, id"
)
STOPS: Final = (
    "select booking_id as owner, position, kind, planned_arrival_at, minutes, winery_id"
    " from booking_stops where booking_id = any(%(keys)s) order by position"
)
VEHICLES: Final = (
    "select j.booking_id as owner, v.name, v.seats from booking_vehicles j"
    " join vehicles v on v.id = j.vehicle_id where j.booking_id = any(%(keys)s)"
    " order by v.name, v.id"
)
DRIVERS: Final = (
    "select j.booking_id as owner, d.name from booking_drivers j"
    " join drivers d on d.id = j.driver_id where j.booking_id = any(%(keys)s)"
    " order by d.name, d.id"
)
Load = Callable[[list[UUID]], Awaitable[Sequence[Any]]]


class Asked:
    """The context of one operation."""

    def __init__(self, door: Door, time_zone: str) -> None:
        self.zone = ZoneInfo(time_zone)
        self._door = door
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._connection: Connection | None = None
        self.customers = DataLoader(load_fn=self._by_id(CUSTOMERS))
        self.wineries = DataLoader(load_fn=self._by_id(WINERIES))
        self.payments = DataLoader(load_fn=self._by_owner(PAYMENTS))
        self.stops = DataLoader(load_fn=self._by_owner(STOPS))
        self.vehicles = DataLoader(load_fn=self._by_owner(VEHICLES))
        self.drivers = DataLoader(load_fn=self._by_owner(DRIVERS))

    async def rows(self, statement: LiteralString, params: dict[str, Any]) -> list[DictRow]:
        async with self._opening:
            if self._connection is None:
                self._connection = await self._stack.enter_async_context(self._door.entered())
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            return await (await cursor.execute(statement, params)).fetchall()

    async def close(self) -> None:
        await self._stack.aclose()

    def _by_id(self, statement: LiteralString) -> Load:
        async def load(keys: list[UUID]) -> list[DictRow | None]:
            found = {row["id"]: row for row in await self.rows(statement, {"keys": keys})}
            return [found.get(key) for key in keys]

        return load

    def _by_owner(self, statement: LiteralString) -> Load:
        async def load(keys: list[UUID]) -> list[list[DictRow]]:
            groups: defaultdict[UUID, list[DictRow]] = defaultdict(list)
            for row in await self.rows(statement, {"keys": keys}):
                groups[row.pop("owner")].append(row)
            return [groups[key] for key in keys]

        return load
