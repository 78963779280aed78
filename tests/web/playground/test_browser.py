"""The playground as a person uses it, in a real Chromium over a real socket."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, Response, async_playwright, expect

from bootstrap.wiring import Parts
from jobs.event_relay import relay
from tests.jobs.conftest import QUICK
from tests.web.conftest import bearer

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MILLISECONDS = 10_000
LATEST = """
{ bookings(first: 1, orderBy: STARTS_AT_DESC, filter: {status: [CONFIRMED]}) {
  edges { node { id version } } } }
"""
MOVE = """
mutation ($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) { errors { code message } }
}
"""
VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy", event.violatedDirective, event.blockedURI));
"""
KEPT = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium here: nobody looks at the playground (Debian: chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        await browser.close()


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

    async def run(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def see(self, text: str) -> None:
        """Long lines are broken where the window ends, so white space does not count."""
        words = re.compile(r"\s*".join(map(re.escape, re.sub(r"\s", "", text))))
        await expect(self.page.get_by_role("region", name="Result Window")).to_contain_text(words)


def is_of_introspection(response: Response) -> bool:
    return "IntrospectionQuery" in (response.request.post_data or "")


@pytest.fixture
async def seat(browser: Browser) -> AsyncIterator[Seat]:
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    async with await browser.new_context() as context:
        await context.add_init_script(VIOLATIONS)
        yield Seat(await context.new_page())


@pytest.fixture
async def relayed(demo: Parts) -> AsyncIterator[None]:
    """What the worker does: changes reach those who listen."""
    stop = asyncio.Event()
    relaying = asyncio.create_task(relay(demo.database, demo.events, stop=stop, pace=QUICK))
    yield
    stop.set()
    await relaying


async def listeners(made: Parts, count: int) -> None:
    async with asyncio.timeout(PATIENCE_MILLISECONDS / 1000):
        while made.events.listeners != count:  # noqa: ASYNC110 - it has no event for it
            await asyncio.sleep(0.01)


async def credential(client: httpx.AsyncClient, kind: str) -> str:
    choice = {"tenant": "nw-touring", "brand": "nwtc", "kind": kind}
    ours = {"x-requested-by": "playground"}
    made = await client.post("/graphql/credentials", json=choice, headers=ours)
    return made.json()["credential"]  # type: ignore[no-any-return]


async def asked(client: httpx.AsyncClient, document: str, **variables: Any) -> Any:
    """What the manager of the brand is answered, beside the page."""
    body = {"query": document, "variables": variables}
    staff = bearer(await credential(client, "staff"))
    return (await client.post("/graphql", json=body, headers=staff)).json()["data"]


@pytest.mark.usefixtures("relayed")
async def test_in_development_one_picks_a_caller_reads_their_data_and_hears_of_a_change(
    seat: Seat, demo: Parts, playground: httpx.AsyncClient
) -> None:
    address = str(playground.base_url).rstrip("/")
    found = await asked(playground, LATEST)
    booking = found["bookings"]["edges"][0]["node"]
    wish = {
        "id": booking["id"],
        "startsAt": "2035-08-10T10:00:00-07:00",
        "expectedVersion": booking["version"],
    }

    await seat.open(address)
    assert await seat.page.title() == "tourbase GraphQL"
    async with seat.speaking_anew():
        await seat.page.get_by_label("Brand").select_option("NW Touring & Concierge")
    await seat.run()
    await seat.see('"code": "nwtc"')
    await seat.take("UpcomingBookings")
    await seat.run()
    await seat.see('"number": "NWTC-')

    await seat.take("BookingChanged")
    await seat.give(id=booking["id"])
    await seat.run()
    await listeners(demo, 1)
    moved = await asked(playground, MOVE, input=wish)
    assert moved["rescheduleBooking"]["errors"] == []
    await seat.see('"startsAt": "2035-08-10T10:00:00-07:00"')

    async with seat.speaking_anew():
        await seat.page.get_by_label("Speak as").select_option("customer")
    await listeners(demo, 0)
    await seat.take("WhoAmI")
    await seat.run()
    await seat.see('"kind": "CUSTOMER"')

    assert seat.complaints == []
    assert seat.strangers(address) == []
    assert address.replace("http", "ws", 1) + "/graphql" in seat.asked


async def test_in_production_there_is_no_picker_and_ones_own_credential_is_kept_for_the_tab_alone(
    seat: Seat, production: httpx.AsyncClient, playground: httpx.AsyncClient
) -> None:
    address = str(production.base_url).rstrip("/")
    token = await credential(playground, "staff")

    await seat.open(address)
    await expect(seat.page.get_by_label("Speak as")).to_have_count(0)
    assert seat.complaints == []
    await seat.run()
    await seat.see("UNAUTHENTICATED")
    async with seat.speaking_anew():
        await seat.page.get_by_label("Credential").fill(token)
        await seat.page.get_by_label("Credential").press("Enter")
    await seat.run()
    await seat.see('"kind": "STAFF"')

    lasting, of_the_tab = json.loads(await seat.page.evaluate(KEPT))
    assert token in str(of_the_tab)
    assert token not in str(lasting)
    assert "WhoAmI" in str(lasting)
    assert [each for each in seat.complaints if "401 (Unauthorized)" not in each] == []
    assert seat.strangers(address) == []


async def test_a_caller_who_may_not_read_the_contract_is_told_so_and_goes_on(
    seat: Seat, production: httpx.AsyncClient, playground: httpx.AsyncClient
) -> None:
    await seat.open(str(production.base_url).rstrip("/"))
    async with seat.speaking_anew():
        await seat.page.get_by_label("Credential").fill(await credential(playground, "site"))
        await seat.page.get_by_role("button", name="Use", exact=True).click()
    await seat.see("Site keys do not introspect.")
    await seat.take("Wineries")
    await seat.run()
    await seat.see('"slug": "')
