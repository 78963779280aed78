"""A socket of graphql-transport-ws whose every error has a code and the request's id."""

import asyncio
from typing import TYPE_CHECKING, Any, Final, cast

from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)

from resolvers.context import OperationContext
from resolvers.limits import LimitExceeded
from resolvers.operation import as_graphql, shaped
from resolvers.trusted import named

if TYPE_CHECKING:
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
        Message,
        SubscribeMessage,
    )

AGAIN_SECONDS: Final = 0.5


class SocketHandler(BaseGraphQLTransportWSHandler[OperationContext, None]):
    """The library's handler; what it words itself is worded here."""

    async def handle_connection_init_timeout(self) -> None:
        """As the library does, with the number of the limit in the reason."""
        seconds = self.connection_init_wait_timeout.total_seconds()
        await asyncio.sleep(seconds)
        if not self.connection_init_received:
            self.connection_timed_out = True
            reason = f"Connection initialisation timeout: {seconds:g} s"
            await self.websocket.close(code=4408, reason=reason)

    async def handle_subscribe(self, message: "SubscribeMessage") -> None:
        """A document may be named here as over HTTP."""
        payload: Any = message.get("payload")
        if isinstance(payload, dict):
            message = cast("SubscribeMessage", {**message, "payload": named(payload)})
        await super().handle_subscribe(message)

    async def shutdown(self) -> None:
        """As the library does, behind operations that were told to end until they did.

        Shape:  `asyncio.wait_for` of Python 3.11 can lose a cancellation, and the library awaits an
                operation that it told once: a server that ends would wait for it without end.
        """
        running = {each.task for each in self.operations.values() if each.task}
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=AGAIN_SECONDS)
        await super().shutdown()

    async def send_message(self, message: "Message") -> None:
        """The only error that comes without a code is one operation too many."""
        if message["type"] == "error" and "extensions" not in message["payload"][0]:
            most = self.max_subscriptions_per_connection or 0
            refusal = as_graphql(LimitExceeded("socket runs", most, "operations at once"))
            told = shaped(refusal, self.context.request_id).formatted
            message = {**message, "payload": [told]}
        await super().send_message(message)
