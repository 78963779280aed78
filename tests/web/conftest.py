"""A real server on a real port, and a client that presents credentials."""

import asyncio
import contextlib
import dataclasses
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from ipaddress import IPv6Address
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn

from auth.origins import Origins
from auth.tokens import Claims
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db.database import Database
from domain.identity import Brand, Kind
from domain.proofs import PASSWORD
from tests.builders import a_key, new_id, write
from tests.web.issuers import Issuer, Issuers, serving
from tests.web.signing_on import Member, an_owner, known, set_issuer
from web.app import build_app

Sign = Callable[..., str]


@contextlib.asynccontextmanager
async def served(made: Parts) -> AsyncIterator[str]:
    """The application on a free port of loopback; gives its address."""
    config = uvicorn.Config(
        build_app(made),
        host="127.0.0.1",
        port=0,
        lifespan="off",
        log_level="error",
        ws="websockets-sansio",
        ws_max_size=made.settings.limit_message_bytes,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server._serve())  # noqa: SLF001 - `serve` would take our signals
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


def in_production(made: Parts) -> Parts:
    """The same objects, told that they are in production."""
    return dataclasses.replace(
        made,
        settings=made.settings.model_copy(update={"tourbase_env": "production"}),
        origins=Origins(made.database, now, development=False),
    )


@pytest.fixture(scope="session")
async def address(made: Parts) -> AsyncIterator[str]:
    async with served(made) as address:
        yield address


def a_client(address: str, **more: Any) -> httpx.AsyncClient:
    """A client of a server without TLS: it trusts nobody, and reads no certificates beforehand."""
    return httpx.AsyncClient(
        base_url=address, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), **more
    )


@pytest.fixture
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with a_client(address) as client:
        yield client


@pytest.fixture
async def site_headers(database: Database, brand: Brand) -> dict[str, str]:
    """The credential of the brand's website."""
    return {"x-api-key": await write(database, brand, a_key)}


@pytest.fixture
def sign(made: Parts, brand: Brand) -> Sign:
    """A token for somebody of the test's brand."""

    def signed(
        subject: UUID, kind: Kind = Kind.STAFF, *, minutes: float = 15, **claims: str
    ) -> str:
        tenant, code = claims.get("tenant", brand.tenant_slug), claims.get("brand", brand.code)
        wanted = Claims(kind, subject, tenant, code)
        if kind is Kind.STAFF:
            wanted = dataclasses.replace(wanted, proved_at=now(), methods=PASSWORD)
        return made.tokens.sign(wanted, now=now(), lifetime=timedelta(minutes=minutes))

    return signed


def shown(answer: httpx.Response) -> Any:
    """The body of an answer, without what it cost."""
    body = answer.json()
    assert body.pop("extensions").keys() == {"cost"}
    return body


def bearer(credential: str, **headers: str) -> dict[str, str]:
    return {"authorization": f"Bearer {credential}", **headers}


@pytest.fixture(scope="session")
async def issuers() -> AsyncIterator[Issuers]:
    async with serving() as issuers:
        yield issuers


@pytest.fixture
def issuer(issuers: Issuers) -> Issuer:
    return issuers.new()


@pytest.fixture
async def browser(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """With cookies, from an address of the test's own."""
    headers = {"x-forwarded-for": str(IPv6Address(new_id().int))}
    async with a_client(address, headers=headers) as client:
        yield client


@pytest.fixture
async def member(
    made: Parts, database: Database, brand: Brand, settings: Settings, issuer: Issuer
) -> Member:
    """A manager whose tenant signs in by the issuer, which knows them."""
    await set_issuer(made, await an_owner(database, brand), issuer)
    member = await known(database, brand, settings, "manager")
    issuer.claims |= {"email": member.email, "email_verified": True, "name": "Ada"}
    return member
