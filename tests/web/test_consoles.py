"""The console's session over HTTP and sockets: a cookie is worth nothing without page and proof."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie
from ipaddress import IPv6Address
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from auth.consoles import ConsoleCookies
from auth.passwords import Passwords
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db.database import Database
from domain.identity import Brand
from tests.builders import a_brand, a_principal, allow_origins, new_id
from tests.web.conftest import a_client, bearer, in_production, served
from tests.web.test_second_factor import Caller, enrol
from tests.web.test_sign_in import (
    CHEAP,
    PASSWORD,
    Member,
    a_member_with,
    code_of,
    in_full,
    signed_in,
)

NAME = "__Host-tourbase"
OURS = {"sec-fetch-site": "same-origin"}
END_OTHERS = {"query": "mutation { revokeOtherSessions { ended errors { code } } }"}
WHO = {"query": "{ viewer { label brand { code } } }"}
OPEN = (
    "select count(*) from staff_sessions where staff_user_id = %s and revoked_at is null"
    " and expires_at > now()"
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the console: the cookie that the browser adds, and the proof that it has itself."""

    client: httpx.AsyncClient
    cookie: str
    proof: str

    @property
    def headers(self) -> dict[str, str]:
        return {"cookie": f"{NAME}={self.cookie}", "x-csrf-token": self.proof, **OURS}

    async def posts(self, path: str, body: object, **headers: str) -> httpx.Response:
        return await self.client.post(path, json=body, headers={**self.headers, **headers})

    async def asks(self, body: object, **headers: str) -> httpx.Response:
        return await self.posts("/graphql", body, **headers)


@pytest.fixture(scope="module")
async def server(made: Parts) -> AsyncIterator[str]:
    quick = replace(made.gate, passwords=Passwords(CHEAP), refuse_after=0)
    async with served(in_production(replace(made, gate=quick))) as address:
        yield address


@pytest.fixture
async def client(server: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"x-forwarded-for": str(IPv6Address(new_id().int))}
    async with a_client(server, headers=headers) as client:
        yield client


@pytest.fixture
async def member(database: Database, brand: Brand, settings: Settings) -> Member:
    return await a_member_with(database, brand, settings, CHEAP.hash(PASSWORD))


@pytest.fixture
def cookies(made: Parts) -> ConsoleCookies:
    return ConsoleCookies(made.tokens.ring, made.settings.auth_issuer)


def cookie_of(answer: httpx.Response) -> Morsel[str]:
    [(name, morsel)] = SimpleCookie(answer.headers["set-cookie"]).items()
    assert name == NAME
    return morsel


async def a_tab(client: httpx.AsyncClient, member: Member) -> Tab:
    answer = await client.post("/auth/console/sign-in", json=member.said(), headers=OURS)
    assert answer.status_code == 200, answer.text
    return Tab(client, cookie_of(answer).value, answer.json()["proof"])


async def test_who_signs_in_is_given_a_cookie_that_no_script_reads_and_no_token(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    answer = await client.post("/auth/console/sign-in", json=member.said(), headers=OURS)

    cookie = cookie_of(answer)
    flags = {name: value for name, value in cookie.items() if value}
    assert flags == {"path": "/", "secure": True, "httponly": True, "samesite": "strict"}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"proof", "idleSeconds", "prepared"}
    assert answer.json()["idleSeconds"] == 3600
    tab = Tab(client, cookie.value, answer.json()["proof"])
    asked = await tab.asks(WHO)
    assert asked.json()["data"]["viewer"] == {
        "label": "Sam Staff",
        "brand": {"code": member.brand.code},
    }
    lasts = "select expires_at - created_at from staff_sessions where staff_user_id = %s"
    assert await in_full(settings, lasts, member.id) == (timedelta(hours=12),)


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ({"x-csrf-token": None}, 403),
        ({"x-csrf-token": None, "x-request-id": "r"}, 403),
        ({"x-csrf-token": None, "x-brand": "wwt"}, 403),
        ({"x-csrf-token": ""}, 403),
        ({"x-csrf-token": "cp_forged"}, 403),
        ({"sec-fetch-site": None}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": None, "origin": "null"}, 403),
        ({"cookie": "__Host-tourbase=forged"}, 401),
        ({"cookie": None}, 401),
    ],
)
async def test_a_cookie_without_its_page_and_proof_changes_nothing(
    client: httpx.AsyncClient,
    settings: Settings,
    member: Member,
    shown: dict[str, str | None],
    status: int,
) -> None:
    await signed_in(client, member)
    tab = await a_tab(client, member)
    wanted = {**tab.headers, **shown}
    headers = {name: value for name, value in wanted.items() if value is not None}

    changed = await client.post("/graphql", json=END_OTHERS, headers=headers)
    read = await client.get("/graphql", params=WHO, headers=headers)

    assert changed.status_code == read.status_code == status
    assert "data" not in changed.json() | read.json()
    assert await in_full(settings, OPEN, member.id) == (2,)


async def test_even_the_brands_own_website_has_no_use_of_the_cookie(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    website = f"https://{member.brand.tenant_slug}.example.com"
    await allow_origins(settings, member.brand, website)
    tab = await a_tab(client, member)
    answer = await tab.asks(END_OTHERS, origin=website)
    assert (answer.status_code, code_of(answer)) == (403, "FORBIDDEN")
    assert "access-control-allow-credentials" not in answer.headers
    told = {"access-control-request-method": "POST", "origin": website}
    asked = {**told, "access-control-request-headers": "x-csrf-token"}
    preflight = await client.options("/graphql", headers=asked)
    assert "x-csrf-token" not in preflight.headers["access-control-allow-headers"]


async def test_the_page_of_one_session_does_nothing_with_the_cookie_of_another(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    first, second = await a_tab(client, member), await a_tab(client, member)
    mixed = await replace(first, proof=second.proof).asks(END_OTHERS)
    assert (mixed.status_code, code_of(mixed)) == (401, "UNAUTHENTICATED")
    assert await in_full(settings, OPEN, member.id) == (2,)
    assert (await first.asks(END_OTHERS)).json()["data"]["revokeOtherSessions"]["ended"] == 1


async def test_cookie_proof_and_tokens_are_no_good_in_each_others_place(
    client: httpx.AsyncClient, made: Parts, cookies: ConsoleCookies, member: Member
) -> None:
    tab, tokens = await a_tab(client, member), await signed_in(client, member)
    for each in (tab.cookie, tab.proof):
        answer = await client.post("/graphql", json=WHO, headers=bearer(each))
        assert answer.status_code == 401
    session = made.tokens.verify(tokens["access_token"]).session
    assert session is not None
    its_own = replace(tab, proof=cookies.proof(session))
    for each in (tokens["access_token"], tokens["refresh_token"], tab.proof):
        assert (await replace(its_own, cookie=each).asks(WHO)).status_code == 401
    for each in (tokens["access_token"], tab.cookie):
        assert (await replace(tab, proof=each).asks(WHO)).status_code == 403
    in_development = {**tab.headers, "cookie": f"tourbase={tab.cookie}"}
    assert (await client.post("/graphql", json=WHO, headers=in_development)).status_code == 401


async def test_a_credential_in_a_header_goes_before_the_cookie(
    client: httpx.AsyncClient, database: Database, settings: Settings, member: Member
) -> None:
    sister = await a_brand(settings, tenant=member.brand, code="nwtc")
    other = await a_member_with(database, sister, settings, CHEAP.hash(PASSWORD))
    token = (await signed_in(client, other))["access_token"]
    tab = await a_tab(client, member)
    answer = await client.post("/graphql", json=WHO, headers={**tab.headers, **bearer(token)})
    assert answer.json()["data"]["viewer"]["brand"]["code"] == "nwtc"


async def test_another_page_signs_nobody_in_or_out(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    tab = await a_tab(client, member)
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    entered = await client.post("/auth/console/sign-in", json=member.said(), headers=elsewhere)
    unsaid = await client.post("/auth/console/sign-in", json=member.said())
    left = await tab.posts("/auth/console/sign-out", {}, **elsewhere)
    unproved = await replace(tab, proof="").posts("/auth/console/sign-out", {})
    looked = await tab.posts("/auth/console/session", {}, **elsewhere)
    for answer in (entered, unsaid, left, unproved, looked):
        assert (answer.status_code, code_of(answer)) == (403, "FORBIDDEN")
        assert "set-cookie" not in answer.headers
    assert await in_full(settings, OPEN, member.id) == (1,)


async def test_signing_out_ends_the_session_and_takes_the_cookie_back(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    tab = await a_tab(client, member)
    answer = await tab.posts("/auth/console/sign-out", {})
    taken = cookie_of(answer)
    assert (answer.status_code, taken.value, taken["max-age"]) == (204, "", "0")
    assert await in_full(settings, OPEN, member.id) == (0,)
    assert (await tab.asks(WHO)).status_code == 401
    told = await tab.posts("/auth/console/session", {})
    assert told.json() == {"proof": None, "why": "The session is over. Sign in again."}
    assert cookie_of(told).value == ""
    assert (await tab.posts("/auth/console/sign-out", {})).status_code == 204


async def test_many_tabs_go_on_at_once_and_none_is_taken_for_a_thief(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    tab = await a_tab(client, member)
    answers = await asyncio.gather(*(tab.posts("/auth/console/session", {}) for _ in range(6)))
    assert [answer.json()["proof"] for answer in answers] == [tab.proof] * 6
    tabs = [tab, *(replace(tab, cookie=cookie_of(answer).value) for answer in answers)]
    statuses = [(await each.asks(WHO)).status_code for each in tabs]
    assert statuses == [200] * 7
    used = "select refreshed_at > created_at, revoked_at from staff_sessions where staff_user_id=%s"
    assert await in_full(settings, used, member.id) == (True, None)


async def test_a_session_that_lay_idle_for_an_hour_is_over_for_this_browser(
    client: httpx.AsyncClient, cookies: ConsoleCookies, member: Member
) -> None:
    tab = await a_tab(client, member)
    claims = cookies.read(tab.cookie)
    used, idle = [
        replace(tab, cookie=cookies.sign(claims, now=now() - timedelta(minutes=minutes)))
        for minutes in (59, 61)
    ]
    assert (await used.asks(WHO)).status_code == 200
    assert (await idle.asks(WHO)).status_code == 401
    told = await idle.posts("/auth/console/session", {})
    assert told.json() == {
        "proof": None,
        "why": "The session was idle for too long. Sign in again.",
    }


async def test_a_cookie_of_nobody_or_of_another_member_opens_nothing(
    client: httpx.AsyncClient, cookies: ConsoleCookies, member: Member
) -> None:
    tab = await a_tab(client, member)
    claims = cookies.read(tab.cookie)
    for wrong in (replace(claims, subject=new_id()), replace(claims, session=new_id())):
        proof = cookies.proof(wrong.session or new_id())
        forged = Tab(client, cookies.sign(wrong, now=now()), proof)
        assert (await forged.asks(WHO)).status_code == 401
        assert (await forged.posts("/auth/console/session", {})).json()["proof"] is None
    nobody = await client.post("/auth/console/session", json={}, headers=OURS)
    assert (nobody.status_code, nobody.json()) == (200, {"proof": None})


async def test_a_member_switches_between_their_brands_and_reaches_no_other(
    client: httpx.AsyncClient, database: Database, settings: Settings, member: Member
) -> None:
    sister = await a_brand(settings, tenant=member.brand, code="nwtc")
    await a_brand(settings, tenant=member.brand, code="hcwt")
    joins = "insert into memberships (staff_user_id, role) values (%(id)s, 'viewer')"
    session = database.session(a_principal(sister))
    await session.write(lambda tx: tx.run(joins, {"id": member.id}))
    tab = await a_tab(client, member)
    brands = [
        (await tab.asks(WHO, **{"x-brand": code})).json().get("data")
        for code in (member.brand.code, "nwtc", "hcwt")
    ]
    codes = [each and each["viewer"]["brand"]["code"] for each in brands]
    assert codes == [member.brand.code, "nwtc", None]


async def test_the_second_factor_is_asked_for_and_a_proof_is_renewed_by_it(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    caller = Caller(client, (await signed_in(client, member))["access_token"])
    enrolled = await enrol(caller)
    asked = await client.post("/auth/console/sign-in", json=member.said(), headers=OURS)
    assert (asked.status_code, code_of(asked)) == (401, "SECOND_FACTOR_REQUIRED")
    assert "set-cookie" not in asked.headers
    challenge = asked.json()["errors"][0]["extensions"]["challenge"]
    said = {"challenge": challenge, "code": enrolled.recovery[0]}
    answer = await client.post("/auth/console/second-factor", json=said, headers=OURS)
    tab = Tab(client, cookie_of(answer).value, answer.json()["proof"])

    old = (
        "update staff_sessions set created_at = created_at - interval '11 minutes',"
        " proved_at = proved_at - interval '11 minutes' where staff_user_id = %s"
    )
    await in_full(settings, old, member.id)
    renew = {"query": "mutation { renewRecoveryCodes { recoveryCodes errors { code } } }"}
    assert "REAUTHENTICATION_REQUIRED" in (await tab.asks(renew)).text
    wrong = await tab.posts("/auth/console/step-up", {"code": "000000"})
    by_password = await tab.posts("/auth/console/step-up", {"password": PASSWORD})
    unproved = await replace(tab, proof="").posts(
        "/auth/console/step-up", {"code": enrolled.recovery[1]}
    )
    refusals = [code_of(each) for each in (wrong, by_password, unproved)]
    assert refusals == ["UNAUTHENTICATED", "SECOND_FACTOR_REQUIRED", "FORBIDDEN"]
    assert "REAUTHENTICATION_REQUIRED" in (await tab.asks(renew)).text

    proved = await tab.posts("/auth/console/step-up", {"code": enrolled.recovery[1]})

    assert (proved.status_code, proved.content) == (204, b"")
    assert len((await tab.asks(renew)).json()["data"]["renewRecoveryCodes"]["recoveryCodes"]) == 10


async def opened(
    server: str, tab: Tab, proof: str | None, **headers: str
) -> tuple[ClientConnection, dict[str, Any] | int]:
    """A socket of the tab, and its acknowledgement, or the code that it was closed with."""
    ours = {"origin": server, "cookie": tab.headers["cookie"], **headers}
    ws = await connect(
        server.replace("http", "ws") + "/graphql",
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
        additional_headers=ours,
    ).__aenter__()
    payload = {} if proof is None else {"X-CSRF-Token": proof}
    await ws.send(orjson.dumps({"type": "connection_init", "payload": payload}).decode())
    try:
        return ws, orjson.loads(await ws.recv())
    except ConnectionClosed as closed:
        return ws, closed.rcvd.code if closed.rcvd else 0


async def run(ws: ClientConnection, id: str) -> Any:
    message = {"id": id, "type": "subscribe", "payload": WHO}
    await ws.send(orjson.dumps(message).decode())
    return orjson.loads(await ws.recv())


async def test_a_cookie_alone_opens_no_socket_and_what_it_opened_ends_with_the_session(
    server: str, client: httpx.AsyncClient, member: Member
) -> None:
    tab, other = await a_tab(client, member), await a_tab(client, member)
    for proof, headers in (
        (None, {}),
        ("cp_forged", {}),
        (other.proof, {}),
        (tab.proof, {"origin": "https://evil.example"}),
        (tab.proof, {"sec-fetch-site": "cross-site"}),
    ):
        ws, code = await opened(server, tab, proof, **headers)
        assert code == 4403, (proof, headers)
        await ws.close()

    ws, acknowledged = await opened(server, tab, tab.proof)
    assert isinstance(acknowledged, dict)
    assert acknowledged["type"] == "connection_ack"
    heard = await run(ws, "1")
    assert heard["payload"]["data"]["viewer"]["label"] == "Sam Staff"
    assert orjson.loads(await ws.recv())["type"] == "complete"
    await tab.posts("/auth/console/sign-out", {})
    refused = await run(ws, "2")
    assert "UNAUTHENTICATED" in str(refused)
    await ws.close()


async def test_in_development_without_tls_the_cookie_has_another_name(
    address: str, member: Member
) -> None:
    headers = {"x-forwarded-for": str(IPv6Address(new_id().int))}
    async with a_client(address, headers=headers) as client:
        answer = await client.post("/auth/console/sign-in", json=member.said(), headers=OURS)
        [(name, cookie)] = SimpleCookie(answer.headers["set-cookie"]).items()
        headers = {**OURS, "x-csrf-token": answer.json()["proof"]}
        asked = await client.post("/graphql", json=WHO, headers=headers)
    assert (name, cookie["secure"], cookie["samesite"]) == ("tourbase", "", "strict")
    assert asked.json()["data"]["viewer"]["label"] == "Sam Staff"
