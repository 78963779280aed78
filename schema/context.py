"""What the contract may ask of the operation that is being answered."""

from collections.abc import Awaitable
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from domain.identity import Principal


class Context(Protocol):
    """One operation: its caller, the brand's zone, and the way to the rows of an edge."""

    principal: Principal
    zone: ZoneInfo

    def edge(self, row: Any, name: str) -> Awaitable[Any]: ...
