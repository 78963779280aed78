"""What the use cases and the processes need of the outside, as promises that adapters keep."""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from domain.caching import CacheKey
from domain.events import Notice
from domain.notifications import Mail
from domain.quotas import Demand, Verdict


class Mailer(Protocol):
    """Hands a message to a mail server, or to a local mailbox.

    Errors: MailRefused if trying again is no use, ServiceUnavailable if it is; so does `ping`,
            which sends nothing.
    """

    async def send(self, mail: Mail) -> None: ...

    async def ping(self) -> None: ...


class Alerts(Protocol):
    """Tells a person that something needs one."""

    async def alert(self, kind: str, detail: Mapping[str, object]) -> None: ...


class Limiter(Protocol):
    """Counts how often something was tried, in all processes together."""

    async def take(self, name: str, most: int, *, seconds: int) -> int:
        """One try more: 0 if it is within the bound, otherwise for how many seconds it is not.

        Shape:  a count begins with its first try and ends `seconds` later. It never fails: while
                the count of all is away, each process counts for itself.
        """
        ...

    async def forget(self, names: Sequence[str]) -> None:
        """As if these had never been tried."""
        ...


class Quotas(Protocol):
    """Counts what callers ask for, in all processes together."""

    async def take(self, demand: Demand) -> Verdict:
        """All of it or nothing. It never fails: while the count of all is away, each process
        counts for itself.
        """
        ...

    def give(self, demand: Demand, amount: int) -> None:
        """Put back into its bucket what was not needed, or take what was needed besides."""
        ...

    def barred(self, demand: Demand) -> Verdict | None:
        """The refusal of such requests that still holds, told without asking anybody."""
        ...

    async def ping(self) -> bool: ...


class EventStream(Protocol):
    """Notices of changes, from the relay to the subscribers."""

    async def publish(self, notices: Sequence[Notice]) -> None: ...

    def listen(
        self, *, tenant_id: int, brand_id: int, entity: str, entity_id: UUID
    ) -> AbstractAsyncContextManager[AsyncIterator[Notice]]: ...

    async def ping(self) -> bool: ...


class TextStore(Protocol):
    """Texts of automatic persisted queries, each known by its digest; bounded and short-lived."""

    async def get(self, space: str, digest: str) -> str | None:
        """The text with that digest, if it is known in that space. It never fails."""
        ...

    async def put(self, space: str, digest: str, text: str) -> None:
        """Remember it, for a while; the space forgets what was longest in it. It never fails."""
        ...


Load = Callable[[Sequence[CacheKey]], Awaitable[Sequence[bytes]]]
"""Reads the values of keys from their source, in the keys' order."""


class Cache(Protocol):
    """Values that can be read again, kept until what they were made of changes."""

    async def read(
        self, keys: Sequence[CacheKey], load: Load, *, opened: Callable[[], float | None]
    ) -> Sequence[bytes]:
        """The values in the keys' order; those that are not kept are loaded, and then kept.

        Shape:  `opened` tells when the loop's clock saw the reader's snapshot begin, None if it
                has not: what is older than its scope's last drop is not kept.
        Errors: those of `load`. A cache that is away makes none.
        """
        ...

    async def drop(self, scopes: Collection[str]) -> None:
        """Forget everything of these scopes, in every process. Errors: ServiceUnavailable."""
        ...
