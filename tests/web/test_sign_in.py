"""Signing in over HTTP: sessions that begin, go on, and end; what was stolen opens nothing."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv6Address
from typing import Any, LiteralString
from uuid import UUID

import bcrypt
import httpx
import jwt
import psycopg
import pytest
from argon2 import PasswordHasher

from auth.passwords import Passwords, Verdict
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db import sign_in
from db.database import Database, Transaction
from domain.errors import Unauthenticated
from domain.identity import Brand, Kind
from domain.sign_in import TooManyTries
from services.sign_in import Presented, sign_in_by_password
from tests.builders import a_brand, a_member, a_principal, new_id
from tests.web.conftest import a_client, bearer, served

PASSWORD = "correct horse battery"
VIEWER = {"query": "{ viewer { kind } }"}
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


MAILED = """
select c.kind, c.expires_at - c.created_at, (
  select count(*) from jobs.procrastinate_jobs j
  where j.task_name = 'mail_password_code' and j.args ->> 'code_id' = c.id::text)
from staff_codes c where c.staff_user_id = %s
"""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff who has a password."""

    id: UUID
    brand: Brand
    email: str

    def said(self, password: str = PASSWORD, **more: str) -> dict[str, str]:
        return {
            "tenant": self.brand.tenant_slug,
            "email": self.email,
            "password": password,
            **more,
        }


@pytest.fixture(scope="session")
async def gate(made: Parts) -> AsyncIterator[str]:
    """The server, whose hashes are cheap: how dear they are is not what is tested."""
    quick = replace(made.gate, passwords=Passwords(CHEAP), refuse_after=0)
    cheap = replace(made, gate=quick)
    async with served(cheap) as address:
        yield address


@pytest.fixture
async def client(gate: str) -> AsyncIterator[httpx.AsyncClient]:
    """From an address of the test's own, as a proxy of this machine would say it."""
    headers = {"x-forwarded-for": str(IPv6Address(new_id().int))}
    async with a_client(gate, headers=headers) as client:
        yield client


@pytest.fixture
async def member(database: Database, brand: Brand, settings: Settings) -> Member:
    return await a_member_with(database, brand, settings, CHEAP.hash(PASSWORD))


async def a_member_with(
    database: Database, brand: Brand, settings: Settings, password_hash: str, role: str = "manager"
) -> Member:
    staff = await a_member(database, brand, role)
    session = database.session(a_principal(brand, actor=staff))
    await session.write(lambda tx: sign_in.set_password(tx, staff, password_hash, now=now()))
    (email,) = await in_full(settings, "select email from staff_users where id = %s", staff)
    return Member(staff, brand, email)


async def in_full(settings: Settings, statement: LiteralString, id: object) -> tuple[Any, ...]:
    """One statement as an administrator of the server, who alone sees it all."""
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(statement, [id])
        return (await cursor.fetchone() if cursor.description else None) or ()


async def signed_in(client: httpx.AsyncClient, member: Member, **more: str) -> dict[str, Any]:
    answer = await client.post("/auth/sign-in", json=member.said(**more))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    return body


async def refreshed(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/auth/refresh", json={"refresh_token": token})


async def asks(client: httpx.AsyncClient, token: str) -> int:
    return (await client.post("/graphql", json=VIEWER, headers=bearer(token))).status_code


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["errors"][0]["extensions"]["code"]
    return code


async def test_a_member_signs_in_asks_and_goes_on_with_the_session(
    client: httpx.AsyncClient, member: Member
) -> None:
    tokens = await signed_in(client, member)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    assert await asks(client, tokens["access_token"]) == 200

    again = await refreshed(client, tokens["refresh_token"])

    assert again.status_code == 200
    assert again.json()["refresh_token"] != tokens["refresh_token"]
    assert await asks(client, again.json()["access_token"]) == 200


async def test_one_who_works_for_several_brands_begins_with_the_one_that_they_name(
    client: httpx.AsyncClient, database: Database, settings: Settings, member: Member
) -> None:
    sister = await a_brand(settings, tenant=member.brand, code="nwtc")
    session = database.session(a_principal(sister))
    joins = "insert into memberships (staff_user_id, role) values (%(id)s, 'viewer')"
    await session.write(lambda tx: tx.run(joins, {"id": member.id}))
    for brand in (member.brand.code, "nwtc"):
        tokens = await signed_in(client, member, brand=brand)
        claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
        assert claims["brand"] == brand


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"email": "nobody@example.com"},
        {"tenant": "nowhere"},
        {"brand": "hcwt"},
    ],
)
async def test_what_is_wrong_is_refused_in_the_same_words(
    client: httpx.AsyncClient, member: Member, wrong: dict[str, str]
) -> None:
    answer = await client.post("/auth/sign-in", json=member.said() | wrong)
    assert (answer.status_code, code_of(answer)) == (401, "UNAUTHENTICATED")
    message = answer.json()["errors"][0]["message"]
    assert message == "The tenant, the address or the password is wrong."


async def test_who_is_suspended_is_out_at_once_and_does_not_sign_in(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    tokens = await signed_in(client, member)
    suspended = "update staff_users set status = 'suspended' where id = %s"
    await in_full(settings, suspended, member.id)
    answer = await client.post("/auth/sign-in", json=member.said())
    assert answer.status_code == 401
    assert (await refreshed(client, tokens["refresh_token"])).status_code == 401
    assert await asks(client, tokens["access_token"]) == 401


async def test_the_sixth_try_from_one_place_waits_and_another_account_does_not(
    client: httpx.AsyncClient, database: Database, settings: Settings, member: Member
) -> None:
    other = await a_member_with(database, member.brand, settings, CHEAP.hash(PASSWORD))
    for _ in range(5):
        answer = await client.post("/auth/sign-in", json=member.said("wrong"))
        assert answer.status_code == 401
    answer = await client.post("/auth/sign-in", json=member.said())
    assert (answer.status_code, code_of(answer)) == (429, "TOO_MANY_REQUESTS")
    assert 0 < int(answer.headers["retry-after"]) <= 900
    await signed_in(client, other)


async def test_whoever_is_right_begins_to_count_anew(
    client: httpx.AsyncClient, member: Member
) -> None:
    for _ in range(2):
        for _ in range(4):
            answer = await client.post("/auth/sign-in", json=member.said("wrong"))
            assert answer.status_code == 401
        await signed_in(client, member)


async def test_a_refresh_token_that_comes_twice_ends_the_session_of_thief_and_owner(
    client: httpx.AsyncClient, member: Member
) -> None:
    first = await signed_in(client, member)
    second = (await refreshed(client, first["refresh_token"])).json()
    assert (await refreshed(client, first["refresh_token"])).status_code == 401
    assert (await refreshed(client, second["refresh_token"])).status_code == 401
    assert await asks(client, second["access_token"]) == 401


async def test_of_two_who_refresh_with_one_token_at_once_not_both_go_on(
    client: httpx.AsyncClient, member: Member
) -> None:
    tokens = await signed_in(client, member)
    answers = await asyncio.gather(*(refreshed(client, tokens["refresh_token"]) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) in ([200, 401], [401, 401])
    for answer in answers:
        if answer.status_code == 200:
            assert await asks(client, answer.json()["access_token"]) == 401
            assert (await refreshed(client, answer.json()["refresh_token"])).status_code == 401
    assert (await refreshed(client, tokens["refresh_token"])).status_code == 401


async def test_who_signs_out_is_out_at_once_and_their_other_session_goes_on(
    client: httpx.AsyncClient, member: Member
) -> None:
    here, there = await signed_in(client, member), await signed_in(client, member)
    out = await client.post("/auth/sign-out", json={"refresh_token": here["refresh_token"]})
    assert out.status_code == 204
    assert await asks(client, here["access_token"]) == 401
    assert await asks(client, there["access_token"]) == 200


async def test_a_session_ends_after_thirty_days(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    tokens = await signed_in(client, member)
    over = (
        "update staff_sessions set created_at = created_at - interval '31 days',"
        " expires_at = expires_at - interval '31 days' where staff_user_id = %s"
    )
    await in_full(settings, over, member.id)
    assert (await refreshed(client, tokens["refresh_token"])).status_code == 401


@pytest.mark.parametrize("what", ["refresh_token", "access_token"])
async def test_a_token_is_good_for_its_own_purpose_alone(
    client: httpx.AsyncClient, member: Member, what: str
) -> None:
    tokens = await signed_in(client, member)
    if what == "access_token":
        assert (await refreshed(client, tokens[what])).status_code == 401
        assert (await refreshed(client, f"rt_{tokens[what]}")).status_code == 401
    else:
        assert await asks(client, tokens[what]) == 401
        assert await asks(client, tokens[what].removeprefix("rt_")) == 401


async def test_a_hash_of_bcrypt_is_accepted_and_made_anew(
    client: httpx.AsyncClient, database: Database, brand: Brand, settings: Settings
) -> None:
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    member = await a_member_with(database, brand, settings, old)
    await signed_in(client, member)
    stored = "select password_hash from staff_passwords where staff_user_id = %s"
    (password_hash,) = await in_full(settings, stored, member.id)
    assert password_hash.startswith("$argon2id$")
    await signed_in(client, member)
    answer = await client.post("/auth/sign-in", json=member.said("wrong"))
    assert answer.status_code == 401


async def a_code(
    made: Parts, member: Member, kind: str = "reset", *, lasts: timedelta = timedelta(minutes=30)
) -> str:
    code, at = new_id(), now()

    async def work(tx: Transaction) -> None:
        await sign_in.insert_code(tx, code, member.id, kind, now=at, expires_at=at + lasts)

    await made.database.session(a_principal(member.brand, Kind.WORKER)).write(work)
    return made.gate.codes.token_of(code)


async def test_a_code_sets_the_password_once_and_ends_what_was_open(
    client: httpx.AsyncClient, made: Parts, member: Member
) -> None:
    tokens = await signed_in(client, member)
    code, fresh = await a_code(made, member), "a longer new password"
    said = {"code": code, "password": fresh}
    short = await client.post("/auth/password", json=said | {"password": "short"})
    assert (short.status_code, code_of(short)) == (400, "BAD_USER_INPUT")

    assert (await client.post("/auth/password", json=said)).status_code == 204

    assert (await client.post("/auth/password", json=said)).status_code == 401
    assert await asks(client, tokens["access_token"]) == 401
    assert (await client.post("/auth/sign-in", json=member.said())).status_code == 401
    assert (await client.post("/auth/sign-in", json=member.said(fresh))).status_code == 200


async def test_who_forgot_their_password_is_sent_a_code_and_nobody_learns_who_works_here(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    said = member.said()
    answers = [
        await client.post("/auth/forgot-password", json={**said, "email": email})
        for email in (f" {member.email.upper()}", "nobody@example.com")
    ]
    assert [(each.status_code, each.content) for each in answers] == [(202, b"")] * 2
    assert answers[0].headers.keys() == answers[1].headers.keys()
    found: tuple[Any, ...] = ()
    for _ in range(200):
        found = await in_full(settings, MAILED, member.id)
        if found:
            break
        await asyncio.sleep(0.05)
    assert found == ("reset", timedelta(minutes=30), 1)
    all_of_it = "select count(*) from staff_codes where tenant_id = %s"
    assert await in_full(settings, all_of_it, member.brand.tenant_id) == (1,)


async def test_the_sixth_who_asks_for_one_account_waits(
    client: httpx.AsyncClient, member: Member
) -> None:
    statuses = [
        (await client.post("/auth/forgot-password", json=member.said())).status_code
        for _ in range(6)
    ]
    assert statuses == [202] * 5 + [429]


async def test_of_two_who_use_a_code_at_once_one_sets_the_password(
    client: httpx.AsyncClient, made: Parts, member: Member
) -> None:
    code = await a_code(made, member)
    answers = await asyncio.gather(
        *(
            client.post("/auth/password", json={"code": code, "password": f"{PASSWORD} {each}"})
            for each in range(3)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [204, 401, 401]


async def test_a_code_whose_time_is_over_or_that_is_forged_sets_nothing(
    client: httpx.AsyncClient, made: Parts, member: Member
) -> None:
    over = await a_code(made, member, lasts=timedelta(seconds=-1) + timedelta(microseconds=1))
    for code in (over, made.gate.codes.token_of(new_id()), "sc_forged", "forged"):
        said = {"code": code, "password": "a longer new password"}
        assert (await client.post("/auth/password", json=said)).status_code == 401
    await signed_in(client, member)


async def test_nobody_reads_a_hash_or_sets_anothers_password(
    database: Database, member: Member
) -> None:
    for kind in Kind:
        if kind is Kind.NOBODY:
            continue
        session = database.session(a_principal(member.brand, kind, actor=new_id()))
        with pytest.raises(Exception, match="permission denied"):
            async with session.read() as tx:
                await tx.rows("select password_hash from staff_passwords")
    other = database.session(a_principal(member.brand))
    with pytest.raises(Exception, match="row-level security"):
        await other.write(lambda tx: sign_in.set_password(tx, member.id, "mine", now=now()))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{", "application/json"),
        ("[]", "application/json"),
        ('{"tenant": 1}', "application/json"),
        ('{"tenant": "a"}', "application/json"),
        ('{"tenant": "a\\u0000", "email": "b", "password": "c"}', "application/json"),
        ('{"tenant": "a", "email": "b", "password": "c"}', "text/plain"),
        ("tenant=a&email=b&password=c", "application/x-www-form-urlencoded"),
    ],
)
async def test_what_is_no_json_object_of_texts_is_refused(
    client: httpx.AsyncClient, body: str, kind: str
) -> None:
    for page in ("sign-in", "refresh", "sign-out", "password", "forgot-password"):
        answer = await client.post(f"/auth/{page}", content=body, headers={"content-type": kind})
        assert answer.status_code == 400, page


async def test_the_keys_are_published_and_verify_what_was_signed(
    client: httpx.AsyncClient, member: Member
) -> None:
    tokens = await signed_in(client, member)
    answer = await client.get("/.well-known/jwks.json")
    assert answer.headers["content-type"] == "application/jwk-set+json"
    keys = jwt.PyJWKSet.from_dict(answer.json())
    kid = jwt.get_unverified_header(tokens["access_token"])["kid"]
    claims = jwt.decode(
        tokens["access_token"], keys[kid].key, algorithms=["EdDSA"], audience="tourbase"
    )
    assert claims["sub"] == str(member.id)
    assert "d" not in answer.json()["keys"][0]


async def test_who_never_set_a_password_is_invited_anew(
    client: httpx.AsyncClient, database: Database, brand: Brand, settings: Settings
) -> None:
    staff = await a_member(database, brand)
    (email,) = await in_full(settings, "select email from staff_users where id = %s", staff)
    newcomer = Member(staff, brand, email)
    assert (await client.post("/auth/sign-in", json=newcomer.said())).status_code == 401

    assert (await client.post("/auth/forgot-password", json=newcomer.said())).status_code == 202

    for _ in range(200):
        if found := await in_full(settings, MAILED, staff):
            break
        await asyncio.sleep(0.05)
    assert found == ("invitation", timedelta(days=7), 1)


async def test_a_code_that_was_used_ends_every_other_code_of_its_owner(
    client: httpx.AsyncClient, made: Parts, member: Member
) -> None:
    older, code = await a_code(made, member), await a_code(made, member)
    said = {"code": code, "password": "a longer new password"}
    assert (await client.post("/auth/password", json=said)).status_code == 204
    again = {"code": older, "password": "the thief's new password"}
    assert (await client.post("/auth/password", json=again)).status_code == 401
    assert (
        await client.post("/auth/sign-in", json=member.said(said["password"]))
    ).status_code == 200


async def test_a_password_that_was_set_lets_whoever_was_locked_out_in(
    client: httpx.AsyncClient, made: Parts, member: Member
) -> None:
    for _ in range(6):
        answer = await client.post("/auth/sign-in", json=member.said("wrong"))
    assert answer.status_code == 429
    said = {"code": await a_code(made, member), "password": "a longer new password"}
    assert (await client.post("/auth/password", json=said)).status_code == 204
    assert (
        await client.post("/auth/sign-in", json=member.said(said["password"]))
    ).status_code == 200


@pytest.mark.parametrize("scheme", ["argon2", "bcrypt"])
async def test_a_sign_in_that_was_under_way_when_the_password_changed_comes_to_nothing(
    made: Parts, database: Database, brand: Brand, settings: Settings, scheme: str
) -> None:
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    member = await a_member_with(
        database, brand, settings, old if scheme == "bcrypt" else CHEAP.hash(PASSWORD)
    )
    fresh = CHEAP.hash("the owner's new password")

    class Slow(Passwords):
        """The owner is faster than whoever compares."""

        async def check(self, password: str, stored: str | None) -> Verdict:
            verdict = await super().check(password, stored)
            session = database.session(a_principal(brand, actor=member.id))
            await session.write(lambda tx: sign_in.set_password(tx, member.id, fresh, now=now()))
            return verdict

    slow = replace(made.gate, passwords=Slow(CHEAP), refuse_after=0)
    thief = Presented(brand.tenant_slug, member.email, PASSWORD, None, "6.6.6.6", None)
    with pytest.raises(Unauthenticated):
        await sign_in_by_password(slow, thief, now=now())

    stored = "select password_hash from staff_passwords where staff_user_id = %s"
    assert await in_full(settings, stored, member.id) == (fresh,)
    sessions = "select count(*) from staff_sessions where staff_user_id = %s"
    assert await in_full(settings, sessions, member.id) == (0,)


async def test_nobody_locks_an_account_for_somebody_elsewhere(
    made: Parts, database: Database, brand: Brand, settings: Settings
) -> None:
    member = await a_member_with(database, brand, settings, CHEAP.hash(PASSWORD))
    gate = replace(made.gate, passwords=Passwords(CHEAP), refuse_after=0)
    attacker = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
    wrong = Presented(brand.tenant_slug, member.email, "wrong", None, attacker, None)
    refused = []
    for _ in range(60):
        with pytest.raises((Unauthenticated, TooManyTries)) as raised:
            await sign_in_by_password(gate, wrong, now=now())
        refused.append(raised.type)
    assert refused == [Unauthenticated] * 5 + [TooManyTries] * 55

    elsewhere = replace(wrong, password=PASSWORD, address="192.0.2.1")
    assert (await sign_in_by_password(gate, elsewhere, now=now())).access_token


async def test_refusals_take_their_time_whoever_is_refused(
    made: Parts, database: Database, brand: Brand, settings: Settings
) -> None:
    """Lower bounds alone: that a refusal is not earlier does not hang on a busy machine."""
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    member = await a_member_with(database, brand, settings, old)
    gate = replace(made.gate, passwords=Passwords(CHEAP), refuse_after=0.2)
    for email in (member.email, "nobody@example.com"):
        given = Presented(brand.tenant_slug, email, "wrong", None, "192.0.2.7", None)
        since = asyncio.get_running_loop().time()
        with pytest.raises(Unauthenticated):
            await sign_in_by_password(gate, given, now=now())
        assert asyncio.get_running_loop().time() - since >= 0.2


TOLD = """
select array_agg(row(kind, actor_role, address)::text order by id)
from events where actor_id = %s
"""


async def test_the_log_tells_of_sessions_refusals_and_passwords_and_from_where(
    client: httpx.AsyncClient, made: Parts, settings: Settings, member: Member
) -> None:
    address = client.headers["x-forwarded-for"]
    await client.post("/auth/sign-in", json=member.said("wrong"))
    nobody = {**member.said(), "email": "nobody@example.com"}
    await client.post("/auth/sign-in", json=nobody)
    first = await signed_in(client, member)
    await client.post("/auth/sign-out", json={"refresh_token": first["refresh_token"]})
    stolen = await signed_in(client, member)
    await refreshed(client, stolen["refresh_token"])
    await refreshed(client, stolen["refresh_token"])
    said = {"code": await a_code(made, member), "password": "a longer new password"}
    await client.post("/auth/password", json=said)

    (told,) = await in_full(settings, TOLD, member.id)

    assert told == [
        f"(SignInRefused,manager,{address})",
        f"(SignedIn,manager,{address})",
        "(SignedOut,manager,)",
        f"(SignedIn,manager,{address})",
        "(RefreshTokenReplayed,manager,)",
        f"(PasswordSet,manager,{address})",
    ]
