"""What one operation reads: from the cache where rows are kept for its caller, or on its snapshot.

Scopes are checked by the schema, before and after; a value is kept for one kind of caller of one
brand, so that whoever is served from the cache would have read the same.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from db import brands, caching, places, prices, reading
from db.database import Transaction
from db.reading import K, Slice, Wanted
from db.relations import Many, Relation, Row
from domain.caching import PRICE_BOOK, CacheKey, is_kept, key_for
from domain.identity import Principal
from domain.listing import Page
from domain.places import Marks
from domain.quotes import PriceBook
from services.ports import Cache

T = TypeVar("T")
Read = Callable[[Transaction], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Reads:
    """The reads of one snapshot; it is opened by the first that the cache cannot answer."""

    cache: Cache | None
    principal: Principal
    open: Callable[[], Awaitable[Transaction]]
    opened: Callable[[], float | None]
    count_read: Callable[[int], None]

    async def page(self, wanted: Wanted, request: Page) -> Slice:
        """Errors: those of `reading.page`."""
        relation = wanted.relation

        async def read(tx: Transaction) -> Slice:
            found = await reading.page(tx, wanted, request)
            self.count_read(len(found.rows))
            return found

        return await self._one(
            relation.name,
            lambda: caching.page_question(wanted, request),
            read,
            partial(caching.from_slice, relation),
            partial(caching.to_slice, relation),
        )

    async def count(self, wanted: Wanted) -> int:
        """Errors: those of `reading.count`."""
        return await self._one(
            wanted.relation.name,
            lambda: caching.count_question(wanted),
            lambda tx: reading.count(tx, wanted),
            caching.from_plain,
            caching.to_plain,
        )

    async def brand_facts(self) -> dict[str, Any] | None:
        return await self._one(
            "brands",
            lambda: caching.facts_question(brands.FACTS),
            brands.facts,
            caching.from_plain,
            caching.to_plain,
        )

    async def operating_hours(self, day: date) -> brands.Hours | None:
        return await self._one(
            "brand_settings",
            lambda: caching.statement_question(brands.SQL["operating_hours"], day),
            lambda tx: brands.operating_hours(tx, day),
            caching.from_hours,
            caching.to_hours,
        )

    async def marks(self) -> Mapping[str, Marks]:
        """What the brand shows first and leaves out, by kind of place."""
        found = await self._one(
            "directory_notes",
            lambda: caching.statement_question(places.SQL["marks"]),
            places.marks,
            caching.from_plain,
            caching.to_plain,
        )
        return places.to_marks(found)

    async def price_book(self, asked: prices.Asked) -> PriceBook | None:
        """A promo code can be used up at any time: it is looked for anew each time."""
        if asked.promo_code is not None:
            return await prices.book(await self.open(), asked)
        found = await self._one(
            PRICE_BOOK,
            lambda: caching.statement_question(
                prices.SQL["price_book"], asked.day, asked.today, asked.code
            ),
            lambda tx: prices.rows(tx, asked),
            caching.from_plain,
            caching.to_plain,
        )
        return prices.to_book(found)

    async def by_column(
        self, relation: Relation, values: Sequence[K], *, column: str = "id"
    ) -> Sequence[Row | None]:
        """The row of each value; those that are not kept are read in one statement."""
        if self.cache is None or not is_kept(relation.name, self.principal):
            return await self._by_column(relation, values, column)
        questions = [caching.row_question(relation, column, value) for value in values]
        keys = [key_for(self.principal, relation.name, question) for question in questions]
        named = dict(zip(keys, values, strict=True))

        async def load(missing: Sequence[CacheKey]) -> list[bytes]:
            wanted = [named[key] for key in missing]
            rows = await self._by_column(relation, wanted, column)
            return [caching.from_row(relation, row) for row in rows]

        found = await self.cache.read(keys, load, opened=self.opened)
        return [caching.to_row(relation, each) for each in found]

    async def children(
        self, relation: Relation, edge: Many, keys: Sequence[UUID]
    ) -> list[list[Row]]:
        """The rows at the other end of an edge, for each of its owners."""
        found = await reading.children(await self.open(), relation, edge, keys)
        self.count_read(sum(map(len, found)))
        return found

    async def _by_column(
        self, relation: Relation, values: Sequence[K], column: str
    ) -> Sequence[Row | None]:
        found = await reading.by_column(await self.open(), relation, values, column=column)
        self.count_read(sum(each is not None for each in found))
        return found

    async def _one(
        self,
        relation: str,
        question: Callable[[], bytes],
        read: Read[T],
        pack: Callable[[T], bytes],
        unpack: Callable[[bytes], T],
    ) -> T:
        if self.cache is None or not is_kept(relation, self.principal):
            return await read(await self.open())

        async def load(_keys: Sequence[CacheKey]) -> list[bytes]:
            return [pack(await read(await self.open()))]

        key = key_for(self.principal, relation, question())
        (stored,) = await self.cache.read([key], load, opened=self.opened)
        return unpack(stored)
