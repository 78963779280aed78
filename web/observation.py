"""Every request: its time, its line in the log, its trace; and the documents known by name."""

from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import Any, Final

from graphql import GraphQLSyntaxError
from graphql.utilities import strip_ignored_characters
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations.frames import Frame
from integrations.metrics import METHODS, OTHER
from integrations.telemetry import Telemetry
from web.prepared import PreparedOperation

QUIET: Final = frozenset({"/health/live", "/health/ready", "/metrics"})
CARRIED: Final[Mapping[bytes, str]] = {b"traceparent": "traceparent", b"tracestate": "tracestate"}
NOTHING: Final[Mapping[str, str | int]] = {}
FAULT: Final = 500
CLIENT_LEFT: Final = 499
SWITCHED: Final = 101
ROOM: Final = 20
"""How much longer than its bare text a document may be laid out."""


class Observation:
    """Times, logs and traces what passes; says in `traceparent` in which trace it was."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self.app = app
        self.telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        frame = self.telemetry.request_begun(
            scope["state"]["request_id"],
            carried(scope),
            about(scope) if self.telemetry.spans else NOTHING,
        )
        seen = Passing(self.telemetry, frame, scope, send)
        try:
            await self.app(scope, receive, seen.send)
        except Exception:
            seen.status = seen.status or FAULT
            raise
        finally:
            seen.ended()


class Passing:
    """One request or socket on its way, from its first byte to its line in the log."""

    __slots__ = ("_began", "_frame", "_open", "_scope", "_send", "_telemetry", "status")

    def __init__(self, telemetry: Telemetry, frame: Frame, scope: Scope, send: Send) -> None:
        self._telemetry = telemetry
        self._frame = frame
        self._scope = scope
        self._send = send
        self._open = False
        self._began = perf_counter()
        self.status = 0

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self.status = message["status"]
            self._say_trace(message)
        elif kind == "websocket.accept":
            self._say_trace(message)
            self._opened()
        elif kind == "websocket.http.response.start":
            self.status = message["status"]
        await self._send(message)

    def _say_trace(self, message: Message) -> None:
        headers = message.setdefault("headers", [])
        headers.append((b"traceparent", self._frame.traceparent.encode()))

    def _opened(self) -> None:
        """A socket's span ends here, and stays the parent of its operations."""
        self.status, self._open = SWITCHED, True
        self._telemetry.metrics.sockets.inc()
        self._answered(method_of(self._scope), route_of(self._scope), SWITCHED)

    def ended(self) -> None:
        seconds = perf_counter() - self._began
        scope, status = self._scope, self.status or CLIENT_LEFT
        method, route = method_of(scope), route_of(scope)
        if scope["type"] == "http":
            self._telemetry.metrics.request(method, route, status, seconds)
        if self._open:
            self._telemetry.metrics.sockets.dec()
        else:
            self._answered(method, route, status)
        self._log(method, route, status, seconds)
        self._frame.leave()

    def _answered(self, method: str, route: str, status: int) -> None:
        self._telemetry.request_answered(self._frame, method=method, route=route, status=status)

    def _log(self, method: str, route: str, status: int, seconds: float) -> None:
        frame, log = self._frame, self._telemetry.access
        say = log.debug if route in QUIET else log.info
        say(
            "request" if self._scope["type"] == "http" else "socket",
            request_id=frame.request_id,
            trace_id=frame.trace_id,
            tenant=frame.tenant,
            brand=frame.brand,
            kind=frame.kind,
            method=method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 2),
            statements=frame.statements,
        )


class KnownDocuments:
    """The operations that this house prepares, told by their text, however it is laid out."""

    def __init__(self, operations: Iterable[PreparedOperation]) -> None:
        self._texts = {each.name: strip_ignored_characters(each.document) for each in operations}
        self._seen: dict[str, str] = {}

    def __call__(self, name: str, document: str) -> bool:
        """Shape: what is called otherwise is not read at all."""
        wanted = self._texts.get(name)
        if wanted is None or self._seen.get(name) == document:
            return wanted is not None
        if len(document) > ROOM * len(wanted):
            return False
        try:
            known = strip_ignored_characters(document) == wanted
        except GraphQLSyntaxError:
            return False
        if known:
            self._seen[name] = document
        return known


def carried(scope: Scope) -> dict[str, str]:
    return {
        CARRIED[name]: value.decode("latin-1")
        for name, value in scope["headers"]
        if name in CARRIED
    }


def about(scope: Scope) -> dict[str, str | int]:
    """Attributes of a request's span. Neither path nor query: they may hold a link's secret."""
    method = method_of(scope)
    server = scope.get("server") or ("", None)
    told: dict[str, Any] = {
        "http.request.method": "_OTHER" if method == "OTHER" else method,
        "url.scheme": scope.get("scheme", "http"),
        "network.protocol.version": scope.get("http_version", "1.1"),
        "server.address": server[0],
        "server.port": server[1],
    }
    return {name: value for name, value in told.items() if value}


def method_of(scope: Scope) -> str:
    method: str = scope.get("method", "GET")
    return method if method in METHODS else "OTHER"


def route_of(scope: Scope) -> str:
    """The template of the route that answers, which is one of ours."""
    return getattr(scope.get("route"), "path", None) or OTHER
