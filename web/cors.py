"""Cross-origin requests: what a browser is told before and after, for the brands' own websites."""

import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth.origins import Origins
from web.answers import refused

METHODS: Final = "GET, POST"
HEADERS: Final = (
    "authorization, x-api-key, x-brand, content-type, idempotency-key, traceparent, x-request-id"
)
EXPOSED: Final = "x-request-id, ratelimit, ratelimit-policy, x-ratelimit-remaining, retry-after"
ASKED_AGAIN_SECONDS: Final = 7_200
UNKNOWN: Final = "No brand names this origin among its websites."
OPEN_TO_PAGES: Final = re.compile(
    r"/graphql|/auth/(customer|driver)/[a-z-]+|/auth/(oidc/token|refresh|sign-out)"
)
PUBLIC: Final = frozenset({"/schema.graphql"})


def foreign_origin(connection: HTTPConnection) -> str | None:
    """The origin of the page that asks, unless it is a page of this server."""
    origin = connection.headers.get("origin")
    if origin is None or origin.partition("://")[2] == connection.headers.get("host"):
        return None
    return origin


class Cors:
    """Answers preflights, and says which page may read an answer. Credentials are never ambient:
    they travel in headers, so no answer allows them.
    """

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self.app = app
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        allowed = None
        if scope["path"] in PUBLIC:
            allowed = "*"
        elif OPEN_TO_PAGES.fullmatch(scope["path"]) and (
            (origin := foreign_origin(HTTPConnection(scope))) is not None
        ):
            allowed = origin if await self.origins.known(origin) else None
            if _is_preflight(scope):
                await _preflight(scope, allowed)(scope, receive, send)
                return

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("origin")
                if allowed is not None:
                    headers["access-control-allow-origin"] = allowed
                    headers["access-control-expose-headers"] = EXPOSED
            await send(message)

        await self.app(scope, receive, send_with_origin)


def _is_preflight(scope: Scope) -> bool:
    asks = "access-control-request-method" in Headers(scope=scope)
    return scope["method"] == "OPTIONS" and asks


def _preflight(scope: Scope, allowed: str | None) -> Response:
    if allowed is None:
        return refused("FORBIDDEN", UNKNOWN, scope["state"]["request_id"])
    return Response(
        status_code=204,
        headers={
            "access-control-allow-origin": allowed,
            "access-control-allow-methods": METHODS,
            "access-control-allow-headers": HEADERS,
            "access-control-max-age": str(ASKED_AGAIN_SECONDS),
            "vary": "origin, access-control-request-method, access-control-request-headers",
        },
    )
