"""What a client is told of its quotas in headers, whatever the answer is."""

from collections.abc import Iterator
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.quotas import Passing, Verdict

PASSING: Final = "passing"
"""Where the state of a request keeps what it was told."""


class QuotaHeaders:
    """Adds what the operation was told of its quotas to the answer, if it came so far."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        passing = scope.setdefault("state", {})[PASSING] = Passing()

        async def send_with_quota(message: Message) -> None:
            if message["type"] == "http.response.start" and passing.verdict is not None:
                headers = MutableHeaders(scope=message)
                for name, value in headers_of(passing.verdict):
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, send_with_quota)


def headers_of(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Source: draft-ietf-httpapi-ratelimit-headers-10; before it, the name that everybody used."""
    policies = (
        f'"{left.window.policy}";q={left.window.most};w={left.window.seconds}'
        for left in verdict.left
    )
    rests = (f'"{left.window.policy}";r={left.remaining};t={left.seconds}' for left in verdict.left)
    yield "ratelimit-policy", ", ".join(policies)
    yield "ratelimit", ", ".join(rests)
    yield "x-ratelimit-remaining", str(min(left.remaining for left in verdict.left))
    if verdict.refused is not None:
        yield "retry-after", str(verdict.wait_seconds)
