"""What a client is told of its quotas in headers, and who is told before anybody looks it up."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth.visitors import HEADER
from domain.quotas import Passing, Policy, QuotaSpent, Verdict, told_later
from web.addresses import address_of
from web.answers import refused

PASSING: Final = "passing"
"""Where the state of a request keeps what it was told."""
ENDPOINT: Final = "/graphql"
TOLD_BY: Final = ("authorization", "x-api-key", "x-brand", "x-csrf-token")
BY_TIME: Final = frozenset({Policy.VISITOR, Policy.CALLER})
MOST_KEPT: Final = 10_000


class Quotas:
    """Adds what the operation was told of its quotas to the answer, if it came so far.

    Shape:  whose requests are spent is told so by this process until they are not, before their
            credential is looked up; who asks without a pause waits a little for each answer.
    """

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float], refusal_seconds: float) -> None:
        self.app = app
        self.clock = clock
        self.refusal_seconds = refusal_seconds
        self.spent: OrderedDict[bytes, tuple[float, Verdict]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != ENDPOINT:
            await self.app(scope, receive, send)
            return
        passing = scope.setdefault("state", {})[PASSING] = Passing()
        name = _name(scope)

        async def send_with_quota(message: Message) -> None:
            if message["type"] == "http.response.start" and passing.verdict is not None:
                self._remember(name, passing.verdict)
                headers = MutableHeaders(scope=message)
                for each, value in headers_of(passing.verdict):
                    headers[each] = value
            await send(message)

        passing.verdict = self._known(name)
        if passing.verdict is None:
            await self.app(scope, receive, send_with_quota)
            return
        spent = QuotaSpent.of(passing.verdict)
        await asyncio.sleep(self.refusal_seconds)
        answer = refused(spent.code, spent.message, scope["state"]["request_id"], more=spent.told)
        await answer(scope, receive, send_with_quota)

    def _known(self, name: bytes) -> Verdict | None:
        until, verdict = self.spent.get(name, (0.0, None))
        rest = until - self.clock()
        if verdict is None or rest <= 0:
            self.spent.pop(name, None)
            return None
        return told_later(verdict, rest)

    def _remember(self, name: bytes, verdict: Verdict) -> None:
        if verdict.refused not in BY_TIME or name in self.spent:
            return
        self.spent[name] = (self.clock() + verdict.wait_seconds, verdict)
        if len(self.spent) > MOST_KEPT:
            self.spent.popitem(last=False)


def _name(scope: Scope) -> bytes:
    """Whoever shows the same from the same place: a digest, for it is a credential."""
    headers = Headers(scope=scope)
    visitor = headers.get(HEADER, "").partition(";")[0]
    where = f"{address_of(HTTPConnection(scope))} {visitor}"
    shown = [where, *(headers.get(each, "") for each in TOLD_BY)]
    return sha256("\n".join(shown).encode()).digest()


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
