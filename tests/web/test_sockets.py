"""A socket's caller is asked anew for each operation and each event; its errors are told in words."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bootstrap.settings import Settings
from bootstrap.wiring import Parts
from db.database import Database, Transaction
from domain.identity import Brand
from schema.global_ids import encode
from tests.builders import a_booking, a_customer, a_key, a_member, an_app, as_owner, write
from tests.relays import relayed
from tests.web.conftest import Sign
from tests.web.test_subscriptions import listening, move, receive, send, socket, subscribe

RENAME = """
mutation ($id: ID!) {
  updateCustomer(input: {id: $id, expectedVersion: 1, name: "Renamed"}) { errors { code } }
}
"""


def codes(message: dict[str, Any]) -> list[str]:
    payload = message["payload"]
    errors = payload if isinstance(payload, list) else payload["errors"]
    return [error["extensions"]["code"] for error in errors]


async def asked(
    ws: ClientConnection, query: str, id: str = "q", **variables: Any
) -> dict[str, Any]:
    payload = {"query": query, "variables": variables}
    await send(ws, id=id, type="subscribe", payload=payload)
    message = await receive(ws)
    while message.get("id") != id:
        message = await receive(ws)
    return message


Ending = Callable[[Transaction], Awaitable[Any]]


def removed(member: UUID) -> Ending:
    return lambda tx: tx.run(
        "update staff_users set status = 'suspended' where id = %(id)s", {"id": member}
    )


async def test_a_member_who_is_suspended_changes_nothing_more_over_an_open_socket(
    address: str, database: Database, brand: Brand, sign: Sign
) -> None:
    member = await a_member(database, brand, "manager")
    customer = await write(database, brand, lambda tx: a_customer(tx, name="Ada Guest"))
    async with socket(address, Authorization=f"Bearer {sign(member)}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await write(database, brand, removed(member))
        refused = await rename(ws, customer)

    assert codes(refused) == ["UNAUTHENTICATED"]
    stored = await write(database, brand, lambda tx: tx.rows("select name, version from customers"))
    assert stored == [("Ada Guest", 1)]


async def rename(ws: ClientConnection, customer: UUID) -> dict[str, Any]:
    payload = {"query": RENAME, "variables": {"id": encode("Customer", customer)}}
    await send(ws, id="m", type="subscribe", payload=payload)
    return await receive(ws)


async def test_a_member_who_is_suspended_hears_of_no_further_change(
    address: str, made: Parts, database: Database, brand: Brand, sign: Sign
) -> None:
    member = await a_member(database, brand, "manager")
    booking = await write(database, brand, a_booking)
    async with socket(address, Authorization=f"Bearer {sign(member)}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await subscribe(ws, booking)
        await listening(made, 1)
        await write(database, brand, removed(member))
        await move(made, brand, booking, 1)
        told = await receive(ws)
        ended = await receive(ws)

    assert codes(told) == ["UNAUTHENTICATED"]
    assert told["payload"]["data"] is None
    assert ended["type"] == "complete"


async def test_a_revoked_key_and_a_suspended_tenant_end_what_a_socket_may_do(
    made: Parts, address: str, settings: Settings, database: Database, brand: Brand
) -> None:
    async def keys(tx: Transaction) -> list[str]:
        app = await an_app(tx)
        return [await a_key(tx, "partner", app_id=app) for _ in range(2)]

    first, second = await write(database, brand, keys)
    query = "{ viewer { kind } }"
    async with socket(address, **{"X-API-Key": first}) as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        assert (await asked(ws, query, "1"))["payload"]["data"] == {"viewer": {"kind": "PARTNER"}}
        await write(
            database,
            brand,
            lambda tx: tx.run(
                "update api_keys set revoked_at = now() where last_four = %(four)s",
                {"four": first[-4:]},
            ),
        )
        assert codes(await asked(ws, query, "2")) == ["UNAUTHENTICATED"]
    async with socket(address, **{"X-API-Key": second}) as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await as_owner(
            settings,
            "update tenants set status = 'suspended' where tenant_id = %(id)s",
            {"id": brand.tenant_id},
            tenant=brand.tenant_id,
        )
        await relayed(made)
        assert codes(await asked(ws, query, "3")) == ["UNAUTHENTICATED"]


async def test_an_expired_token_does_nothing_more_over_an_open_socket(
    address: str, database: Database, brand: Brand, sign: Sign
) -> None:
    token = sign(await a_member(database, brand), minutes=1 / 60)
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        before = await asked(ws, "{ viewer { kind } }", "1")
        await asyncio.sleep(1.1)
        after = await asked(ws, "{ viewer { kind } }", "2")

    assert before["payload"]["data"] == {"viewer": {"kind": "STAFF"}}
    assert codes(after) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer { kind " + "kind " * 2001 + "} }", "LIMIT_EXCEEDED"),
        (
            "{ " + " ".join(f"a{n}: viewer {{ kind }}" for n in range(31)) + " }",
            "LIMIT_EXCEEDED",
        ),
    ],
)
async def test_a_document_that_cannot_run_is_told_so_and_the_socket_stays_open(
    address: str, database: Database, brand: Brand, sign: Sign, query: str, code: str
) -> None:
    token = sign(await a_member(database, brand))
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        refused = await asked(ws, query, "1")
        assert (refused["type"], codes(refused)) == ("error", [code])
        assert (await asked(ws, "{ viewer { kind } }", "2"))["type"] == "next"


@pytest.mark.parametrize(
    "init",
    [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic abc"},
        {"X-API-Key": "pk_test_" + "x" * 43},
        {"X-API-Key": "pk_test_" + "x" * 43, "X-Brand": "a\u0000"},
    ],
)
async def test_every_credential_that_is_refused_closes_the_socket_with_the_same_words(
    address: str, init: dict[str, str]
) -> None:
    async with socket(address, **init) as ws:
        with pytest.raises(ConnectionClosed) as closed:
            await receive(ws)

    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4403, "Forbidden")


async def test_a_message_past_the_limit_closes_the_socket(
    address: str, database: Database, brand: Brand, sign: Sign
) -> None:
    token = sign(await a_member(database, brand))
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await ws.send(json.dumps({"type": "ping", "payload": {"x": "x" * 70_000}}))
        with pytest.raises(ConnectionClosed) as closed:
            await receive(ws)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
