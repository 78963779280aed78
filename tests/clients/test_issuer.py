"""A certified issuer, run as the program that it is: staff sign in by it as with a browser."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

import httpx
import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import Parts
from db.database import Database
from domain.identity import Brand
from domain.identity_providers import Rule, Seats
from tests.clients.conftest import HERE, PATIENCE_SECONDS, start
from tests.services.staffing import in_full
from tests.web.conftest import a_client, bearer, served
from tests.web.signing_on import an_owner, code_in, known, set_issuer

SECRET: Final = "a:secret/of+the%client=that-is-not-to-be-guessed"
VIEWER = {"query": "{ viewer { role brand { code } } }"}
FOUND: Final = (301, 302, 303)


@dataclass(frozen=True, slots=True)
class Here:
    """The service, and an issuer that knows it as several clients."""

    service: str
    issuer: str


def clients(callback: str) -> list[dict[str, Any]]:
    public = {"token_endpoint_auth_method": "none", "redirect_uris": [callback]}
    secret = {"token_endpoint_auth_method": "client_secret_basic", "redirect_uris": [callback]}
    return [
        *(
            {**public, "client_id": alg, "id_token_signed_response_alg": alg}
            for alg in ("RS256", "ES256", "EdDSA")
        ),
        {**secret, "client_id": "confidential", "client_secret": SECRET},
    ]


PEOPLE = {
    "ada": {"email": "ada@acme.example", "email_verified": True, "groups": ["desk", "other"]},
    "eve": {"email": "eve@acme.example", "email_verified": False, "groups": ["desk"]},
    "bob": {"email": "bob@acme.example", "email_verified": True, "groups": ["garden"]},
}


@pytest.fixture(scope="module", params=["no", "yes"], ids=["in the token", "on its own page"])
async def here(made: Parts, node: str, request: pytest.FixtureRequest) -> AsyncIterator[Here]:
    async with served(made) as address:
        process = await start(
            node,
            "issuer.mjs",
            folder=HERE,
            PEOPLE=json.dumps(PEOPLE),
            CLIENTS=json.dumps(clients(f"{address}/auth/oidc/callback")),
            CONFORM=request.param,
        )
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
        try:
            yield Here(address, line.decode().strip())
        finally:
            process.terminate()
            await process.wait()


async def arrived(browser: httpx.AsyncClient, here: Here, tenant: str, who: str) -> httpx.Response:
    """Follow every redirect, fill in the issuer's two forms, and stop at the service's answer."""
    answer = await browser.get(f"{here.service}/auth/oidc/start", params={"tenant": tenant})
    for _ in range(12):
        at = str(answer.url)
        if at.startswith(f"{here.service}/auth/oidc/callback"):
            return answer
        if answer.status_code in FOUND:
            answer = await browser.get(urljoin(at, answer.headers["location"]))
            continue
        assert answer.status_code == 200, answer.text
        prompt = "login" if 'name="login"' in answer.text else "consent"
        answer = await browser.post(at, data={"prompt": prompt, "login": who, "password": "x"})
    raise AssertionError(f"the issuer goes round in a circle: {answer.url}")


async def a_tenant(
    made: Parts, database: Database, brand: Brand, here: Here, client: str
) -> dict[str, Any]:
    """One that takes whoever the issuer says is at the desk."""
    secret = SECRET if client == "confidential" else None
    rules = (Rule("desk", Seats("dispatcher")),)
    named: dict[str, Any] = {
        "issuer": here.issuer,
        "client_id": client,
        "role_claim": ("groups",),
        "rules": rules,
        "provisioning": "just_in_time",
        "email_domains": ("acme.example",),
    }
    await set_issuer(made, await an_owner(database, brand), secret=secret, **named)
    return named


@pytest.mark.parametrize("client", ["RS256", "ES256", "EdDSA", "confidential"])
async def test_somebody_signs_in_by_a_certified_issuer_and_comes_just_in_time(
    made: Parts, database: Database, brand: Brand, settings: Settings, here: Here, client: str
) -> None:
    await a_tenant(made, database, brand, here, client)
    async with a_client(here.service) as browser:
        code = code_in(await arrived(browser, here, brand.tenant_slug, "ada"))
        answer = await browser.post("/auth/oidc/token", json={"code": code})
        assert answer.status_code == 200, answer.text
        headers = bearer(answer.json()["access_token"])
        viewer = (await browser.post("/graphql", json=VIEWER, headers=headers)).json()["data"]
    assert viewer["viewer"] == {"role": "dispatcher", "brand": {"code": brand.code}}
    proved = (
        "select proved_at > now() - interval '1 minute' from staff_sessions where tenant_id = %s"
    )
    assert await in_full(settings, proved, brand.tenant_id) == [(True,)]


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ("eve", "The identity provider has not verified your e-mail address."),
        ("bob", "The identity provider gives you no role here. Ask whoever runs it."),
    ],
)
async def test_a_certified_issuer_vouches_for_no_more_than_it_says(
    made: Parts,
    database: Database,
    brand: Brand,
    settings: Settings,
    here: Here,
    who: str,
    message: str,
) -> None:
    await a_tenant(made, database, brand, here, "ES256")
    await known(database, brand, settings, "viewer")
    async with a_client(here.service) as browser:
        answer = await arrived(browser, here, brand.tenant_slug, who)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (403, message)
    identities = "select count(*) from staff_identities where tenant_id = %s"
    assert await in_full(settings, identities, brand.tenant_id) == [(0,)]
