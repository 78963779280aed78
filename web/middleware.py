"""What every request passes: an id of its own, safe headers, and a bound on its body."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.answers import refused

ACCEPTABLE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
SAFE_HEADERS: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-xss-protection": "0",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
LONGEST_QUERY_STRING: Final = 16_384  # The HTTP parser itself gives up at 64 KiB.
ONLY_OVER_TLS: Final = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


class RequestId:
    """Keeps a client's `X-Request-ID` if it is harmless, and otherwise draws one."""

    def __init__(self, app: ASGIApp, draw: Callable[[], str]) -> None:
        self.app = app
        self.draw = draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if ACCEPTABLE.fullmatch(given) else self.draw()
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                MutableHeaders(scope=message).append("x-request-id", request_id)
            await send(message)

        await self.app(scope, receive, send_with_id)


class SafeHeaders:
    """Headers that keep browsers from guessing, framing, telling, and where it is `secure`, from
    speaking without TLS.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.headers = {**SAFE_HEADERS, **(ONLY_OVER_TLS if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_safely if scope["type"] == "http" else send)


class BodyTooLarge(Exception):
    """The body passes the limit; the rest of it is not read."""


class BodyLimit:
    """Refuses a body past the limit: by its declared length, or while it is read."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if len(scope["query_string"]) > LONGEST_QUERY_STRING:
            message = f"The address has more than {LONGEST_QUERY_STRING} bytes; use POST."
            request_id = scope["state"]["request_id"]
            await refused("URI_TOO_LONG", message, request_id, status=414)(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > self.most_bytes:
            await self._refuse(scope, receive, send)
            return
        seen = 0

        async def receive_within() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most_bytes:
                raise BodyTooLarge
            return message

        try:
            await self.app(scope, receive_within, send)
        except BodyTooLarge:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = f"The body has more than {self.most_bytes} bytes, the most that is read."
        request_id = scope["state"]["request_id"]
        await refused("BODY_TOO_LARGE", message, request_id, status=413)(scope, receive, send)
