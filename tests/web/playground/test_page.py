"""The playground's page: who is shown it, and that all of it comes from here."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import httpx
import orjson
import pytest

from bootstrap.wiring import Parts
from tests.web.conftest import a_client, served
from web.playground.page import BUILT
from web.prepared import prepared

A_BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Offer(HTMLParser):
    """Reads what the page carries as data, as a browser would."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and ("id", "offer") in attrs

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        self.text += data if self._inside else ""


def offer_of(page: str) -> Any:
    offer = Offer()
    offer.feed(page)
    return orjson.loads(offer.text)


async def test_a_browser_that_opens_the_endpoint_is_shown_the_page(
    playground: httpx.AsyncClient,
) -> None:
    answer = await playground.get("/graphql", headers=A_BROWSER)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<title>tourbase GraphQL</title>" in answer.text
    host = playground.base_url.netloc.decode()
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
        " worker-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none';"
        f" connect-src 'self' ws://{host} wss://{host}"
    )
    assert "accept" in answer.headers["vary"].split(", ")
    assert offer_of(answer.text) == {
        "picker": True,
        "prepared": [
            {"name": each.name, "purpose": each.purpose, "document": each.document}
            for each in prepared()
        ],
    }


async def test_head_tells_of_the_page_and_sends_none_of_it(playground: httpx.AsyncClient) -> None:
    page = await playground.get("/graphql", headers=A_BROWSER)
    head = await playground.head("/graphql", headers=A_BROWSER)

    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "content-security-policy", "cache-control"):
        assert head.headers[name] == page.headers[name]


@pytest.mark.parametrize(
    ("method", "accept", "asked"),
    [
        ("GET", "application/json", ""),
        ("GET", "application/graphql-response+json", ""),
        ("GET", "*/*", ""),
        ("GET", "text/html, application/json", ""),
        ("GET", A_BROWSER["accept"], "?query={viewer{kind}}"),
        ("GET", A_BROWSER["accept"], "?%71uery={viewer{kind}}"),
        ("POST", A_BROWSER["accept"], ""),
    ],
)
async def test_every_other_request_is_the_endpoints(
    playground: httpx.AsyncClient, method: str, accept: str, asked: str
) -> None:
    answer = await playground.request(
        method, f"/graphql{asked}", headers={"accept": accept, "content-type": "application/json"}
    )

    assert answer.json()["errors"][0]["extensions"]["code"] in {"BAD_REQUEST", "UNAUTHENTICATED"}


@pytest.mark.parametrize(
    "host", ["evil.example; script-src *", "a b", "evil.example/x", "'unsafe-eval'", "a,b", "[x]"]
)
async def test_a_host_that_is_no_address_adds_nothing_to_the_policy(
    playground: httpx.AsyncClient, host: str
) -> None:
    answer = await playground.get("/graphql", headers={**A_BROWSER, "host": host})

    assert answer.headers["content-security-policy"].endswith("; connect-src 'self'")


async def test_all_that_the_page_refers_to_is_there_and_may_be_kept_for_ever(
    playground: httpx.AsyncClient,
) -> None:
    page = (await playground.get("/graphql", headers=A_BROWSER)).text
    named = set(re.findall(r'(?:src|href)="([^"]+)"', page)) - {"/schema.graphql"}
    assets = {f"/graphql/assets/{each.name}" for each in (BUILT / "assets").iterdir()}

    assert {each for each in named if not each.startswith("data:")} < assets
    types = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
    for asset in sorted(assets):
        answer = await playground.get(asset)
        assert answer.status_code == 200
        suffix = asset[asset.rindex(".") :]
        assert answer.headers["content-type"] == types.get(suffix, "font/ttf")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers.get("content-encoding") == "gzip" or len(answer.content) < 1000
        assert answer.content == (BUILT / "assets" / asset.rpartition("/")[2]).read_bytes()


@pytest.mark.parametrize("name", ["nothing.js", "..%2findex.html", "%2e%2e/index.html", ""])
async def test_nothing_but_an_asset_is_served_as_one(
    playground: httpx.AsyncClient, name: str
) -> None:
    answer = await playground.get(f"/graphql/assets/{name}")

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_switched_off_there_is_no_page_no_asset_and_no_credential(demo: Parts) -> None:
    off = demo.settings.model_copy(update={"playground": False})
    async with (
        served(replace(demo, settings=off)) as address,
        a_client(address) as client,
    ):
        page = await client.get("/graphql", headers=A_BROWSER)
        asset = await client.get(f"/graphql/assets/{next((BUILT / 'assets').iterdir()).name}")
        choices = await client.get("/graphql/credentials", headers={"x-requested-by": "playground"})
        root = await client.get("/", headers=A_BROWSER)
        own = {"sec-fetch-site": "same-origin"}
        console = await client.post("/auth/console/session", json={}, headers=own)

    assert (root.status_code, console.status_code) == (404, 404)
    assert page.headers["content-type"] == "application/json"
    assert (asset.status_code, choices.status_code) == (404, 404)


async def test_who_names_no_page_is_led_to_the_playground(playground: httpx.AsyncClient) -> None:
    root = await playground.get("/", headers=A_BROWSER)

    assert (root.status_code, root.headers["location"]) == (307, "/graphql")


async def test_in_production_the_page_tells_nobody_of_the_api_and_nobody_is_led_to_it(
    production: httpx.AsyncClient,
) -> None:
    page = await production.get("/graphql", headers=A_BROWSER)
    root = await production.get("/", headers=A_BROWSER)

    assert (page.status_code, root.status_code) == (200, 404)
    assert offer_of(page.text) == {"picker": False, "prepared": []}
    assert "graphiql" not in page.text.lower()
