"""The clients that people build with each run one query, one mutation and one subscription."""

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

from bootstrap.wiring import now
from tests.clients.conftest import HERE, PATIENCE_SECONDS, House, ended, start
from web.prepared import prepared

ROOT = HERE.parents[1]
CONFIRMED = """
query ($from: Date!) {
  bookings(first: 1, filter: {status: [CONFIRMED], startsOnFrom: $from}) {
    totalCount edges { node { id number startsAt version } } } }
"""
BOOKING = "query ($id: ID!) { booking(id: $id) { startsAt version } }"
DOCUMENTS = {each.name: each.document for each in prepared()}


async def a_move(house: House, year: int) -> dict[str, Any]:
    """The next confirmed booking, and a day of a far year on which nothing else is."""
    tomorrow = (now() + timedelta(days=2)).date().isoformat()
    found = await house.ask(CONFIRMED, **{"from": tomorrow})
    booking = found["bookings"]["edges"][0]["node"]
    assert not booking["startsAt"].startswith(str(year))
    return {
        "id": booking["id"],
        "startsAt": f"{year}-08-10T10:00:00-07:00",
        "expectedVersion": booking["version"],
    }


async def session(node: str, house: House, move: dict[str, Any], program: Path) -> Any:
    """Run a client's programme; let it move the booking once the server listens for it."""
    await house.listeners(0)
    process = await start(
        node,
        program,
        folder=program.parent,
        TOURBASE_URL=house.address,
        TOURBASE_TOKEN=house.staff,
        MOVE=json.dumps(move),
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
    if line == b"subscribed\n":
        await house.listeners(1)
    return json.loads(await ended(process, say=b"go\n"))


async def moved_and_told(house: House, move: dict[str, Any], seen: dict[str, Any]) -> None:
    """The client has read, has moved the booking, and was told of it; the server agrees."""
    after = {"startsAt": move["startsAt"], "version": move["expectedVersion"] + 1}
    viewer = seen["query"]["viewer"]
    assert (viewer["kind"], viewer["brand"]["code"]) == ("STAFF", "wwt")
    payload = seen["mutation"]["rescheduleBooking"]
    assert payload["errors"] == []
    for booking in (payload["booking"], seen["subscription"]["bookingChanged"]["booking"]):
        assert booking["id"] == move["id"]
        assert {name: booking[name] for name in after} == after
    assert (await house.ask(BOOKING, id=move["id"]))["booking"] == after


@pytest.mark.parametrize(("client", "year"), [("apollo", 2041), ("urql", 2042)])
async def test_a_client_in_javascript_reads_moves_and_is_told(
    client: str, year: int, house: House, node: str
) -> None:
    move = await a_move(house, year)

    seen = await session(node, house, move, HERE / f"{client}.mjs")

    await moved_and_told(house, move, seen)


@pytest.fixture
async def compiled(node: str, tmp_path: Path) -> Path:
    """The folder in which relay-compiler has compiled the documents against the committed SDL."""
    shutil.copytree(HERE / "relay", tmp_path / "relay")
    for name in ("package.json", "session.mjs"):
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    shutil.copy(ROOT / "schema" / "schema.graphql", tmp_path)
    config = {
        "src": "relay",
        "schema": "schema.graphql",
        "language": "javascript",
        "eagerEsModules": True,
        "customScalarTypes": {"Cents": "number", "DateTime": "string"},
    }
    (tmp_path / "relay.config.json").write_text(json.dumps(config))
    compiler = "node_modules/relay-compiler/cli.js"
    await ended(await start(node, compiler, "relay.config.json", folder=tmp_path))
    return tmp_path


async def test_relay_compiles_its_documents_and_runs_what_it_compiled(
    house: House, node: str, compiled: Path
) -> None:
    artifacts = sorted(path.name for path in (compiled / "relay" / "__generated__").iterdir())
    assert artifacts == [
        f"Client{kind}.graphql.js" for kind in ("Mutation", "Query", "Subscription")
    ]
    move = await a_move(house, 2043)

    seen = await session(node, house, move, compiled / "relay" / "Client.js")

    await moved_and_told(house, move, seen)
    assert seen["subscription"]["bookingChanged"]["kind"] == "BookingRescheduled"
    assert len(seen["query"]["bookings"]["edges"]) == 2


async def test_a_client_in_python_reads_moves_and_is_told(house: House) -> None:
    move = await a_move(house, 2044)
    headers = {"Authorization": f"Bearer {house.staff}"}
    http = HTTPXAsyncTransport(url=f"{house.address}/graphql", headers=headers)
    socket = WebsocketsTransport(
        url=f"{house.address.replace('http', 'ws', 1)}/graphql",
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        init_payload=headers,
    )
    await house.listeners(0)
    async with (
        Client(transport=http, schema=(ROOT / "schema" / "schema.graphql").read_text()) as asking,
        Client(transport=socket) as listening,
    ):
        query = await asking.execute(GraphQLRequest(DOCUMENTS["WhoAmI"]))
        changes = listening.subscribe(
            GraphQLRequest(DOCUMENTS["BookingChanged"], variable_values={"id": move["id"]})
        )
        told = asyncio.create_task(anext(aiter(changes)))
        await house.listeners(1)
        mutation = await asking.execute(
            GraphQLRequest(DOCUMENTS["RescheduleBooking"], variable_values={"input": move})
        )
        subscription = await asyncio.wait_for(told, PATIENCE_SECONDS)
        await changes.aclose()

    seen = {"query": query, "mutation": mutation, "subscription": subscription}
    await moved_and_told(house, move, seen)
