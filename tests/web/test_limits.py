"""The limits of the server as a client meets them: statuses, close codes, and who is spared."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bootstrap.wiring import Parts
from tests.web.conftest import a_client, served

MEDIA_TYPE = "application/graphql-response+json"
HOSTILE = {
    "tokens": "{ viewer { " + "kind " * 2_000 + "} }",
    "aliases": "{ " + " ".join(f"a{n}: viewer {{ kind }}" for n in range(10_000)) + " }",
    "repeated": "{ viewer { " + "brand { code } " * 480 + "} }",
    "deep": "{ viewer " * 9_000,
    "chain": "{ viewer { ...F0 } }"
    + "".join(f"fragment F{n} on Viewer {{ ...F{n + 1} ...F{n + 1} }} " for n in range(150)),
}


@pytest.fixture(scope="session")
async def strict(made: Parts) -> AsyncIterator[str]:
    """A server with limits so small that they are met at once."""
    small = {
        "limit_connection_init_seconds": 0.1,
        "limit_message_bytes": 2_000,
        "limit_operation_seconds": 0.000_001,
        "limit_body_bytes": 3_000,
    }
    settings = made.settings.model_copy(update=small)
    async with served(dataclasses.replace(made, settings=settings)) as address:
        yield address


def socket(address: str) -> Any:
    return connect(
        address.replace("http", "ws") + "/graphql",
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
    )


async def closed(ws: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as refusal:
        await asyncio.wait_for(ws.recv(), 5)
    assert refusal.value.rcvd is not None
    return refusal.value.rcvd.code, refusal.value.rcvd.reason


async def test_a_socket_that_says_nothing_is_closed(strict: str) -> None:
    async with socket(strict) as ws:
        assert await closed(ws) == (4408, "Connection initialisation timeout: 0.1 s")


async def test_a_message_past_its_limit_closes_the_socket(strict: str) -> None:
    async with socket(strict) as ws:
        await ws.send("x" * 2_001)
        code, reason = await closed(ws)
    assert code == 1009
    assert "2000 bytes" in reason


async def test_an_operation_past_its_time_is_told_so_by_http_and_by_socket(
    strict: str, site_headers: dict[str, str]
) -> None:
    message = "The operation took longer than 1e-06 s. Ask for less, or try again."
    async with a_client(strict, headers=site_headers) as client:
        late = await client.post(
            "/graphql",
            json={"query": "{ wineries { totalCount } }"},
            headers={"accept": MEDIA_TYPE},
        )
    assert late.status_code == 503
    assert [
        (error["message"], error["extensions"]["code"], error["extensions"]["retryable"])
        for error in late.json()["errors"]
    ] == [(message, "DEADLINE_EXCEEDED", True)]

    async with socket(strict) as ws:
        for told in (
            {"type": "connection_init", "payload": site_headers},
            {
                "id": "1",
                "type": "subscribe",
                "payload": {"query": "{ wineries { totalCount } }"},
            },
        ):
            await ws.send(orjson.dumps(told).decode())
        assert orjson.loads(await ws.recv())["type"] == "connection_ack"
        answer = orjson.loads(await ws.recv())
    assert (answer["id"], answer["type"]) == ("1", "error")
    assert [error["extensions"]["code"] for error in answer["payload"]] == ["DEADLINE_EXCEEDED"]


async def test_a_body_past_a_limit_of_the_operator_is_refused_by_its_number(strict: str) -> None:
    async with a_client(strict) as client:
        answer = await client.post("/graphql", content=b"x" * 3_001)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (
        413,
        "The body has more than 3000 bytes, the most that is read.",
    )


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "aliases"])
async def test_a_hostile_document_is_refused_by_the_name_of_its_limit(
    client: httpx.AsyncClient, site_headers: dict[str, str], name: str
) -> None:
    answer = await client.post(
        "/graphql", json={"query": HOSTILE[name]}, headers={**site_headers, "accept": MEDIA_TYPE}
    )
    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert {error["extensions"]["code"] for error in answer.json()["errors"]} <= {
        "LIMIT_EXCEEDED",
        "GRAPHQL_PARSE_FAILED",
    }


async def test_a_document_past_the_body_limit_is_not_even_read(
    client: httpx.AsyncClient, site_headers: dict[str, str]
) -> None:
    answer = await client.post("/graphql", json={"query": HOSTILE["aliases"]}, headers=site_headers)
    assert answer.status_code == 413


async def test_variables_that_refer_to_each_other_are_no_document(
    client: httpx.AsyncClient, site_headers: dict[str, str]
) -> None:
    document = "query ($a: Int = $b, $b: Int = $a) { wineries(first: $a) { totalCount } }"
    answer = await client.post(
        "/graphql", json={"query": document}, headers={**site_headers, "accept": MEDIA_TYPE}
    )
    assert answer.status_code == 400
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == [
        "GRAPHQL_PARSE_FAILED"
    ]
