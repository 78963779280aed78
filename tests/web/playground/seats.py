"""A person before the playground in a browser."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Page, Response, expect

from bootstrap.wiring import Parts

PATIENCE_MILLISECONDS = 20_000
KEPT = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"


class Seat:
    """A person before the page: what they do, what they see, and what the browser complains of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.asked: list[str] = []
        context = page.context
        context.on("console", lambda message: self._note(message.type, message.text))
        context.on("weberror", lambda fault: self._note("error", str(fault.error)))
        context.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", lambda socket: self.asked.append(socket.url))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def strangers(self, address: str) -> list[str]:
        """What was asked of anybody but this server."""
        ours = (address, address.replace("http", "ws", 1), "data:", "blob:")
        return [url for url in self.asked if not url.startswith(ours)]

    async def open(self, address: str) -> None:
        await self.page.goto(f"{address}/graphql")
        editor = self.page.get_by_role("region", name="Operation Editor").get_by_role("textbox")
        await expect(editor).to_be_attached()

    @asynccontextmanager
    async def speaking_anew(self) -> AsyncIterator[None]:
        """Wait until the page has asked for the contract as somebody else."""
        async with self.page.expect_response(is_of_introspection):
            yield

    async def take(self, operation: str) -> None:
        await self.page.get_by_role("button", name=re.compile(f"^{operation} ")).click()

    async def give(self, **variables: Any) -> None:
        editor = self.page.get_by_role("region", name="Variables").get_by_role("textbox")
        await editor.focus()
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(json.dumps(variables))
        for key in ("Control+Shift+End", "Delete"):  # what the editor closed of its own accord
            await self.page.keyboard.press(key)

    async def write(self, document: str) -> None:
        editor = self.page.get_by_role("region", name="Operation Editor").get_by_role("textbox")
        await editor.focus()
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(document)
        for key in ("Control+Shift+End", "Delete"):  # what the editor closed of its own accord
            await self.page.keyboard.press(key)

    async def run(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def see(self, text: str) -> None:
        """Long lines are broken where the window ends, so white space does not count."""
        words = re.compile(r"\s*".join(map(re.escape, re.sub(r"\s", "", text))))
        await expect(self.page.get_by_role("region", name="Result Window")).to_contain_text(words)


def is_of_introspection(response: Response) -> bool:
    return "IntrospectionQuery" in (response.request.post_data or "")


async def listeners(made: Parts, count: int) -> None:
    async with asyncio.timeout(PATIENCE_MILLISECONDS / 1000):
        while made.events.listeners != count:  # noqa: ASYNC110 - it has no event for it
            await asyncio.sleep(0.01)
