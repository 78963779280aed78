"""Single sign-on over HTTP: who is let in, and everything that an issuer can do wrong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
import structlog.testing
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.responses import JSONResponse, RedirectResponse, Response

from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db.database import Database
from domain.identity import Brand
from domain.identity_providers import Rule, Seats
from domain.sign_on import MESSAGES, Why
from tests.builders import a_brand, allow_origins
from tests.services.staffing import in_full
from tests.web.conftest import a_client, bearer
from tests.web.issuers import HUGE, OTHER_KEY, Issuer, challenged
from tests.web.signing_on import (
    Member,
    an_owner,
    begun,
    code_in,
    known,
    returned,
    round_trip,
    said,
    set_issuer,
    signed_on,
    stored,
)

WEAK = 1_024
VIEWER = {"query": "{ viewer { role brand { code } } }"}
Break = Callable[[Issuer], Any]


async def test_a_member_signs_in_by_the_issuer_and_is_known_by_its_subject_from_then_on(
    browser: httpx.AsyncClient, brand: Brand, settings: Settings, issuer: Issuer, member: Member
) -> None:
    tokens = await signed_on(browser, issuer, brand)

    answer = await browser.post("/graphql", json=VIEWER, headers=bearer(tokens["access_token"]))
    viewer = {"role": "manager", "brand": {"code": brand.code}}
    assert answer.json()["data"]["viewer"] == viewer
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["amr"]) == (str(member.id), ["fed"])
    again = {"refresh_token": tokens["refresh_token"]}
    assert (await browser.post("/auth/refresh", json=again)).status_code == 200
    issuer.claims |= {"email": "renamed@elsewhere.example", "email_verified": False}
    await signed_on(browser, issuer, brand)
    query = "select staff_user_id, issuer, subject from staff_identities where tenant_id = %s"
    rows = await in_full(settings, query, brand.tenant_id)
    assert rows == [(member.id, issuer.address, "subject-1")]
    lasts = "select expires_at - created_at from staff_sessions where tenant_id = %s"
    assert await in_full(settings, lasts, brand.tenant_id) == [(timedelta(hours=12),)] * 2


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
@pytest.mark.usefixtures("member")
async def test_each_of_the_three_signatures_is_taken(
    browser: httpx.AsyncClient, brand: Brand, issuer: Issuer, algorithm: str
) -> None:
    issuer.algorithm = algorithm
    await signed_on(browser, issuer, brand)


async def test_a_client_with_a_secret_shows_it_and_only_it_is_sealed(
    made: Parts,
    database: Database,
    browser: httpx.AsyncClient,
    brand: Brand,
    settings: Settings,
    issuer: Issuer,
) -> None:
    await set_issuer(made, await an_owner(database, brand), issuer, secret="a:secret")
    member = await known(database, brand, settings, "manager")
    issuer.claims |= {"email": member.email, "email_verified": True}
    await signed_on(browser, issuer, brand)
    _, shown = next(each for each in issuer.seen if each[0] == "token")
    assert shown["authorization"] == "Basic dG91cmJhc2U6YSUzQXNlY3JldA=="
    assert not {"client_secret", "client_id"} & shown.keys()
    kinds = "select kind from sealed_secrets where tenant_id = %s"
    assert await in_full(settings, kinds, brand.tenant_id) == [("oidc",)]
    events = "select changes::text from events where tenant_id = %s"
    assert not any("a:secret" in row for (row,) in await in_full(settings, events, brand.tenant_id))


async def test_what_the_token_lacks_is_asked_for_and_must_be_of_the_same_subject(
    browser: httpx.AsyncClient, brand: Brand, issuer: Issuer, member: Member
) -> None:
    issuer.metadata["userinfo_endpoint"] = f"{issuer.address}/userinfo"
    issuer.userinfo = {"sub": "another", "email": member.email, "email_verified": True}
    issuer.claims |= {"email": None, "email_verified": None}
    answer = await round_trip(browser, issuer, brand)
    assert said(answer) == (403, MESSAGES[Why.IDENTITY_FORM])
    issuer.userinfo["sub"] = "subject-1"
    await signed_on(browser, issuer, brand)


def signed_by(key: Any) -> Break:
    return lambda issuer: setattr(issuer, "signs_with", key)


def claims(**wrong: Any) -> Break:
    return lambda issuer: issuer.claims.update(wrong)


def metadata(**wrong: Any) -> Break:
    return lambda issuer: issuer.metadata.update(wrong)


def headers(**wrong: Any) -> Break:
    return lambda issuer: issuer.headers.update(wrong)


def answers(page: str, answer: Response) -> Break:
    return lambda issuer: issuer.answers.update({page: answer})


def unsigned(issuer: Issuer) -> None:
    issuer.algorithm, issuer.signs_with = "none", None


def by_public_key(issuer: Issuer) -> None:
    """The issuer's public key, used as if it were a secret that both share."""
    issuer.algorithm, issuer.signs_with = "HS256", "k" * 64
    issuer.headers["kid"] = "RS256"
    issuer.metadata["id_token_signing_alg_values_supported"] = ["HS256", "RS256"]


def weak(issuer: Issuer) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=WEAK)
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    issuer.algorithm, issuer.signs_with = "RS256", key
    issuer.keys = [{**public, "kid": "RS256"}]


def at(seconds: float) -> int:
    return int(now().timestamp() + seconds)


DISCOVERY = ".well-known/openid-configuration"
WRONG: dict[str, tuple[Break, Why]] = {
    "another issuer": (claims(iss="https://evil.example"), Why.IDENTITY_ISSUER),
    "issuer with a slash": (lambda i: i.claims.update(iss=i.address + "/"), Why.IDENTITY_ISSUER),
    "another audience": (claims(aud="somebody-else"), Why.IDENTITY_AUDIENCE),
    "no audience": (claims(aud=None), Why.IDENTITY_AUDIENCE),
    "two audiences and no party": (claims(aud=["tourbase", "x"]), Why.IDENTITY_AUDIENCE),
    "another party": (claims(azp="somebody-else"), Why.IDENTITY_AUDIENCE),
    "another nonce": (claims(nonce="replayed"), Why.IDENTITY_NONCE),
    "no nonce": (claims(nonce=None), Why.IDENTITY_NONCE),
    "over": (lambda i: i.claims.update(exp=at(-61)), Why.IDENTITY_TIME),
    "no end": (claims(exp=None), Why.IDENTITY_TIME),
    "from the future": (lambda i: i.claims.update(iat=at(90)), Why.IDENTITY_TIME),
    "not yet": (lambda i: i.claims.update(nbf=at(90)), Why.IDENTITY_TIME),
    "long ago": (lambda i: i.claims.update(iat=at(-3_600)), Why.IDENTITY_TIME),
    "times as text": (claims(exp="9999999999"), Why.IDENTITY_TIME),
    "no subject": (claims(sub=None), Why.IDENTITY_FORM),
    "unsigned": (unsigned, Why.IDENTITY_ALGORITHM),
    "by a public key": (by_public_key, Why.IDENTITY_ALGORITHM),
    "not announced": (
        metadata(id_token_signing_alg_values_supported=["RS256"]),
        Why.IDENTITY_ALGORITHM,
    ),
    "critical header": (headers(crit=["b64"], b64=True), Why.IDENTITY_FORM),
    "another's key": (signed_by(OTHER_KEY), Why.IDENTITY_SIGNATURE),
    "unknown key": (headers(kid="unknown"), Why.IDENTITY_KEY),
    "key of another kind": (headers(kid="RS256"), Why.IDENTITY_KEY),
    "weak key": (weak, Why.IDENTITY_KEY),
    "no token": (lambda i: setattr(i, "token", "no.token"), Why.IDENTITY_FORM),
    "code refused": (answers("token", JSONResponse({"error": "x"}, 400)), Why.CODE),
    "token fails": (answers("token", Response(status_code=500)), Why.ISSUER_ANSWER),
    "token is huge": (answers("token", Response(HUGE)), Why.ISSUER_HUGE),
    "keys are no keys": (answers("jwks", JSONResponse([])), Why.ISSUER_ANSWER),
    "keys elsewhere": (answers("jwks", RedirectResponse("/x")), Why.ISSUER_ANSWER),
    "unverified address": (claims(email_verified=False), Why.EMAIL_UNVERIFIED),
    "address not said to be verified": (claims(email_verified=None), Why.EMAIL_UNVERIFIED),
    "no address": (claims(email=None), Why.EMAIL_MISSING),
    "a stranger": (claims(email="stranger@example.com"), Why.NOT_A_MEMBER),
}


@pytest.mark.parametrize(("breaks", "why"), WRONG.values(), ids=WRONG)
@pytest.mark.usefixtures("member")
async def test_what_cannot_be_trusted_signs_nobody_in_and_is_logged_by_its_kind(
    browser: httpx.AsyncClient,
    brand: Brand,
    settings: Settings,
    issuer: Issuer,
    breaks: Break,
    why: Why,
) -> None:
    breaks(issuer)
    before = await stored(settings, brand)
    with structlog.testing.capture_logs() as logs:
        answer = await round_trip(browser, issuer, brand)
    assert said(answer) == (403, MESSAGES[why])
    kinds = [each["kind"] for each in logs if each["event"] == "sign_on_refused"]
    assert kinds == [why.value]
    assert await stored(settings, brand) == before


DISCOVERED: dict[str, tuple[Break, Why, int]] = {
    "another's name": (metadata(issuer="https://evil.example"), Why.ISSUER_ANOTHER, 403),
    "a name with a slash": (
        lambda i: i.metadata.update(issuer=i.address + "/"),
        Why.ISSUER_ANOTHER,
        403,
    ),
    "huge": (answers(DISCOVERY, Response(HUGE)), Why.ISSUER_HUGE, 403),
    "no JSON": (answers(DISCOVERY, Response("<html>")), Why.ISSUER_ANSWER, 403),
    "packed": (
        answers(DISCOVERY, Response("x", headers={"content-encoding": "gzip"})),
        Why.ISSUER_ANSWER,
        403,
    ),
    "elsewhere": (answers(DISCOVERY, RedirectResponse("/x")), Why.ISSUER_ANSWER, 403),
    "a page that is a script": (
        metadata(authorization_endpoint="javascript:alert(1)"),
        Why.ISSUER_ANSWER,
        403,
    ),
    "no keys": (metadata(jwks_uri=None), Why.ISSUER_ANSWER, 403),
}


@pytest.mark.parametrize(("breaks", "why", "status"), DISCOVERED.values(), ids=DISCOVERED)
@pytest.mark.usefixtures("member")
async def test_nobody_is_sent_to_an_issuer_that_says_wrong_things_of_itself(
    browser: httpx.AsyncClient,
    brand: Brand,
    issuer: Issuer,
    breaks: Break,
    why: Why,
    status: int,
) -> None:
    breaks(issuer)
    with structlog.testing.capture_logs() as logs:
        answer = await browser.get("/auth/oidc/start", params={"tenant": brand.tenant_slug})
    assert said(answer) == (status, MESSAGES[why])
    assert "set-cookie" not in answer.headers
    assert [each["kind"] for each in logs if each["event"] == "sign_on_refused"] == [why.value]


@pytest.mark.usefixtures("member")
async def test_an_answer_of_another_issuer_is_not_redeemed_at_this_one(
    browser: httpx.AsyncClient, brand: Brand, issuer: Issuer
) -> None:
    state = await begun(browser, issuer, brand)
    answer = await returned(browser, state, iss="https://evil.example")
    assert said(answer) == (403, MESSAGES[Why.ISSUER_MIXED_UP])
    assert "token" not in [page for page, _ in issuer.seen]


@pytest.mark.usefixtures("member")
async def test_an_issuer_that_promises_to_name_itself_must(
    browser: httpx.AsyncClient, brand: Brand, issuer: Issuer
) -> None:
    issuer.metadata["authorization_response_iss_parameter_supported"] = True
    answer = await round_trip(browser, issuer, brand)
    assert said(answer) == (403, MESSAGES[Why.ISSUER_MIXED_UP])
    state = await begun(browser, issuer, brand)
    assert (await returned(browser, state, iss=issuer.address)).status_code == 302


@pytest.mark.usefixtures("member")
async def test_an_answer_counts_in_the_browser_that_asked_and_once(
    address: str, browser: httpx.AsyncClient, brand: Brand, issuer: Issuer
) -> None:
    state = await begun(browser, issuer, brand)
    cookies = dict(browser.cookies)
    async with a_client(address) as victim:
        answer = await returned(victim, state)
        assert said(answer) == (403, MESSAGES[Why.STATE])
    answer = await returned(browser, "another-state")
    assert said(answer) == (403, MESSAGES[Why.STATE])
    assert (await returned(browser, state)).status_code == 302
    assert cookies.keys() == {"tourbase-sign-on"}
    assert "tourbase-sign-on" not in browser.cookies
    answer = await returned(browser, state)
    assert said(answer) == (403, MESSAGES[Why.STATE])


@pytest.mark.usefixtures("member")
async def test_the_cookie_of_an_attempt_is_kept_from_scripts_and_from_other_sites(
    browser: httpx.AsyncClient, brand: Brand, issuer: Issuer
) -> None:
    answer = await browser.get("/auth/oidc/start", params={"tenant": brand.tenant_slug})
    parts = answer.headers["set-cookie"].lower().split("; ")
    assert {"httponly", "samesite=lax", "path=/", "max-age=600"} <= set(parts)
    asked = issuer.asks(answer.headers["location"])
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert not {asked["state"], asked["nonce"]} & {asked["code_challenge"]}


@pytest.mark.usefixtures("member")
async def test_a_code_is_good_once_for_its_browser_and_a_second_time_ends_the_session(
    address: str, browser: httpx.AsyncClient, brand: Brand, issuer: Issuer
) -> None:
    back = await round_trip(browser, issuer, brand)
    code, kept = code_in(back), browser.cookies["tourbase-hand-over"]
    assert back.headers["location"].startswith("/graphql#code=so_")
    async with a_client(address) as thief:
        answer = await thief.post("/auth/oidc/token", json={"code": code})
        assert said(answer) == (403, MESSAGES[Why.HAND_OVER])
    tokens = (await browser.post("/auth/oidc/token", json={"code": code})).json()
    headers = bearer(tokens["access_token"])
    assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 200
    again = {"code": code, "verifier": kept}
    answer = await browser.post("/auth/oidc/token", json=again)
    assert said(answer) == (403, MESSAGES[Why.HAND_OVER])
    assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 401


RETURNS = [
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example/",
    "https://evil.example@site.example/",
    "https://site.example.evil.example/",
    "http://site.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "graphql",
    "/graphql#code=x",
    "/" + "a" * 600,
    "",
]


@pytest.mark.parametrize("page", RETURNS)
@pytest.mark.usefixtures("member")
async def test_nobody_is_sent_back_to_a_page_that_is_not_ours(
    browser: httpx.AsyncClient,
    brand: Brand,
    settings: Settings,
    issuer: Issuer,
    page: str,
) -> None:
    await allow_origins(settings, brand, "https://site.example")
    asked = {"tenant": brand.tenant_slug, "return_to": page, "challenge": "A" * 43}
    answer = await browser.get("/auth/oidc/start", params=asked)
    assert said(answer) == (403, MESSAGES[Why.BAD_RETURN])
    assert issuer.seen == []


@pytest.mark.usefixtures("member")
async def test_a_website_of_the_brand_keeps_the_verifier_itself(
    address: str,
    browser: httpx.AsyncClient,
    brand: Brand,
    settings: Settings,
    issuer: Issuer,
) -> None:
    await allow_origins(settings, brand, "https://site.example")
    page = "https://site.example/staff"
    asked = {"tenant": brand.tenant_slug, "return_to": page}
    answer = await browser.get("/auth/oidc/start", params=asked)
    assert said(answer) == (403, MESSAGES[Why.BAD_CHALLENGE])
    verifier = "v" * 43
    challenge = challenged(verifier)
    back = await round_trip(browser, issuer, brand, return_to=page, challenge=challenge)
    assert back.headers["location"].startswith(f"{page}#code=")
    assert "tourbase-hand-over" not in browser.cookies
    code = code_in(back)
    async with a_client(address) as site:
        wrong = {"code": code, "verifier": "w" * 43}
        assert (await site.post("/auth/oidc/token", json=wrong)).status_code == 403
        right = {"code": code, "verifier": verifier}
        page_asks = {"origin": "https://site.example"}
        answer = await site.post("/auth/oidc/token", json=right, headers=page_asks)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://site.example"


async def test_roles_come_from_claims_in_each_brand_and_nobody_has_one_by_default(
    made: Parts,
    database: Database,
    browser: httpx.AsyncClient,
    brand: Brand,
    settings: Settings,
    issuer: Issuer,
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    owner = await an_owner(database, brand)
    rules = (
        Rule("dispatch", Seats("dispatcher", ("nwtc",))),
        Rule("sales", Seats("sales")),
    )
    just_in_time: dict[str, Any] = {
        "role_claim": ("realm", "groups"),
        "rules": rules,
        "provisioning": "just_in_time",
        "email_domains": ("acme.example",),
    }
    await set_issuer(made, owner, issuer, **just_in_time)
    issuer.claims |= {"email": "New@Acme.example", "email_verified": True, "name": "New Comer"}
    issuer.claims["realm"] = {"groups": ["something", "else"]}
    before = await stored(settings, brand)
    answer = await round_trip(browser, issuer, brand)
    assert said(answer) == (403, MESSAGES[Why.NO_ROLE])
    assert await stored(settings, brand) == before

    issuer.claims["realm"] = {"groups": ["dispatch", "sales"]}
    await signed_on(browser, issuer, brand)
    assert await seats(settings, brand) == [("nwtc", "dispatcher", False), ("wwt", "sales", False)]

    issuer.claims["realm"] = {"groups": ["dispatch"]}
    tokens = await signed_on(browser, issuer, brand)
    assert await seats(settings, brand) == [("nwtc", "dispatcher", False), ("wwt", "sales", True)]
    assert await role_now(browser, tokens) == {"role": "dispatcher", "brand": {"code": "nwtc"}}

    ended = "update memberships set ended_at = now() where tenant_id = %s and brand_id = %s"
    await in_full(settings, ended, sister.tenant_id, sister.id)
    answer = await round_trip(browser, issuer, brand)
    assert said(answer) == (403, MESSAGES[Why.NOT_A_MEMBER])
    kinds = "select kind from events where tenant_id = %s order by id"
    told = [kind for (kind,) in await in_full(settings, kinds, brand.tenant_id)]
    assert told == [
        *("IdentityProviderSet", "StaffUserCreated", "StaffIdentityLinked"),
        *("MembershipBegan", "MembershipBegan", "SignedIn", "MembershipEnded", "SignedIn"),
    ]


async def seats(settings: Settings, brand: Brand) -> list[Any]:
    query = (
        "select b.code, m.role, m.ended_at is not null from memberships m"
        " join brands b on b.tenant_id = m.tenant_id and b.id = m.brand_id"
        " where m.tenant_id = %s and m.role <> 'owner' order by b.code"
    )
    return await in_full(settings, query, brand.tenant_id)


async def role_now(browser: httpx.AsyncClient, tokens: dict[str, Any]) -> Any:
    headers = bearer(tokens["access_token"])
    answer = await browser.post("/graphql", json=VIEWER, headers=headers)
    return answer.json()["data"]["viewer"]
