"""Where new identities come from: an argument, so that a test can know them beforehand."""

from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """A source of identities that grow with time (UUIDv7)."""

    def new(self) -> UUID: ...
