"""What every request passes: ids, safe headers, and a bound on its body."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest

from bootstrap.wiring import Parts
from tests.web.conftest import a_client, served

MOST = 100_000


async def test_a_harmless_request_id_is_kept_and_any_other_is_replaced(
    client: httpx.AsyncClient,
) -> None:
    kept = await client.get("/health/live", headers={"x-request-id": "web-1.2_3"})
    drawn = await client.get("/health/live", headers={"x-request-id": "a b;c"})

    assert kept.headers["x-request-id"] == "web-1.2_3"
    assert len(drawn.headers["x-request-id"]) == 36


@pytest.mark.parametrize("path", ["/health/live", "/graphql", "/schema.graphql", "/nowhere"])
async def test_every_answer_carries_the_safe_headers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert {name: answer.headers.get(name) for name in sorted(answer.headers)} | {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-xss-protection": "0",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    } == dict(answer.headers)


async def test_a_fault_is_answered_with_an_id_and_the_safe_headers(made: Parts) -> None:
    broken = dataclasses.replace(made, registry=cast("Any", None))
    async with served(broken) as address, httpx.AsyncClient() as client:
        answer = await client.get(f"{address}/metrics", headers={"x-request-id": "request-1"})

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"] == {
        "code": "INTERNAL_SERVER_ERROR",
        "requestId": "request-1",
    }
    assert answer.headers["x-request-id"] == "request-1"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_body_past_the_limit_is_refused_by_its_declared_length(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post(
        "/graphql", content=b"x" * (MOST + 1), headers={"x-request-id": "request-1"}
    )

    assert answer.status_code == 413
    assert answer.json() == {
        "errors": [
            {
                "message": "The body has more than 100000 bytes, the most that is read.",
                "extensions": {"code": "BODY_TOO_LARGE", "requestId": "request-1"},
            }
        ]
    }


async def test_a_body_of_untold_length_is_refused_once_it_has_passed_the_limit(
    address: str, site_headers: dict[str, str]
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 10_000

    async with a_client(address) as client:
        answer = await client.post(
            "/graphql",
            content=endless(),
            headers={**site_headers, "content-type": "application/json"},
        )

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"


async def test_an_address_past_its_limit_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": "x" * 16_385})

    assert answer.status_code == 414
    assert answer.json()["errors"][0]["message"] == (
        "The address has more than 16384 bytes; use POST."
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "URI_TOO_LONG"


async def test_the_contract_is_public_and_may_be_cached(client: httpx.AsyncClient) -> None:
    answer = await client.get("/schema.graphql")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "type Booking implements Node" in answer.text


async def test_the_contract_is_sent_again_only_if_it_has_changed(
    client: httpx.AsyncClient,
) -> None:
    tag = (await client.get("/schema.graphql")).headers["etag"]
    same = await client.get("/schema.graphql", headers={"if-none-match": f'"old", {tag}'})
    other = await client.get("/schema.graphql", headers={"if-none-match": '"old"'})

    assert (same.status_code, same.content) == (304, b"")
    assert (other.status_code, other.headers["etag"]) == (200, tag)
