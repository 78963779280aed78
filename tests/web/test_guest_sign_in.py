"""Customers and drivers sign in by mail; what is guessed, stolen or somebody else's opens nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Literal, LiteralString
from uuid import UUID

import httpx
import jwt
import pytest

from auth.sign_in_codes import SignInCodes
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db.database import Database
from domain.errors import Unauthenticated
from domain.guest_sign_in import Door, From
from domain.identity import Brand, Kind
from services.guest_sign_in import WRONG, ask_to_sign_in, send_sign_in, sign_in_by_code
from tests.builders import (
    a_brand,
    a_customer,
    a_driver,
    a_key,
    a_member,
    a_principal,
    allow_origins,
    new_id,
    write,
)
from tests.services.trail import NOTHING, trail_of
from tests.web.conftest import Sign, a_client, bearer
from tests.web.test_sign_in import asks, code_of, in_full

Who = Literal["customer", "driver"]
EMAIL = "ada@example.com"
CODES = {
    "customer": "select count(*), array_agg(id) from customer_codes where tenant_id = %s",
    "driver": "select count(*), array_agg(id) from driver_codes where tenant_id = %s",
}
OVER = {
    "customer": "update customer_sessions set created_at = created_at - interval '31 days',"
    " expires_at = expires_at - interval '31 days' where tenant_id = %s",
    "driver": "update driver_sessions set created_at = created_at - interval '31 days',"
    " expires_at = expires_at - interval '31 days' where tenant_id = %s",
}


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with an address, and the door at which they sign in."""

    who: Who
    id: UUID
    brand: Brand
    key: str
    settings: Settings
    codes: SignInCodes

    async def post(self, client: httpx.AsyncClient, page: str, **said: str) -> httpx.Response:
        headers = {"x-api-key": self.key} if self.who == "customer" else {}
        return await client.post(f"/auth/{self.who}/{page}", json=said, headers=headers)

    async def ask(self, client: httpx.AsyncClient, email: str = EMAIL) -> httpx.Response:
        said = {"email": email}
        if self.who == "driver":
            said["tenant"] = self.brand.tenant_slug
        return await self.post(client, "request", **said)

    async def attempt(self, client: httpx.AsyncClient) -> tuple[str, UUID]:
        """What the asker holds, and what a mail would be made of, once it is written down."""
        answer = await self.ask(client)
        assert answer.status_code == 202, answer.text
        request = answer.json()["request"]
        id = self.codes.requests.read(request)
        await self.codes_in_all(holding=id)
        return request, id

    async def codes_in_all(self, *, holding: UUID | None = None) -> int:
        for _ in range(200):
            found = await in_full(self.settings, CODES[self.who], self.brand.tenant_id)
            if holding is None or holding in (found[1] or ()):
                return int(found[0])
            await asyncio.sleep(0.01)
        raise AssertionError("nothing was written down")

    async def enter(self, client: httpx.AsyncClient) -> dict[str, Any]:
        _, id = await self.attempt(client)
        answer = await self.post(client, "sign-in", token=self.codes.links.token_of(id))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    from_somewhere = {"x-forwarded-for": a_somewhere()}
    async with a_client(address, headers=from_somewhere) as client:
        yield client


def a_somewhere() -> str:
    return f"2001:db8:{new_id().hex[-4:]}:{new_id().hex[-8:-4]}::1"


@pytest.fixture(params=["customer", "driver"])
async def guest(
    request: pytest.FixtureRequest, made: Parts, settings: Settings, brand: Brand
) -> Guest:
    return await a_guest(request.param, made, settings, brand)


@pytest.fixture
async def customer(made: Parts, settings: Settings, brand: Brand) -> Guest:
    return await a_guest("customer", made, settings, brand)


@pytest.fixture
async def driver(made: Parts, settings: Settings, brand: Brand) -> Guest:
    return await a_guest("driver", made, settings, brand)


async def a_guest(
    who: Who, made: Parts, settings: Settings, brand: Brand, email: str = EMAIL
) -> Guest:
    builders: dict[str, Callable[..., Any]] = {"customer": a_customer, "driver": a_driver}
    id = await write(made.database, brand, lambda tx: builders[who](tx, email=email))
    key = await write(made.database, brand, a_key)
    return Guest(who, id, brand, key, settings, made.guests.codes)


async def test_a_guest_signs_in_by_the_link_asks_and_goes_on(
    client: httpx.AsyncClient, guest: Guest
) -> None:
    tokens = await guest.enter(client)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert (claims["kind"], claims["sub"]) == (guest.who, str(guest.id))
    assert (claims["tenant"], claims["brand"]) == (guest.brand.tenant_slug, guest.brand.code)
    assert await asks(client, tokens["access_token"]) == 200

    again = await guest.post(client, "refresh", refresh_token=tokens["refresh_token"])

    assert again.status_code == 200
    assert await asks(client, again.json()["access_token"]) == 200


async def test_a_guest_signs_in_by_six_digits_once(client: httpx.AsyncClient, guest: Guest) -> None:
    request, id = await guest.attempt(client)
    digits = guest.codes.digits_of(id)
    said = {"request": request, "code": f"{digits[:3]} {digits[3:]}"}

    answer = await guest.post(client, "sign-in", **said)

    assert await asks(client, answer.json()["access_token"]) == 200
    for again in (said, {"token": guest.codes.links.token_of(id)}):
        assert (await guest.post(client, "sign-in", **again)).status_code == 401


async def test_what_is_left_is_an_event_with_the_address_apart_and_a_job(
    client: httpx.AsyncClient, settings: Settings, guest: Guest
) -> None:
    tokens = await guest.enter(client)
    out = await guest.post(client, "sign-out", refresh_token=tokens["refresh_token"])
    assert out.status_code == 204

    trail = await trail_of(settings, guest.brand)

    session = UUID(jwt.decode(tokens["access_token"], options={"verify_signature": False})["sid"])
    assert [each[1:7] for each in trail.events] == [
        ("SignedIn", f"{guest.who}_session", session, 1, guest.who, guest.id),
        ("SignedOut", f"{guest.who}_session", session, 2, guest.who, guest.id),
    ]
    changes = trail.events[0][8]
    assert (changes[f"{guest.who}_id"], changes["by"]) == ([None, str(guest.id)], [None, "link"])
    [personal] = trail.personal
    assert (personal[1], personal[3][:9]) == ("address", "2001:db8:")
    [job] = trail.jobs
    assert (job[0], job[3]["kind"]) == ("mail_sign_in", guest.who)
    assert EMAIL not in str(trail)


async def test_nobody_learns_who_is_known_and_a_stranger_is_sent_nothing(
    client: httpx.AsyncClient, guest: Guest
) -> None:
    answers = [await guest.ask(client, each) for each in (f" {EMAIL.upper()} ", "x@example.com")]
    assert [(each.status_code, len(each.content)) for each in answers] == [
        (202, len(answers[0].content))
    ] * 2
    assert answers[0].headers.keys() == answers[1].headers.keys()
    known, unknown = (each.json()["request"] for each in answers)
    await guest.codes_in_all(holding=guest.codes.requests.read(known))

    refused = [
        await guest.post(client, "sign-in", request=each, code="00") for each in (known, unknown)
    ]

    assert await guest.codes_in_all() == 1
    bodies = [each.json()["errors"][0] for each in refused]
    assert [each.status_code for each in refused] == [401, 401]
    assert [each["message"] for each in bodies] == [WRONG] * 2
    assert bodies[0]["extensions"].keys() == bodies[1]["extensions"].keys()


async def test_asking_looks_for_nobody_and_guessing_costs_the_same_whoever_it_is(
    made: Parts, guest: Guest, statements: list[str]
) -> None:
    door = Door(Kind(guest.who), guest.brand.tenant_slug, guest.brand.code)
    somewhere = From(a_somewhere(), None)
    attempts, costs = [], []
    for email in (EMAIL, "x@example.com"):
        statements.clear()
        attempts.append(await ask_to_sign_in(made.guests, door, email, somewhere.address))
        assert statements == []
        await send_sign_in(made.guests, door, email, attempts[-1], now=now())
    for attempt in attempts:
        statements.clear()
        request = made.guests.codes.requests.token_of(attempt)
        with pytest.raises(Unauthenticated, match=WRONG):
            await sign_in_by_code(made.guests, door, request, "00", somewhere, now=now())
        costs.append(list(statements))
    assert costs[0] == costs[1]
    assert len([each for each in costs[0] if "try_guest_code" in each]) == 1


async def test_after_five_guesses_the_right_digits_are_wrong_and_the_link_is_not(
    client: httpx.AsyncClient, guest: Guest
) -> None:
    request, id = await guest.attempt(client)
    digits = guest.codes.digits_of(id)
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    for _ in range(5):
        answer = await guest.post(client, "sign-in", request=request, code=wrong)
        assert (answer.status_code, code_of(answer)) == (401, "UNAUTHENTICATED")

    answer = await guest.post(client, "sign-in", request=request, code=digits)

    assert answer.status_code == 401
    link = await guest.post(client, "sign-in", token=guest.codes.links.token_of(id))
    assert link.status_code == 200


async def test_of_ten_guesses_at_once_no_more_than_five_are_looked_at(
    client: httpx.AsyncClient, settings: Settings, guest: Guest
) -> None:
    request, _ = await guest.attempt(client)
    await asyncio.gather(
        *(guest.post(client, "sign-in", request=request, code="x") for _ in range(10))
    )
    tried = {
        "customer": "select tries from customer_codes where tenant_id = %s",
        "driver": "select tries from driver_codes where tenant_id = %s",
    }
    assert await in_full(settings, tried[guest.who], guest.brand.tenant_id) == (5,)


async def test_twenty_guesses_in_a_day_leave_the_link_alone(
    client: httpx.AsyncClient, settings: Settings, guest: Guest
) -> None:
    request, id = await guest.attempt(client)
    earlier = {
        "customer": "insert into customer_codes (tenant_id, brand_id, id, customer_id, tries,"
        " created_at, expires_at) select tenant_id, brand_id, gen_random_uuid(), customer_id, 5,"
        " now() - interval '23 hours', now() - interval '22 hours'"
        " from customer_codes, generate_series(1, 4) where tenant_id = %s",
        "driver": "insert into driver_codes (tenant_id, id, driver_id, tries, created_at,"
        " expires_at) select tenant_id, gen_random_uuid(), driver_id, 5,"
        " now() - interval '23 hours', now() - interval '22 hours'"
        " from driver_codes, generate_series(1, 4) where tenant_id = %s",
    }
    await in_full(settings, earlier[guest.who], guest.brand.tenant_id)
    digits = guest.codes.digits_of(id)
    answer = await guest.post(client, "sign-in", request=request, code=digits)
    assert answer.status_code == 401
    link = await guest.post(client, "sign-in", token=guest.codes.links.token_of(id))
    assert link.status_code == 200


async def test_of_two_who_open_a_link_at_once_one_is_in(
    client: httpx.AsyncClient, guest: Guest
) -> None:
    _, id = await guest.attempt(client)
    token = guest.codes.links.token_of(id)
    answers = await asyncio.gather(*(guest.post(client, "sign-in", token=token) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]


async def test_a_link_is_good_for_a_quarter_of_an_hour(
    client: httpx.AsyncClient, settings: Settings, guest: Guest
) -> None:
    request, id = await guest.attempt(client)
    over = {
        "customer": "update customer_codes set expires_at = created_at where tenant_id = %s"
        " and expires_at = created_at + interval '15 minutes'",
        "driver": "update driver_codes set expires_at = created_at where tenant_id = %s"
        " and expires_at = created_at + interval '15 minutes'",
    }
    await in_full(settings, over[guest.who], guest.brand.tenant_id)
    for said in (
        {"token": guest.codes.links.token_of(id)},
        {"request": request, "code": guest.codes.digits_of(id)},
    ):
        assert (await guest.post(client, "sign-in", **said)).status_code == 401


async def test_a_refresh_token_that_comes_twice_ends_the_session_of_thief_and_owner(
    client: httpx.AsyncClient, settings: Settings, guest: Guest
) -> None:
    first = await guest.enter(client)
    second = await guest.post(client, "refresh", refresh_token=first["refresh_token"])
    for token in (first["refresh_token"], second.json()["refresh_token"]):
        answer = await guest.post(client, "refresh", refresh_token=token)
        assert answer.status_code == 401
    assert await asks(client, second.json()["access_token"]) == 401
    trail = await trail_of(settings, guest.brand)
    assert [each[1] for each in trail.events] == ["SignedIn", "RefreshTokenReplayed"]


async def test_who_signs_out_is_out_at_once_and_their_other_session_goes_on(
    client: httpx.AsyncClient, guest: Guest
) -> None:
    here, there = await guest.enter(client), await guest.enter(client)
    out = await guest.post(client, "sign-out", refresh_token=here["refresh_token"])
    assert out.status_code == 204
    assert await asks(client, here["access_token"]) == 401
    assert await asks(client, there["access_token"]) == 200


async def test_a_session_ends_after_thirty_days(
    client: httpx.AsyncClient, settings: Settings, guest: Guest
) -> None:
    tokens = await guest.enter(client)
    await in_full(settings, OVER[guest.who], guest.brand.tenant_id)
    answer = await guest.post(client, "refresh", refresh_token=tokens["refresh_token"])
    assert answer.status_code == 401
    assert await asks(client, tokens["access_token"]) == 401


GONE = [
    ("customer", "update customers set archived_at = now() where id = %s", None),
    ("customer", "update customers set email = 'other@example.com' where id = %s", None),
    (
        "customer",
        "update customers set archived_at = now() where id = %s",
        "update customers set archived_at = null where id = %s",
    ),
    (
        "driver",
        "update drivers set status = 'left' where id = %s",
        "update drivers set status = 'active' where id = %s",
    ),
    ("driver", "update drivers set archived_at = now() where id = %s", None),
    ("driver", "update drivers set email = 'other@example.com' where id = %s", None),
]


@pytest.mark.parametrize(("who", "ends", "undone"), GONE)
async def test_who_is_gone_or_has_another_address_is_out_and_stays_out(
    client: httpx.AsyncClient,
    made: Parts,
    settings: Settings,
    brand: Brand,
    who: Who,
    ends: Any,
    undone: Any,
) -> None:
    guest = await a_guest(who, made, settings, brand)
    tokens, (_, under_way) = await guest.enter(client), await guest.attempt(client)
    await in_full(settings, ends, guest.id)
    if undone is not None:
        assert await asks(client, tokens["access_token"]) == 401
        await in_full(settings, undone, guest.id)

    assert await asks(client, tokens["access_token"]) == 401
    answer = await guest.post(client, "refresh", refresh_token=tokens["refresh_token"])
    assert answer.status_code == 401
    link = guest.codes.links.token_of(under_way)
    assert (await guest.post(client, "sign-in", token=link)).status_code == 401


async def test_who_was_merged_signs_in_as_the_one_who_was_kept(
    client: httpx.AsyncClient, database: Database, customer: Guest
) -> None:
    kept = await write(database, customer.brand, a_customer)
    merged = "update customers set archived_at = now(), merged_into_id = %(kept)s where id = %(id)s"
    given = {"kept": kept, "id": customer.id}
    assert await write(database, customer.brand, lambda tx: tx.run(merged, given)) == 1
    tokens = await customer.enter(client)
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["sub"] == str(kept)


async def test_an_address_that_two_drivers_share_signs_nobody_in(
    client: httpx.AsyncClient, made: Parts, settings: Settings, driver: Guest
) -> None:
    await a_guest("driver", made, settings, driver.brand)
    assert (await driver.ask(client)).status_code == 202
    await asyncio.sleep(0.1)
    assert await driver.codes_in_all() == 0


async def test_what_was_given_at_another_brand_or_company_opens_nothing_here(
    client: httpx.AsyncClient, made: Parts, settings: Settings, customer: Guest
) -> None:
    sister = await a_brand(settings, tenant=customer.brand, code="nwtc")
    stranger = await a_brand(settings)
    tokens = await customer.enter(client)
    for brand in (sister, stranger):
        theirs = await a_guest("customer", made, settings, brand)
        request, id = await customer.attempt(client)
        for said in (
            {"token": theirs.codes.links.token_of(id)},
            {"request": request, "code": theirs.codes.digits_of(id)},
        ):
            assert (await theirs.post(client, "sign-in", **said)).status_code == 401
        answer = await theirs.post(client, "refresh", refresh_token=tokens["refresh_token"])
        assert answer.status_code == 401
        headers = bearer(tokens["access_token"], **{"x-brand": brand.code})
        said = {"query": "{ viewer { kind } }"}
        answer = await client.post("/graphql", json=said, headers=headers)
        assert answer.status_code == (200 if brand.code == customer.brand.code else 403)
    assert await asks(client, tokens["access_token"]) == 200


async def test_a_driver_acts_for_each_brand_of_the_company_and_for_no_other(
    client: httpx.AsyncClient, settings: Settings, driver: Guest
) -> None:
    await a_brand(settings, tenant=driver.brand, code="nwtc")
    tokens = await driver.enter(client)
    said = {"query": "{ viewer { kind } brand { code } }"}
    for code, status in (("nwtc", 200), (driver.brand.code, 200), ("hcwt", 403)):
        headers = bearer(tokens["access_token"], **{"x-brand": code})
        answer = await client.post("/graphql", json=said, headers=headers)
        assert answer.status_code == status
        if status == 200:
            assert answer.json()["data"] == {
                "viewer": {"kind": "DRIVER"},
                "brand": {"code": code},
            }


async def test_customers_sign_in_through_their_brands_website_alone(
    client: httpx.AsyncClient, customer: Guest
) -> None:
    tokens = await customer.enter(client)
    for headers, expected in (
        ({}, (401, "UNAUTHENTICATED")),
        (bearer(tokens["access_token"]), (403, "FORBIDDEN")),
    ):
        said = {"email": EMAIL}
        answer = await client.post("/auth/customer/request", json=said, headers=headers)
        assert (answer.status_code, code_of(answer)) == expected


async def test_a_page_of_the_brand_may_ask_and_a_page_of_nobody_may_not(
    client: httpx.AsyncClient, settings: Settings, customer: Guest
) -> None:
    await allow_origins(settings, customer.brand, f"https://{customer.brand.tenant_slug}.example")
    for origin, status in (
        (f"https://{customer.brand.tenant_slug}.example", 202),
        ("https://nobody.example", 403),
    ):
        answer = await client.post(
            "/auth/customer/request",
            json={"email": EMAIL},
            headers={"x-api-key": customer.key, "origin": origin},
        )
        allowed = answer.headers.get("access-control-allow-origin")
        assert (answer.status_code, allowed) == (status, origin if status == 202 else None)


async def test_each_text_is_good_for_its_own_purpose_alone(
    client: httpx.AsyncClient, made: Parts, guest: Guest
) -> None:
    request, id = await guest.attempt(client)
    tokens = await guest.enter(client)
    links, staff = made.links.token_of(id), made.gate.codes.token_of(id)
    for text in (request, links, staff, tokens["access_token"], tokens["refresh_token"]):
        assert (await guest.post(client, "sign-in", token=text)).status_code == 401
    for text in (guest.codes.links.token_of(id), request, links, tokens["refresh_token"]):
        assert await asks(client, text) == 401
    for text in (guest.codes.links.token_of(id), request, links, tokens["access_token"]):
        answer = await guest.post(client, "refresh", refresh_token=text)
        assert answer.status_code == 401
    answer = await client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 401
    assert await asks(client, tokens["access_token"]) == 200


@pytest.mark.parametrize(
    "said",
    [
        {"token": "si_"},
        {"token": "si_" + "a" * 4_000},
        {"token": "\u0000"},
        {"request": "sr_x", "code": "\u0661\u0662\u0663\u0664\u0665\u0666"},
        {"request": "sr_..", "code": ""},
        {"code": "123456"},
        {"token": 7},
        {"request": ["sr_"], "code": "123456"},
        {},
    ],
)
async def test_whatever_else_is_said_is_refused_and_leaves_nothing(
    client: httpx.AsyncClient, settings: Settings, guest: Guest, said: Any
) -> None:
    headers = {"x-api-key": guest.key}  # which drivers do without
    answer = await client.post(f"/auth/{guest.who}/sign-in", json=said, headers=headers)
    assert answer.status_code in {400, 401}
    assert code_of(answer) in {"BAD_USER_INPUT", "UNAUTHENTICATED"}
    assert await trail_of(settings, guest.brand) == NOTHING


async def test_the_sixth_mail_from_one_place_and_the_eleventh_of_one_account_wait(
    address: str, guest: Guest
) -> None:
    answers = []
    for _ in range(3):
        async with a_client(address, headers={"x-forwarded-for": a_somewhere()}) as client:
            answers.append([(await guest.ask(client)).status_code for _ in range(6)])
    assert answers == [[202] * 5 + [429], [202] * 5 + [429], [429] * 6]


async def test_a_session_is_seen_by_its_owner_and_by_staff_alone(
    client: httpx.AsyncClient, database: Database, guest: Guest
) -> None:
    await guest.enter(client)
    counted: dict[str, LiteralString] = {
        "customer": "select count(*) from customer_sessions",
        "driver": "select count(*) from driver_sessions",
    }
    for kind, actor in ((Kind.STAFF, new_id()), (Kind(guest.who), guest.id)):
        async with database.session(a_principal(guest.brand, kind, actor=actor)).read() as tx:
            assert await tx.row(counted[guest.who]) == (1,)
    other = a_principal(guest.brand, Kind(guest.who), actor=new_id())
    async with database.session(other).read() as tx:
        assert await tx.row(counted[guest.who]) == (0,)


SESSIONS = {
    "customer": "query { customerSessions { edges { node { id current address revokedAt } } } }",
    "driver": "query { driverSessions { edges { node { id current address revokedAt } } } }",
}
ENDING = {
    "customer": "mutation ($id: ID!) { endCustomerSession(input: { id: $id }) {"
    " customerSession { id revokedAt } errors { code } } }",
    "driver": "mutation ($id: ID!) { endDriverSession(input: { id: $id }) {"
    " driverSession { id revokedAt } errors { code } } }",
}


async def listed(client: httpx.AsyncClient, who: Who, token: str) -> list[dict[str, Any]]:
    answer = await client.post("/graphql", json={"query": SESSIONS[who]}, headers=bearer(token))
    return [each["node"] for each in answer.json()["data"][f"{who}Sessions"]["edges"]]


async def ended(client: httpx.AsyncClient, who: Who, token: str, id: str) -> dict[str, Any]:
    said = {"query": ENDING[who], "variables": {"id": id}}
    answer = await client.post("/graphql", json=said, headers=bearer(token))
    body: dict[str, Any] = answer.json()["data"][f"end{who.capitalize()}Session"]
    return body


async def test_a_guest_sees_where_they_are_signed_in_and_ends_it_there(
    client: httpx.AsyncClient, guest: Guest
) -> None:
    there, here = await guest.enter(client), await guest.enter(client)
    newest, oldest = await listed(client, guest.who, here["access_token"])
    assert (newest["current"], oldest["current"]) == (True, False)
    assert newest["address"].startswith("2001:db8:")

    for _ in range(2):
        answer = await ended(client, guest.who, here["access_token"], oldest["id"])
        assert answer["errors"] == []

    assert await asks(client, there["access_token"]) == 401
    assert await asks(client, here["access_token"]) == 200
    events = (await trail_of(guest.settings, guest.brand)).events
    assert [each[1] for each in events] == ["SignedIn", "SignedIn", "SessionEnded"]


async def test_nobody_ends_the_session_of_another_but_staff_of_the_brand(
    client: httpx.AsyncClient, made: Parts, sign: Sign, guest: Guest
) -> None:
    tokens = await guest.enter(client)
    [session] = await listed(client, guest.who, tokens["access_token"])
    other = await a_guest(guest.who, made, guest.settings, guest.brand, email="b@example.com")
    stranger = sign(other.id, Kind(guest.who))
    assert await listed(client, guest.who, stranger) == []
    answer = await ended(client, guest.who, stranger, session["id"])
    assert [each["code"] for each in answer["errors"]] == ["NOT_FOUND"]
    assert await asks(client, tokens["access_token"]) == 200

    manager = sign(await a_member(made.database, guest.brand, "manager"))
    answer = await ended(client, guest.who, manager, session["id"])

    assert answer["errors"] == []
    assert await asks(client, tokens["access_token"]) == 401
