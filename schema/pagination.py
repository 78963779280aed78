"""Connections of the Relay cursor specification."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import strawberry

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Are there objects behind this page?")
    has_previous_page: bool = strawberry.field(description="Are there objects before this page?")
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last edge.")


@strawberry.type(description="One object of a page, with its place in the list.")
class Edge(Generic[T]):
    """Relay's edge."""

    node: T = strawberry.field(description="The object.")
    cursor: str = strawberry.field(description="Its place: hand it to `after` or `before`.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    """Relay's connection. The total is counted only where it is asked for."""

    edges: list[Edge[T]] = strawberry.field(description="The objects of this page, in order.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(
        description="How many objects the whole list has; costs a statement of its own."
    )
    async def total_count(self) -> int:
        return await self.count()
