"""Subscriptions over graphql-transport-ws, on a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db.database import Database
from domain.bookings import NewTimes
from domain.events import Notice
from domain.identity import Brand, Kind
from schema.global_ids import encode
from services.bookings import reschedule_booking
from tests.builders import a_booking, a_brand, a_customer, a_key, a_member, new_id, write
from tests.web.conftest import Sign

CHANGED = """
subscription ($id: ID!) { bookingChanged(id: $id) { kind booking { number version startsAtLocal } } }
"""
PATIENCE = 5


@asynccontextmanager
async def socket(address: str, **init: str) -> AsyncIterator[ClientConnection]:
    url = address.replace("http", "ws", 1) + "/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"]) as ws:  # type: ignore[list-item]
        await send(ws, type="connection_init", payload=init)
        yield ws


async def send(ws: ClientConnection, **message: Any) -> None:
    await ws.send(json.dumps(message))


async def receive(ws: ClientConnection) -> dict[str, Any]:
    frame = await asyncio.wait_for(ws.recv(), PATIENCE)
    assert isinstance(frame, str), "the protocol speaks in text frames, and clients read no other"
    message: dict[str, Any] = json.loads(frame)
    return message


async def subscribe(ws: ClientConnection, booking: UUID, id: str = "1") -> None:
    variables = {"id": encode("Booking", booking)}
    payload = {"query": CHANGED, "variables": variables}
    await send(ws, id=id, type="subscribe", payload=payload)


async def move(made: Parts, brand: Brand, booking: UUID, version: int) -> UUID:
    """Reschedule as the service does, and relay the event as the worker does; gives its id."""
    starts_at = (datetime.now(UTC) + timedelta(days=300 + version)).replace(hour=18, minute=0)
    wish = NewTimes(booking, starts_at, None, version)
    await write(
        made.database, brand, lambda tx: reschedule_booking(tx, wish, now=now(), ids=made.ids)
    )
    rows = await write(
        made.database,
        brand,
        lambda tx: tx.rows("select id, kind from events order by id desc limit 1"),
    )
    event_id, kind = rows[0]
    notice = Notice(brand.tenant_id, brand.id, event_id, "booking", booking, kind)
    await made.events.publish([notice])
    return event_id  # type: ignore[no-any-return]


async def listening(made: Parts, count: int) -> None:
    """Wait until so many subscriptions are heard by Redis."""
    for _ in range(200):
        if made.events.listeners >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{made.events.listeners} of {count} subscriptions are heard")


async def test_a_subscriber_sees_each_change_as_it_is_made(
    address: str, made: Parts, database: Database, brand: Brand, sign: Sign
) -> None:
    booking = await write(database, brand, lambda tx: a_booking(tx, number="WWT-2026-00007"))
    token = sign(await a_member(database, brand))
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await subscribe(ws, booking)
        await listening(made, 1)
        for version in (1, 2):
            await move(made, brand, booking, version)
            message = await receive(ws)
            change = message["payload"]["data"]["bookingChanged"]
            assert message["type"] == "next"
            assert change["kind"] == "BookingRescheduled"
            assert change["booking"]["number"] == "WWT-2026-00007"
            assert change["booking"]["version"] == version + 1
            assert "errors" not in message["payload"]


async def test_another_brands_booking_is_not_found_and_never_told_of(
    address: str, made: Parts, settings: Settings, database: Database, brand: Brand, sign: Sign
) -> None:
    sibling = await a_brand(settings, tenant=brand, code="nwtc")
    booking = await write(database, sibling, a_booking)
    token = sign(await a_member(database, brand))
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await subscribe(ws, booking)
        refused = await receive(ws)

        assert refused["type"] in {"next", "error"}
        errors = refused["payload"] if refused["type"] == "error" else refused["payload"]["errors"]
        assert [error["extensions"]["code"] for error in errors] == ["NOT_FOUND"]
        await move(made, sibling, booking, 1)
        rest: list[dict[str, Any]] = []
        while (await _next_or_none(ws, rest)) is not None:
            pass
        assert [message["type"] for message in rest if message["type"] == "next"] == []


async def _next_or_none(ws: ClientConnection, seen: list[dict[str, Any]]) -> Any:
    try:
        message = json.loads(await asyncio.wait_for(ws.recv(), 0.3))
    except TimeoutError:
        return None
    seen.append(message)
    return message


async def test_a_customer_hears_of_their_own_booking_and_of_nobody_elses(
    address: str, made: Parts, database: Database, brand: Brand, sign: Sign
) -> None:
    customer = await write(database, brand, a_customer)
    mine = await write(database, brand, lambda tx: a_booking(tx, customer_id=customer))
    other = await write(database, brand, a_booking)
    token = sign(customer, Kind.CUSTOMER)
    async with socket(address, **{"x-api-key": token}) as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await subscribe(ws, other, "1")
        refused = await receive(ws)
        assert refused["id"] == "1"
        assert "NOT_FOUND" in json.dumps(refused)
        await subscribe(ws, mine, "2")
        await listening(made, 1)
        await move(made, brand, mine, 1)
        message = await receive(ws)
        while message["id"] == "1":
            message = await receive(ws)
        assert message["id"] == "2"
        assert message["payload"]["data"]["bookingChanged"]["booking"]["version"] == 2


@pytest.mark.parametrize("init", [{}, {"Authorization": "Bearer nonsense"}])
async def test_a_socket_without_a_valid_credential_is_closed(
    address: str, init: dict[str, str]
) -> None:
    async with socket(address, **init) as ws:
        with pytest.raises(ConnectionClosed) as closed:
            await receive(ws)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


async def test_a_site_key_may_not_listen_to_a_booking(
    address: str, database: Database, brand: Brand
) -> None:
    booking = await write(database, brand, a_booking)
    key = await write(database, brand, a_key)
    async with socket(address, **{"x-api-key": key}) as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await subscribe(ws, booking)
        refused = await receive(ws)

    assert "FORBIDDEN" in json.dumps(refused)
    assert str(new_id()) not in json.dumps(refused)


async def test_queries_over_the_socket_each_have_a_snapshot_of_their_own(
    address: str, database: Database, brand: Brand, sign: Sign
) -> None:
    token = sign(await a_member(database, brand))
    query = {"query": "{ bookings { totalCount } }"}
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        counts = []
        for each in ("1", "2"):
            await send(ws, id=each, type="subscribe", payload=query)
            counts.append((await receive(ws))["payload"]["data"]["bookings"]["totalCount"])
            assert (await receive(ws))["type"] == "complete"
            await write(database, brand, a_booking)

    assert counts == [0, 1]
