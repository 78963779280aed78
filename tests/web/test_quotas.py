"""Quotas as clients meet them: over HTTP and sockets, for visitors, callers, payments and forms."""

import dataclasses
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from auth.visitors import sign as signed
from bench.client import Target
from bench.neighbours import stand
from bootstrap.wiring import Parts, now
from db.database import Database, Transaction
from domain.identity import Brand
from integrations.redis_quotas import RedisQuotas
from schema.global_ids import encode
from tests.builders import (
    a_booking,
    a_brand,
    a_customer,
    a_key,
    a_member,
    allow_origins,
    an_app,
    new_id,
    write,
)
from tests.web.conftest import Sign, a_client, bearer, served
from tests.web.test_sockets import asked, codes
from tests.web.test_subscriptions import listening, move, receive, socket, subscribe

VIEWER = "{ viewer { kind } }"
INQUIRY = 'createInquiry(input: {name: "Ada Guest", email: "ada@example.com"}) { errors { code } }'
PAY = """recordPayment(
  input: {bookingId: $id, kind: BALANCE, method: CHECK, amountCents: 100}
) { errors { code } }"""
SMALL = {
    "quota_visitor_per_minute": 4,
    "quota_caller_per_minute": 6,
    "quota_payments_per_minute": 2,
    "quota_forms_per_hour": 2,
    "quota_cost_per_second": 1,
    "quota_cost_burst": 100,
    "limit_refusal_seconds": 0,
}


@pytest.fixture(scope="session")
async def small(made: Parts) -> AsyncIterator[str]:
    """A server whose quotas are so small that they are spent at once."""
    settings = made.settings.model_copy(update=SMALL)
    async with served(dataclasses.replace(made, settings=settings)) as address:
        yield address


@pytest.fixture
async def client(small: str) -> AsyncIterator[httpx.AsyncClient]:
    async with a_client(small) as client:
        yield client


async def ask(
    client: httpx.AsyncClient, headers: dict[str, str], query: str = VIEWER, **variables: Any
) -> httpx.Response:
    given = {"query": query, "variables": variables}
    return await client.post("/graphql", json=given, headers=headers)


def cost(answer: httpx.Response) -> dict[str, int]:
    found: dict[str, int] = answer.json()["extensions"]["cost"]
    return found


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and policy of a refusal, which has no data."""
    body = answer.json()
    assert "data" not in body
    (error,) = body["errors"]
    assert answer.headers["retry-after"] == str(error["extensions"]["retryAfterSeconds"])
    assert error["extensions"]["retryable"] is True
    return answer.status_code, error["extensions"]["code"], error["extensions"]["policy"]


async def received(tx: Transaction) -> int:
    row = await tx.row("select count(*) from payments where method = 'check'")
    assert row is not None
    count: int = row[0]
    return count


async def test_a_visitor_past_the_quota_waits_and_another_address_does_not(
    client: httpx.AsyncClient, site_headers: dict[str, str]
) -> None:
    here = [await ask(client, site_headers) for _ in range(6)]
    elsewhere = await ask(client, {**site_headers, "x-forwarded-for": "203.0.113.9"})

    assert [each.status_code for each in here] == [200] * 4 + [429] * 2
    assert [each.headers["x-ratelimit-remaining"] for each in here] == list("321000")
    assert refusal(here[4]) == refusal(here[5]) == (429, "TOO_MANY_REQUESTS", "visitor")
    assert elsewhere.status_code == 200
    assert elsewhere.headers["ratelimit-policy"] == '"visitor";q=4;w=60'
    assert re.fullmatch(r'"visitor";r=3;t=([1-5]?\d|60)', elsewhere.headers["ratelimit"])


async def test_a_person_is_counted_wherever_they_ask_from_and_apart_from_others(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    one, other = [await a_member(database, brand) for _ in range(2)]
    answers = [
        await ask(client, bearer(sign(one), **{"x-forwarded-for": f"203.0.113.{n}"}))
        for n in range(7)
    ]
    assert [each.status_code for each in answers] == [200] * 6 + [429]
    assert refusal(answers[6]) == (429, "TOO_MANY_REQUESTS", "caller")
    assert (await ask(client, bearer(sign(other)))).status_code == 200


async def test_what_cannot_run_counts_as_well(
    client: httpx.AsyncClient, site_headers: dict[str, str]
) -> None:
    for query in ("{", "{ nonsense }", "{ viewer { kind ", "{ node }"):
        assert (await ask(client, site_headers, query)).status_code == 200
    assert (await ask(client, site_headers)).status_code == 429


async def test_whoever_was_refused_is_refused_again_before_anything_is_read(
    client: httpx.AsyncClient, database: Database, brand: Brand
) -> None:
    key = await write(database, brand, a_key)
    shown, other = {"x-api-key": key}, {"authorization": f"Bearer {key}"}
    for _ in range(5):
        last = await ask(client, shown)
    again = await client.post("/graphql", content=b"no JSON", headers=shown)
    assert refusal(last) == refusal(again) == (429, "TOO_MANY_REQUESTS", "visitor")
    assert again.headers["ratelimit-policy"] == last.headers["ratelimit-policy"]
    assert (await ask(client, other, "no GraphQL")).status_code == 429
    assert (await ask(client, {"x-api-key": f"{key}0"})).status_code == 401


@pytest.mark.parametrize(
    "three",
    [
        "mutation ($id: ID!) { a: PAY b: PAY c: PAY }",
        "mutation ($id: ID!) { ...F ... on Mutation { c: PAY } }"
        " fragment F on Mutation { a: PAY b: PAY }",
    ],
)
async def test_aliases_and_fragments_are_no_way_round_the_quota_of_payments(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign, three: str
) -> None:
    booking = encode("Booking", await write(database, brand, a_booking))
    headers = bearer(sign(await a_member(database, brand)), **{"idempotency-key": str(new_id())})
    refused = await ask(client, headers, three.replace("PAY", PAY), id=booking)
    assert refusal(refused) == (429, "TOO_MANY_REQUESTS", "payments")
    assert await write(database, brand, received) == 0
    two = three.replace("c: PAY", "c: __typename").replace("PAY", PAY)
    paid = await ask(client, headers, two, id=booking)
    assert paid.json()["data"]["a"] == paid.json()["data"]["b"] == {"errors": []}
    assert await write(database, brand, received) == 2


async def test_a_website_sends_so_many_inquiries_and_staff_as_many_as_they_like(
    client: httpx.AsyncClient,
    database: Database,
    brand: Brand,
    sign: Sign,
    site_headers: dict[str, str],
) -> None:
    sent = [await ask(client, site_headers, f"mutation {{ {INQUIRY} }}") for _ in range(3)]
    assert [each.status_code for each in sent] == [200, 200, 429]
    assert refusal(sent[2]) == (429, "TOO_MANY_REQUESTS", "forms")
    count = "select count(*) from inquiries"
    assert await write(database, brand, lambda tx: tx.row(count)) == (2,)
    three = " ".join(f"i{n}: {INQUIRY}" for n in range(3))
    staff = bearer(sign(await a_member(database, brand)))
    assert (await ask(client, staff, f"mutation {{ {three} }}")).status_code == 200
    assert await write(database, brand, lambda tx: tx.row(count)) == (5,)


async def test_each_operation_of_a_socket_counts_and_is_told_how_long_to_wait(
    small: str, database: Database, brand: Brand
) -> None:
    key = await write(database, brand, a_key)
    async with socket(small, **{"X-API-Key": key}) as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        told = [await asked(ws, VIEWER, str(n)) for n in range(6)]
    assert [each["type"] for each in told] == ["next"] * 4 + ["error"] * 2
    assert told[0]["payload"]["extensions"]["cost"]["actual"] == 1
    for each in told[4:]:
        assert codes(each) == ["TOO_MANY_REQUESTS"]
        assert 0 < each["payload"][0]["extensions"]["retryAfterSeconds"] <= 120


async def test_each_event_of_a_subscription_says_what_reading_it_cost(
    small: str, made: Parts, database: Database, brand: Brand, sign: Sign
) -> None:
    booking = await write(database, brand, a_booking)
    token = sign(await a_member(database, brand))
    async with socket(small, Authorization=f"Bearer {token}") as ws:
        assert (await receive(ws))["type"] == "connection_ack"
        await subscribe(ws, booking)
        await listening(made, 1)
        costs = []
        for version in (1, 2, 3):
            await move(made, brand, booking, version)
            costs.append((await receive(ws))["payload"]["extensions"]["cost"])
    # The first has besides what subscribing read.
    assert [(each["requested"], each["actual"]) for each in costs] == [(1, 2), (1, 1), (1, 1)]
    assert [each["remaining"] for each in costs] == [98, 97, 96]


async def test_an_answer_says_what_it_cost_and_the_estimate_flows_back(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    for n in range(3):
        await write(database, brand, lambda tx, n=n: a_customer(tx, name=f"Guest {n}"))
    headers = bearer(sign(await a_member(database, brand)))
    query = "{ customers(first: 40) { edges { node { name } } } }"
    first, second = [await ask(client, headers, query) for _ in range(2)]

    told = {"requested": 40, "actual": 3, "limit": 100, "refillPerSecond": 1}
    assert cost(first) == {**told, "remaining": 97}
    assert cost(second) == {**told, "remaining": cost(second)["remaining"]}
    assert 94 <= cost(second)["remaining"] <= 96
    dear = await ask(client, headers, "{ customers(first: 99) { edges { node { name } } } }")
    assert refusal(dear) == (429, "TOO_MANY_REQUESTS", "cost")
    assert cost(dear)["actual"] == 0


async def test_what_the_cache_had_costs_one_and_a_change_costs_ten(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    headers = bearer(sign(await a_member(database, brand)))
    wineries = "{ tourPackages(first: 5) { edges { node { name } } } }"
    read = [await ask(client, headers, wineries) for _ in range(2)]
    assert cost(read[1])["actual"] == 1
    customer = await write(database, brand, a_customer)
    rename = "mutation ($id: ID!) { updateCustomer(input: {id: $id, expectedVersion: 1, name: "
    named = await ask(
        client,
        headers,
        f'{rename}"Renamed"}}) {{ customer {{ name }} errors {{ code }} }} }}',
        id=encode("Customer", customer),
    )
    assert named.json()["data"]["updateCustomer"]["errors"] == []
    assert cost(named)["actual"] == 11
    schema = await ask(client, headers, "{ __schema { queryType { name } } }")
    assert (cost(schema)["requested"], cost(schema)["actual"]) == (50, 50)


async def test_without_redis_the_server_counts_for_itself_and_its_health_says_so(
    made: Parts, site_headers: dict[str, str]
) -> None:
    gone = RedisQuotas("redis://127.0.0.1:1/0", secret="s" * 32, clock=lambda: 1_000_020.0)
    settings = made.settings.model_copy(update=SMALL)
    async with (
        served(dataclasses.replace(made, settings=settings, quotas=gone)) as address,
        a_client(address) as client,
    ):
        answers = [await ask(client, site_headers) for _ in range(5)]
        health = (await client.get("/api/health/system")).json()["checks"]["limits"]
    await gone.close()
    assert [each.status_code for each in answers] == [200] * 4 + [429]
    assert health["status"] == "down"
    assert "each process counts for itself" in health["detail"]


async def test_one_tenant_past_its_quota_takes_nothing_of_anothers(
    made: Parts, database: Database, brand: Brand, sign: Sign
) -> None:
    """Counts alone; how long the other waits is measured by `make bench BENCH="--parts quotas"`."""
    another = await a_brand(made.settings)
    loud = f"X-API-Key: {await write(database, another, a_key)}\r\n"
    quiet = f"Authorization: Bearer {sign(await a_member(database, brand))}\r\n"
    strict = {"quota_visitor_per_minute": 4, "limit_refusal_seconds": 0.01}
    settings = made.settings.model_copy(update=strict)
    async with served(dataclasses.replace(made, settings=settings)) as address:
        port = int(address.rpartition(":")[2])
        seen = await stand(Target(port, quiet), Target(port, loud), rounds=1, seconds=0.15)
    assert seen.answers[HTTPStatus.OK] == 4
    assert set(seen.answers) == {HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS}
    assert seen.answers[HTTPStatus.TOO_MANY_REQUESTS] > 10
    assert seen.errors == 0
    assert len(seen.beside[0]) > 0


async def test_a_page_of_the_brands_website_may_read_what_is_left(
    client: httpx.AsyncClient, made: Parts, brand: Brand, site_headers: dict[str, str]
) -> None:
    await allow_origins(made.settings, brand, "https://shop.example")
    answer = await ask(client, {**site_headers, "origin": "https://shop.example"})
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"ratelimit", "ratelimit-policy", "x-ratelimit-remaining", "retry-after"} <= {*exposed}
    assert {"ratelimit", "ratelimit-policy", "x-ratelimit-remaining"} <= {*answer.headers}


MAKE = """
mutation ($app: ID!, $kind: ApiKeyKind!) {
  createApiKey(input: {appId: $app, kind: $kind, mode: TEST, label: "Shop"}) {
    secret visitorSecret errors { code message }
  }
}
"""


async def test_a_websites_server_asks_for_each_visitor_with_the_secret_beside_its_key(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    app = await write(database, brand, lambda tx: an_app(tx, kind="site"))
    owner = bearer(sign(await a_member(database, brand)), **{"idempotency-key": str(new_id())})
    given = await ask(client, owner, MAKE, app=encode("App", app), kind="SITE")
    key, secret = (
        given.json()["data"]["createApiKey"][each] for each in ("secret", "visitorSecret")
    )
    again = await ask(client, owner, MAKE, app=encode("App", app), kind="SITE")
    assert again.json()["data"]["createApiKey"]["visitorSecret"] is None

    async def asked_for(address: str, signs: str = secret) -> httpx.Response:
        at = int(now().timestamp())
        signature = signed(signs, f"{at}.{address}")
        told = {"x-visitor-address": f"{address};t={at};v1={signature}"}
        return await ask(client, {"x-api-key": key, **told})

    assert [(await asked_for("203.0.113.1")).status_code for _ in range(6)] == [200] * 4 + [429] * 2
    assert (await asked_for("203.0.113.2")).status_code == 200
    assert (await ask(client, {"x-api-key": key})).status_code == 200
    forged = await asked_for("203.0.113.3", "a guess")
    assert (forged.status_code, forged.json()["errors"][0]["extensions"]["code"]) == (
        403,
        "FORBIDDEN",
    )


async def test_no_key_but_a_websites_has_a_secret_for_visitors(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    app = await write(database, brand, an_app)
    owner = bearer(sign(await a_member(database, brand)), **{"idempotency-key": str(new_id())})
    given = await ask(client, owner, MAKE, app=encode("App", app), kind="PARTNER")
    assert given.json()["data"]["createApiKey"]["errors"] == []
    assert given.json()["data"]["createApiKey"]["visitorSecret"] is None
