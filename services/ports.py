"""What the use cases and the processes need of the outside, as promises that adapters keep."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from domain.events import Notice
from domain.notifications import Mail


class Mailer(Protocol):
    """Hands a message to a mail server, or to a local mailbox.

    Errors: MailRefused if trying again is no use, ServiceUnavailable if it is.
    """

    async def send(self, mail: Mail) -> None: ...


class Alerts(Protocol):
    """Tells a person that something needs one."""

    async def alert(self, kind: str, detail: Mapping[str, object]) -> None: ...


class EventStream(Protocol):
    """Notices of changes, from the relay to the subscribers."""

    async def publish(self, notices: Sequence[Notice]) -> None: ...

    def listen(
        self, *, tenant_id: int, brand_id: int, entity: str, entity_id: UUID
    ) -> AbstractAsyncContextManager[AsyncIterator[Notice]]: ...

    async def ping(self) -> bool: ...
