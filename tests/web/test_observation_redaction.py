"""What real processes write while real values pass through them: none of the values is there."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from bootstrap.wiring import required
from db.database import Transaction
from domain.identity import Brand
from integrations.embedded.loopback import free_port
from schema.global_ids import encode
from tests.builders import a_booking, a_brand, a_customer, a_key, a_member, write
from tests.conftest import SIGNING_KEY, FreshDatabase
from tests.web.conftest import Sign, a_client, bearer
from tests.web.test_metrics import moved
from tests.web.test_subscriptions import receive, send, socket

NAME, EMAIL, PHONE = "Zelda Quillfeather", "zelda.q@example.com", "+15095550142"
PASSWORD, STRANGE = "hunter2-mailpass", "pk_test_" + "S3cretS3cret" * 3
FORGED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJaZWxkYSJ9.c2lnbmF0dXJl"
UNFORESEEN = "Zelda Unforeseen"
COOKIE, LINK = "session=c00k1e-v4lue", "l1nk-t0ken-in-a-path"


@dataclass(frozen=True)
class Process:
    """A command of ours that runs, and the file that its words go to."""

    running: subprocess.Popen[bytes]
    log: Path

    def said(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == event]

    async def until(self, event: str, count: int = 1) -> None:
        async with asyncio.timeout(20):
            while len(self.said(event)) < count:
                assert self.running.poll() is None, self.log.read_text()
                await asyncio.sleep(0.05)


@asynccontextmanager
async def started(
    command: str, settings: Settings, folder: Path, **more: str
) -> AsyncIterator[Process]:
    """`tourbase serve` or `tourbase work`, at the level that says most."""
    environment = {
        "TOURBASE_ENV": "development",
        "LOG_LEVEL": "debug",
        "DATABASE_URL": required(settings.database_url, ""),
        "DATABASE_READ_URL": required(settings.database_read_url, ""),
        "REDIS_URL": required(settings.redis_url, ""),
        "EVENTS_SECRET": required(settings.events_secret, ""),
        "AUTH_SIGNING_KEY": SIGNING_KEY,
        "SECRETS_KEY": required(settings.secrets_key, ""),
        "MAIL_URL": f"smtp://mailer:{PASSWORD}@127.0.0.1:1",
        **more,
    }
    log = folder / f"{command}.log"
    with log.open("wb") as output:
        running = subprocess.Popen(  # noqa: ASYNC220 - it is waited for in a thread
            [sys.executable, "-m", "cli.main", command],
            env=child_environment(environment),
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    process = Process(running, log)
    try:
        await process.until("serving" if command == "serve" else "working")
        yield process
    finally:
        running.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(running.wait, 20) == 0


@pytest.fixture
async def brand_of_it(fresh_database: FreshDatabase) -> Brand:
    return await a_brand(fresh_database.settings)


async def test_no_secret_and_no_personal_value_is_in_the_log_of_a_server(
    fresh_database: FreshDatabase, brand_of_it: Brand, tmp_path: Path, sign: Sign
) -> None:
    settings, database, brand = fresh_database.settings, fresh_database.database, brand_of_it
    key = await write(database, brand, a_key)
    customer = await write(database, brand, named)
    member = await a_member(database, brand)
    token = sign(member, tenant=brand.tenant_slug, brand=brand.code)
    port = free_port()
    async with started("serve", settings, tmp_path, PORT=str(port)) as server:
        address = f"http://127.0.0.1:{port}"
        async with a_client(address) as client:
            async with asyncio.timeout(10):
                await answering(client)
            await good_and_bad_requests(client, key, token, customer)
            await a_fault(client, settings, token, customer)
        await over_a_socket(address, token, customer)
        await server.until("socket", 2)
    text = server.log.read_text()
    events = {json.loads(line)["event"] for line in text.splitlines()}

    assert {"serving", "request", "operation", "socket", "fault"} <= events
    assert found_in(text, key, token) == []


async def answering(client: httpx.AsyncClient) -> None:
    while True:
        with suppress(httpx.TransportError):
            await client.get("/health/ready")
            return
        await asyncio.sleep(0.05)


def found_in(text: str, *more: str) -> list[str]:
    """Which of the values stand in it; parts of them too, as a careless format would cut them."""
    values = (
        NAME, "Quillfeather", UNFORESEEN, EMAIL, "zelda.q", PHONE, PHONE[1:], PASSWORD, STRANGE, FORGED,
        FORGED[:20], "c00k1e-v4lue", LINK, "write-pw", "read-pw", "events-secret", "PRIVATE KEY",
        *more,
    )  # fmt: skip
    return [value for value in values if value in text]


async def named(tx: Transaction) -> Any:
    return await a_customer(tx, name=NAME, email=EMAIL, phone=PHONE)


def update(customer: Any, **values: str) -> dict[str, Any]:
    return {
        "query": "mutation Quillfeather($input: UpdateCustomerInput!)"
        " { updateCustomer(input: $input) { customer { name email } errors { code message } } }",
        "variables": {
            "input": {"id": encode("Customer", customer), "expectedVersion": 1, **values}
        },
    }


async def good_and_bad_requests(
    client: httpx.AsyncClient, key: str, token: str, customer: Any
) -> None:
    staff = bearer(token, cookie=COOKIE, **{"x-request-id": STRANGE})
    asked = (
        f'{{ node(id: "{encode("Customer", customer)}") {{ ... on Customer {{ name email }} }} }}'
    )
    answer = await client.post("/graphql", json={"query": asked}, headers=staff)
    assert answer.json()["data"]["node"] == {"name": NAME, "email": EMAIL}
    literal = f'{{ customers(filter: {{name: "{NAME}", phone: "{PHONE}"}}) {{ nothing }} }}'
    bodies: tuple[dict[str, Any], ...] = (
        {"query": literal},
        {"query": f'{{ node(id: "{EMAIL}") {{ id }} }}'},
        {"query": f"query {FORGED}"},
        {"query": "query Quillfeather { brand { code } }", "operationName": "Quillfeather"},
        {"query": "{ brand { code } }", "operationName": NAME},
        update(customer, email=f"{EMAIL} {PHONE}"),
        update(customer, phone="no phone"),
    )
    for body in bodies:
        for headers in (staff, {"x-api-key": key}, bearer(FORGED), {"x-api-key": STRANGE}):
            await client.post("/graphql", json=body, headers=headers)
    for content in (f'{{"query": "{EMAIL}'.encode(), b"\xff" + NAME.encode(), b"[1]"):
        await client.post("/graphql", content=content, headers=staff)
    for path in (f"/links/{LINK}", f"/graphql?query={{x}}&token={FORGED}&email={EMAIL}"):
        await client.get(path, headers={"user-agent": NAME, "referer": f"http://x/{LINK}"})
    await client.request("QUILLFEATHER", f"/{EMAIL}", headers={"traceparent": EMAIL})


SPEAKS = """
create function speak() returns trigger language plpgsql as $$
begin raise exception 'no room for % at %', new.name, new.email; end $$;
create trigger speaks before update on customers for each row execute function speak();
"""


async def a_fault(client: httpx.AsyncClient, settings: Settings, token: str, customer: Any) -> None:
    """Nobody foresaw what PostgreSQL says of a row, and it says what is in it."""
    admin = required(settings.database_admin_url, "")
    async with await psycopg.AsyncConnection.connect(admin) as connection:
        await connection.execute(SPEAKS)
    answer = await client.post(
        "/graphql", json=update(customer, name=UNFORESEEN, phone=PHONE), headers=bearer(token)
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


async def over_a_socket(address: str, token: str, customer: Any) -> None:
    async with socket(address, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        payload = update(customer, email="not an address", name=NAME)
        await send(ws, id="1", type="subscribe", payload=payload)
        await receive(ws)
        await send(ws, id=EMAIL, type="subscribe", payload={"query": f'{{ x(a: "{PHONE}") }}'})
        await receive(ws)
    with suppress(Exception):
        async with socket(address, **{"X-API-Key": STRANGE, "cookie": COOKIE}) as ws:
            await receive(ws)


async def test_no_secret_and_no_personal_value_is_in_the_log_of_a_worker(
    fresh_database: FreshDatabase, brand_of_it: Brand, tmp_path: Path
) -> None:
    settings, database, brand = fresh_database.settings, fresh_database.database, brand_of_it

    async def booked(tx: Transaction) -> Any:
        return await a_booking(tx, customer_id=await named(tx))

    booking = await write(database, brand, booked)
    async with started("work", settings, tmp_path) as worker:
        await moved(database, brand, booking)
        await worker.until("job_failed")
    text = worker.log.read_text()
    [failed] = worker.said("job_failed")

    assert (failed["task"], failed["brand"]) == ("tell_customer_of_new_time", brand.code)
    assert len(failed["trace_id"]) == 32
    assert found_in(text) == []
