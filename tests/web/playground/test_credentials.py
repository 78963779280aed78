"""Credentials of the demo data for the playground: who gets one, and who is refused."""

from typing import Any, LiteralString

import httpx
import psycopg
import pytest

from bootstrap.wiring import Parts
from cli.demo.plan import tenants
from db.credentials import DEMO_BRANDS
from services.credentials import KINDS
from tests.relays import relayed
from tests.web.conftest import a_client, bearer, in_production, served
from web.app import build_app

PATH = "/graphql/credentials"
OURS = {"x-requested-by": "playground"}
CHOICE = {"tenant": "nw-touring", "brand": "wwt", "kind": "partner"}
HERE_ONLY = "Credentials are for this machine only."
OWN_PAGE_ONLY = "Credentials are for this server's own page only."
PLAYGROUND_ONLY = "Credentials are for the playground: it sends X-Requested-By."


async def on_every_key(made: Parts, statement: LiteralString, *given: str) -> int:
    """Run it past row-level security; gives the number of keys that it was about."""
    assert made.settings.database_admin_url is not None
    url = made.settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return (await connection.execute(statement, given)).rowcount


async def keys_in(made: Parts) -> int:
    return await on_every_key(made, "select from api_keys")


async def viewer_of(client: httpx.AsyncClient, credential: str) -> Any:
    body = {"query": "{ viewer { kind brand { code } } }"}
    answer = await client.post("/graphql", json=body, headers=bearer(credential))
    return answer.json()["data"]["viewer"]


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    [error] = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"], error["message"]


async def test_one_can_speak_as_every_kind_of_caller_of_every_brand_of_the_demo(
    playground: httpx.AsyncClient,
) -> None:
    choices = (await playground.get(PATH, headers=OURS)).json()

    assert choices["kinds"] == list(KINDS)
    assert [(each["tenant"], each["code"]) for each in choices["brands"]] == list(DEMO_BRANDS)
    assert choices["brands"][0]["name"] == "Walla Walla Travel"
    for tenant, brand in DEMO_BRANDS:
        for kind in KINDS:
            choice = {"tenant": tenant, "brand": brand, "kind": kind}
            made = await playground.post(PATH, json=choice, headers=OURS)
            assert made.headers["cache-control"] == "no-store"
            assert await viewer_of(playground, made.json()["credential"]) == {
                "kind": "STAFF" if kind == "owner" else kind.upper(),
                "brand": {"code": brand},
            }


def test_the_brands_that_are_offered_are_those_that_seed_makes() -> None:
    made = [(plan.slug, brand.code) for plan in tenants(1) for brand in plan.brands]

    assert sorted(DEMO_BRANDS) == sorted(made)


async def test_a_key_is_made_once_and_again_only_when_it_is_taken_no_more(
    playground: httpx.AsyncClient, demo: Parts
) -> None:
    first, second = [
        (await playground.post(PATH, json=CHOICE, headers=OURS)).json()["credential"]
        for _ in range(2)
    ]
    before = await keys_in(demo)
    revoke = "update api_keys set revoked_at = now() where last_four = %s"
    assert await on_every_key(demo, revoke, first[-4:]) == 1
    await relayed(demo)
    third = (await playground.post(PATH, json=CHOICE, headers=OURS)).json()["credential"]

    assert first == second
    assert third != first
    assert await viewer_of(playground, third) == {"kind": "PARTNER", "brand": {"code": "wwt"}}
    assert await keys_in(demo) == before + 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, PLAYGROUND_ONLY),
        ({"x-requested-by": "somebody"}, PLAYGROUND_ONLY),
        ({**OURS, "host": "rebound.example"}, HERE_ONLY),
        ({**OURS, "host": "127.0.0.1.rebound.example:8000"}, HERE_ONLY),
        ({**OURS, "host": "192.0.2.7:8000"}, HERE_ONLY),
        ({**OURS, "host": "["}, HERE_ONLY),
        ({**OURS, "origin": "https://another.example"}, OWN_PAGE_ONLY),
        ({**OURS, "origin": "http://127.0.0.1:1"}, OWN_PAGE_ONLY),
        ({**OURS, "origin": "null"}, OWN_PAGE_ONLY),
        ({**OURS, "sec-fetch-site": "cross-site"}, OWN_PAGE_ONLY),
        ({**OURS, "sec-fetch-site": "same-site"}, OWN_PAGE_ONLY),
        ({**OURS, "x-forwarded-for": "127.0.0.1"}, HERE_ONLY),
        ({**OURS, "forwarded": "for=127.0.0.1"}, HERE_ONLY),
        ({**OURS, "x-forwarded-host": "127.0.0.1"}, HERE_ONLY),
        ({**OURS, "via": "1.1 proxy"}, HERE_ONLY),
    ],
)
async def test_a_stranger_is_refused_and_nothing_is_made(
    playground: httpx.AsyncClient, demo: Parts, method: str, headers: dict[str, str], message: str
) -> None:
    before = await keys_in(demo)
    answer = await playground.request(method, PATH, json=CHOICE, headers=headers)

    assert refusal(answer) == (403, "FORBIDDEN", message)
    assert await keys_in(demo) == before


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
async def test_the_page_of_this_machine_is_no_stranger_by_whichever_name(
    playground: httpx.AsyncClient, host: str
) -> None:
    own = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    answer = await playground.post(PATH, json=CHOICE, headers={**OURS, **own})

    assert answer.status_code == 200


async def test_another_machine_is_refused_whatever_it_sends(demo: Parts) -> None:
    transport = httpx.ASGITransport(build_app(demo), client=("192.0.2.7", 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        answer = await client.post(PATH, json=CHOICE, headers=OURS)

    assert refusal(answer) == (403, "FORBIDDEN", HERE_ONLY)


async def test_a_database_that_seed_did_not_mark_gives_no_credential(
    address: str, made: Parts
) -> None:
    before = await keys_in(made)
    async with a_client(address, headers=OURS) as client:
        answers = [await client.get(PATH), await client.post(PATH, json=CHOICE)]

    words = "This is no development database: `tourbase seed` marks one."
    assert [refusal(answer) for answer in answers] == [(403, "FORBIDDEN", words)] * 2
    assert await keys_in(made) == before


async def test_in_production_there_is_no_such_page_even_over_the_demo_data(demo: Parts) -> None:
    async with (
        served(in_production(demo)) as address,
        a_client(address, headers=OURS) as client,
    ):
        answers = [await client.get(PATH), await client.post(PATH, json=CHOICE)]

    assert [refusal(answer) for answer in answers] == [
        (404, "NOT_FOUND", "There is no such page.")
    ] * 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'"wwt"',
        b'{"tenant": "nw-touring", "brand": "wwt"}',
        b'{"tenant": "nw-touring", "brand": "wwt", "kind": "worker"}',
        b'{"tenant": "nw-touring", "brand": "wwt", "kind": ["staff"]}',
        b'{"tenant": "nw-touring", "brand": "xyz", "kind": "staff"}',
        b'{"tenant": "kiwi-tours", "brand": "wwt", "kind": "staff"}',
        b'{"tenant": null, "brand": "wwt", "kind": "staff"}',
    ],
)
async def test_a_caller_who_is_not_offered_is_refused(
    playground: httpx.AsyncClient, body: bytes
) -> None:
    answer = await playground.post(PATH, content=body, headers=OURS)

    words = "Send `tenant` and `brand` of the demo, and a `kind` of caller."
    assert refusal(answer) == (400, "BAD_USER_INPUT", words)
