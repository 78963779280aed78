"""What closes a socket, by its code and in its words."""

import asyncio
import contextlib
from typing import Any

import pytest
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation
from websockets.asyncio.client import ClientConnection, connect

from bootstrap.wiring import Parts
from db.database import Database
from domain.identity import Brand
from tests.builders import a_booking, a_member, write
from tests.web.conftest import Sign, served
from tests.web.test_subscriptions import PATIENCE, receive, send, socket, subscribe
from web.sockets import SocketHandler

VIEWER = {"query": "{ viewer { kind } }"}


async def closed(ws: ClientConnection) -> tuple[int, str]:
    await asyncio.wait_for(ws.wait_closed(), PATIENCE)
    assert ws.close_code is not None
    return ws.close_code, ws.close_reason or ""


def unacknowledged(address: str, protocol: str = "graphql-transport-ws") -> Any:
    url = address.replace("http", "ws", 1) + "/graphql"
    return connect(url, subprotocols=[protocol])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        ({"type": "nonsense"}, 4400, "Unknown message type: nonsense"),
        ({"id": "1", "type": "subscribe", "payload": VIEWER}, 4401, "Unauthorized"),
    ],
)
async def test_a_first_message_that_is_not_the_protocols_closes_the_socket(
    address: str, message: dict[str, Any], code: int, reason: str
) -> None:
    async with unacknowledged(address) as ws:
        await send(ws, **message)
        assert await closed(ws) == (code, reason)


async def test_a_second_connection_init_closes_the_socket(
    address: str, database: Database, brand: Brand, sign: Sign
) -> None:
    token = sign(await a_member(database, brand))
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await send(ws, type="connection_init", payload={})
        assert await closed(ws) == (4429, "Too many initialisation requests")


async def test_an_id_that_is_under_way_closes_the_socket(
    address: str, database: Database, brand: Brand, sign: Sign
) -> None:
    booking = await write(database, brand, a_booking)
    token = sign(await a_member(database, brand))
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await subscribe(ws, booking, "1")
        await subscribe(ws, booking, "1")
        assert await closed(ws) == (4409, "Subscriber for 1 already exists")


async def test_another_sub_protocol_is_not_spoken(address: str) -> None:
    async with unacknowledged(address, "graphql-ws") as ws:
        assert await closed(ws) == (4406, "Subprotocol not acceptable")


async def test_a_server_that_ends_says_so_to_its_sockets(
    made: Parts, database: Database, brand: Brand, sign: Sign
) -> None:
    token = sign(await a_member(database, brand))
    async with served(made) as address:
        ws = await unacknowledged(address)
        await send(ws, type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert (await receive(ws))["type"] == "connection_ack"

    assert (await closed(ws))[0] == 1012


async def test_one_operation_too_many_is_refused_with_a_code_and_the_socket_stays_open(
    address: str, database: Database, brand: Brand, sign: Sign
) -> None:
    booking = await write(database, brand, a_booking)
    token = sign(await a_member(database, brand))
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        for number in range(101):
            await subscribe(ws, booking, str(number))
        refused = await receive(ws)
        await send(ws, type="ping")
        assert (await receive(ws))["type"] == "pong"

    assert (refused["id"], refused["type"]) == ("100", "error")
    [error] = refused["payload"]
    assert error["message"] == (
        "The socket runs more than 100 operations at once, the most that is taken."
    )
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    "message",
    ["[" * 60_000, '{"id": "\\ud800", "type": "ping"}', "{", "\ufeff{}"],
    ids=["deep", "half-a-character", "open", "mark"],
)
async def test_what_is_no_json_closes_the_socket_with_a_word(address: str, message: str) -> None:
    async with unacknowledged(address) as ws:
        await ws.send(message)
        assert await closed(ws) == (4400, "WebSocket message must be valid JSON")


async def test_an_operation_that_loses_its_cancellation_does_not_keep_the_socket() -> None:
    ended: list[str] = []

    async def deaf() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("deaf")

    handler = SocketHandler.__new__(SocketHandler)
    handler.connection_init_timeout_task = None
    operation = Operation(handler, "3", "", None, None)
    operation.task = asyncio.create_task(deaf())
    handler.operations = {"3": operation}
    await asyncio.sleep(0)

    await asyncio.wait_for(handler.shutdown(), timeout=30)

    assert ended == ["deaf"]
    assert handler.operations == {}
