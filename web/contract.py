"""The contract as a page: public, and fetched anew only if it has changed."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


class Contract:
    """The printed schema under its digest."""

    def __init__(self, sdl: str) -> None:
        self._sdl = sdl
        self._headers = {
            "cache-control": "public, max-age=300",
            "etag": f'"{sha256(sdl.encode()).hexdigest()[:32]}"',
        }

    async def answer(self, request: Request) -> Response:
        """304 to whoever has this very text."""
        known = request.headers.get("if-none-match", "")
        if self._headers["etag"] in (each.strip() for each in known.split(",")):
            return Response(status_code=304, headers=self._headers)
        return PlainTextResponse(self._sdl, headers=self._headers)
