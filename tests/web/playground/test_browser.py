"""The playground as a person uses it, in a real Chromium over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bootstrap.wiring import Parts
from jobs.event_relay import relay
from tests.jobs.conftest import QUICK
from tests.web.conftest import bearer
from tests.web.playground.seats import KEPT, Seat, listeners

LATEST = """
{ bookings(first: 1, orderBy: STARTS_AT_DESC, filter: {status: [CONFIRMED]}) {
  edges { node { id version } } } }
"""
MOVE = """
mutation ($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) { errors { code message } }
}
"""


@pytest.fixture
async def relayed(demo: Parts) -> AsyncIterator[None]:
    """What the worker does: changes reach those who listen."""
    stop = asyncio.Event()
    relaying = asyncio.create_task(relay(demo.database, demo.events, stop=stop, pace=QUICK))
    yield
    stop.set()
    await relaying


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


async def test_in_development_ones_own_credential_is_kept_for_the_tab_alone(
    seat: Seat, playground: httpx.AsyncClient
) -> None:
    address = str(playground.base_url).rstrip("/")
    token = await credential(playground, "staff")

    await seat.open(address)
    await seat.page.get_by_label("Speak as").select_option("own")
    async with seat.speaking_anew():
        await seat.page.get_by_role("textbox", name="Credential").fill(token)
        await seat.page.get_by_role("textbox", name="Credential").press("Enter")
    await seat.run()
    await seat.see('"kind": "STAFF"')

    lasting, of_the_tab = json.loads(await seat.page.evaluate(KEPT))
    assert token in str(of_the_tab)
    assert token not in str(lasting)
    assert "WhoAmI" in str(lasting)
    assert [each for each in seat.complaints if "401 (Unauthorized)" not in each] == []
    assert seat.strangers(address) == []
