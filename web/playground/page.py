"""The page that a browser gets at `/graphql`: GraphiQL, built beforehand, all from this origin."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from web.prepared import prepared

BUILT: Final = Path(__file__).parent / "built"
PLACE_OF_OFFER: Final = '<script type="application/json" id="offer">{}</script>'
AUTHORITY: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".ttf": "font/ttf",
}
FOREVER: Final = "public, max-age=31536000, immutable"  # an asset's name carries its hash
POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",  # the editor places its lines by style attributes
    "worker-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)


class Page:
    """The page and its assets. With `picker`, it asks whom of the demo data to speak as; without,
    it is the console: it tells nothing of the API before somebody has signed in.
    """

    def __init__(self, *, picker: bool) -> None:
        offered = [asdict(each) for each in prepared()] if picker else []
        offer = {"picker": picker, "prepared": offered}
        self._text = _text_with(orjson.dumps(offer).decode())
        self._assets = frozenset(each.name for each in (BUILT / "assets").iterdir())

    def before(self, app: ASGIApp) -> ASGIApp:
        """The page for a browser that comes to look; everything else is for `app`."""

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            here = scope["type"] == "http" and wants_page(scope)
            await (self.answer(Request(scope)) if here else app)(scope, receive, send)

        return either

    def answer(self, request: Request) -> Response:
        headers = {
            "content-security-policy": _policy(request.headers.get("host", "")),
            "cross-origin-opener-policy": "same-origin",
            "cache-control": "no-cache",
            "vary": "accept",
        }
        return HTMLResponse(self._text, headers=headers)

    async def asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._assets:
            raise HTTPException(404)
        return FileResponse(
            BUILT / "assets" / name,
            media_type=MEDIA_TYPES[Path(name).suffix],
            headers={"cache-control": FOREVER},
        )


def wants_page(scope: Scope) -> bool:
    """A browser that opens the address: it accepts HTML, no JSON by name, and asks nothing."""
    accepted = Headers(scope=scope).get("accept", "")
    given = QueryParams(scope["query_string"])
    asks_nothing = not given.keys() & {"query", "documentId", "extensions"}
    likes_pages = "text/html" in accepted and "json" not in accepted
    return scope["method"] in {"GET", "HEAD"} and likes_pages and asks_nothing


def _text_with(offer: str) -> str:
    """The offer stands in the page as data, which no browser runs and no policy forbids."""
    text = (BUILT / "index.html").read_text()
    data = offer.replace("<", "\\u003c")
    before, _, after = text.partition(PLACE_OF_OFFER)
    return f"{before}{PLACE_OF_OFFER.replace('{}', data)}{after}"


def _policy(host: str) -> str:
    """Sockets are named outright: not every browser takes 'self' for the ws: of its own origin."""
    sockets = f" ws://{host} wss://{host}" if AUTHORITY.fullmatch(host) else ""
    return "; ".join((*POLICY, f"connect-src 'self'{sockets}"))
