"""Which pages may ask from a browser: those of the brand's own websites, and what they are told."""

from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bootstrap.settings import Settings
from bootstrap.wiring import Parts
from db.database import Database
from domain.identity import Brand
from tests.builders import a_brand, a_key, allow_origins, write
from tests.relays import relayed
from tests.web.conftest import a_client, in_production, served, shown

WEBSITE = "https://www.example.com"
LOCAL = "http://localhost:3000"
QUERY = {"query": "{ viewer { kind } }"}
ASKED = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "x-api-key,content-type",
}


@pytest.fixture(scope="session")
async def production(made: Parts) -> AsyncIterator[str]:
    async with served(in_production(made)) as address:
        yield address


@pytest.fixture
async def website(settings: Settings, brand: Brand) -> str:
    """A website that the test's brand alone has."""
    origin = f"https://{brand.tenant_slug}.example.com"
    await allow_origins(settings, brand, origin, "https://other.example.com")
    return origin


async def preflight(address: str, origin: str) -> httpx.Response:
    async with a_client(address) as client:
        return await client.options("/graphql", headers={"origin": origin, **ASKED})


async def test_a_preflight_from_a_brands_website_is_told_what_it_may_send(
    production: str, website: str
) -> None:
    answer = await preflight(production, website)

    assert answer.status_code == 204
    assert answer.content == b""
    assert {
        name: value for name, value in answer.headers.items() if name.startswith("access-control")
    } == {
        "access-control-allow-origin": website,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, x-api-key, x-brand, content-type,"
        " idempotency-key, traceparent, x-request-id",
        "access-control-max-age": "7200",
    }
    assert answer.headers["vary"] == (
        "origin, access-control-request-method, access-control-request-headers"
    )


@pytest.mark.parametrize(
    "origin",
    [
        "https://stranger.example.com",
        "http://localhost:3000",
        "null",
        "https://a.example.com/path",
        "https://A.example.com",
        "http://[",
        "x" * 5_000,
    ],
)
async def test_a_preflight_from_any_other_page_is_refused(production: str, origin: str) -> None:
    answer = await preflight(production, origin)

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", [LOCAL, "http://127.0.0.1:5173", "http://localhost"])
async def test_in_development_a_page_of_this_machine_may_ask(address: str, origin: str) -> None:
    answer = await preflight(address, origin)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, origin)


@pytest.mark.parametrize(
    "origin", ["http://localhost.example.com", "https://localhost:3000", "http://localhost:x"]
)
async def test_in_development_what_only_looks_like_this_machine_may_not(
    address: str, origin: str
) -> None:
    assert (await preflight(address, origin)).status_code == 403


async def test_a_brands_website_reads_the_answer_and_the_headers_it_needs(
    production: str, website: str, site_headers: dict[str, str]
) -> None:
    async with a_client(production) as client:
        answer = await client.post(
            "/graphql", json=QUERY, headers={**site_headers, "origin": website}
        )

    assert shown(answer) == {"data": {"viewer": {"kind": "SITE"}}}
    assert answer.headers["access-control-allow-origin"] == website
    assert answer.headers["access-control-expose-headers"] == (
        "x-request-id, ratelimit, ratelimit-policy, x-ratelimit-remaining, retry-after"
    )
    assert "access-control-allow-credentials" not in answer.headers
    assert "origin" in answer.headers["vary"].lower()


async def test_a_key_of_a_brand_is_refused_on_another_brands_website(
    production: str,
    settings: Settings,
    database: Database,
    brand: Brand,
    website: str,
    site_headers: dict[str, str],
) -> None:
    sibling = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = {"x-api-key": await write(database, sibling, a_key)}
    async with a_client(production) as client:
        refused = await client.post("/graphql", json=QUERY, headers={**theirs, "origin": website})
        own = await client.post("/graphql", json=QUERY, headers={**site_headers, "origin": website})

    assert refused.status_code == 403
    assert [
        (error["message"], error["extensions"]["code"]) for error in refused.json()["errors"]
    ] == [("This website is not one of the brand's allowed origins.", "FORBIDDEN")]
    assert own.status_code == 200


@pytest.mark.parametrize("kind", ["partner", "ci"])
@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
async def test_a_secret_key_in_a_page_is_refused_even_on_the_brands_own_website(
    production: str,
    database: Database,
    brand: Brand,
    website: str,
    statements: list[str],
    kind: str,
    header: str,
) -> None:
    key = await write(database, brand, lambda tx: a_key(tx, kind))
    given = {header: f"Bearer {key}" if header == "authorization" else key}
    statements.clear()
    async with a_client(production) as client:
        refused = await client.post("/graphql", json=QUERY, headers={**given, "origin": website})
        looked_up = [each for each in statements if "look_up_key" in each]
        own = await client.post("/graphql", json=QUERY, headers=given)

    assert refused.status_code == 403
    assert [error["message"] for error in refused.json()["errors"]] == [
        "A secret key came from a web page, so whoever opens the page has it. Revoke it, and give"
        " the page a publishable key."
    ]
    assert looked_up == []
    assert own.status_code == 200


async def test_an_origin_that_was_taken_back_is_refused_at_once(
    made: Parts,
    production: str,
    settings: Settings,
    brand: Brand,
    website: str,
    site_headers: dict[str, str],
) -> None:
    async with httpx.AsyncClient(
        base_url=production, headers={**site_headers, "origin": website}
    ) as client:
        before = await client.post("/graphql", json=QUERY)
        await allow_origins(settings, brand)
        await relayed(made)
        after = await client.post("/graphql", json=QUERY)

    assert (before.status_code, after.status_code) == (200, 403)


async def test_a_refusal_can_be_read_by_a_page_that_some_brand_knows(
    production: str, website: str
) -> None:
    async with a_client(production) as client:
        answer = await client.post("/graphql", json=QUERY, headers={"origin": website})
        unread = await client.post(
            "/graphql", json=QUERY, headers={"origin": "https://stranger.example.com"}
        )

    assert answer.status_code == unread.status_code == 401
    assert answer.headers["access-control-allow-origin"] == website
    assert "access-control-allow-origin" not in unread.headers


async def test_a_page_of_this_server_needs_no_leave(
    production: str, site_headers: dict[str, str]
) -> None:
    async with a_client(production) as client:
        answer = await client.post(
            "/graphql", json=QUERY, headers={**site_headers, "origin": production}
        )

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


async def test_the_contract_may_be_read_from_anywhere(production: str) -> None:
    async with a_client(production) as client:
        answer = await client.get("/schema.graphql", headers={"origin": "https://x.example.com"})

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")


@pytest.mark.parametrize("mine", [True, False])
async def test_a_socket_speaks_for_its_brand_on_the_brands_website_alone(
    production: str,
    site_headers: dict[str, str],
    website: str,
    mine: bool,  # noqa: FBT001
) -> None:
    origin = website if mine else "https://stranger.example.com"
    async with connect(
        production.replace("http", "ws") + "/graphql",
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
        additional_headers={"origin": origin},
    ) as ws:
        await ws.send(orjson.dumps({"type": "connection_init", "payload": site_headers}).decode())
        if mine:
            assert orjson.loads(await ws.recv())["type"] == "connection_ack"
        else:
            with pytest.raises(ConnectionClosed) as closed:
                await ws.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"cookie": "a=b"}, 403),
        ({"cookie": "a=b", "x-request-id": "r"}, 401),
        ({"cookie": "a=b", "x-api-key": "pk_test_unknown"}, 401),
        ({}, 401),
    ],
)
async def test_a_cookie_is_not_enough_to_ask(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    by_get = await client.get("/graphql", params=QUERY, headers=headers)
    assert by_get.status_code == status


async def test_a_form_with_a_cookie_is_refused_and_json_is_not(client: httpx.AsyncClient) -> None:
    form = await client.post("/graphql", data=QUERY, headers={"cookie": "a=b"})
    json = await client.post("/graphql", json=QUERY, headers={"cookie": "a=b"})
    assert (form.status_code, json.status_code) == (403, 401)
    assert form.json()["errors"][0]["message"] == (
        "A request with a cookie needs a header such as X-Request-ID as well."
    )


async def test_a_mutation_is_never_run_by_get(
    client: httpx.AsyncClient, site_headers: dict[str, str]
) -> None:
    mutation = "mutation { updateCustomer(input: {id: 1, expectedVersion: 1}) { errors { code } } }"
    answer = await client.get("/graphql", params={"query": mutation}, headers=site_headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["errors"][0]["message"] == "A mutation is sent by POST."


async def test_only_production_insists_on_tls(production: str, address: str) -> None:
    async with httpx.AsyncClient() as client:
        there = await client.get(f"{production}/health/live")
        here = await client.get(f"{address}/health/live")
    assert there.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "strict-transport-security" not in here.headers
