"""A second factor over HTTP: what a password alone is worth then, and how a session proves anew."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv6Address
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from auth.passwords import Passwords
from auth.session_tokens import Challenge
from auth.tokens import Claims
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db.database import Database
from domain.identity import Brand, Kind
from tests.builders import new_id
from tests.web.conftest import a_client, bearer, served
from tests.web.test_sign_in import (
    CHEAP,
    PASSWORD,
    Member,
    a_code,
    a_member_with,
    code_of,
    in_full,
    refreshed,
    signed_in,
)

STEP = 30
BEGIN = "mutation { beginTotp { secret uri errors { code } } }"
CONFIRM = """
mutation ($code: String!) { confirmTotp(input: { code: $code }) {
  secondFactor { confirmedAt recoveryCodesLeft required } recoveryCodes errors { code path } } }
"""
STATE = "{ secondFactor { confirmedAt recoveryCodesLeft required ruleVersion } }"
REQUIRE = """
mutation ($required: Boolean!, $version: Int!) {
  requireSecondFactor(input: { required: $required, expectedVersion: $version }) {
    secondFactor { required ruleVersion } errors { code message } } }
"""
KINDS = "select array_agg(kind order by id) from events where entity_id = %s"


@dataclass(frozen=True, slots=True)
class Caller:
    """A session, and what to ask with."""

    client: httpx.AsyncClient
    token: str

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        answer = await self.client.post(
            "/graphql",
            json={"query": document, "variables": variables},
            headers=bearer(self.token),
        )
        body: dict[str, Any] = answer.json()
        return body

    async def does(self, document: str, **variables: Any) -> Any:
        """What the one field of a document answers, which is no refusal."""
        body = await self.ask(document, **variables)
        assert "errors" not in body, body
        ((_, payload),) = body["data"].items()
        if isinstance(payload, dict):
            assert payload.pop("errors", []) == []
        return payload

    async def codes(self, document: str, **variables: Any) -> list[str]:
        """The codes of a refusal, wherever it stands."""
        body = await self.ask(document, **variables)
        if body.get("errors"):
            return [each["extensions"]["code"] for each in body["errors"]]
        ((_, payload),) = body["data"].items()
        return [each["code"] for each in payload["errors"]]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A member's authenticator, and the codes for when it is lost."""

    secret: str
    recovery: list[str]

    def code(self, later: int = 0) -> str:
        return code_at(self.secret, time.time() + later * STEP)


def code_at(secret: str, at: float) -> str:
    algorithm = SHA1()  # noqa: S303 - what authenticators know
    return TOTP(base64.b32decode(secret), 6, algorithm, STEP).generate(at).decode()


@pytest.fixture(scope="module")
async def gate(made: Parts) -> AsyncIterator[str]:
    quick = replace(made.gate, passwords=Passwords(CHEAP), refuse_after=0)
    async with served(replace(made, gate=quick)) as address:
        yield address


@pytest.fixture
async def client(gate: str) -> AsyncIterator[httpx.AsyncClient]:
    """From an address of the test's own."""
    headers = {"x-forwarded-for": str(IPv6Address(new_id().int))}
    async with a_client(gate, headers=headers) as client:
        yield client


@pytest.fixture
async def member(database: Database, brand: Brand, settings: Settings) -> Member:
    return await a_member_with(database, brand, settings, CHEAP.hash(PASSWORD))


async def begin(client: httpx.AsyncClient, member: Member) -> Caller:
    return Caller(client, (await signed_in(client, member))["access_token"])


async def enrol(caller: Caller) -> Enrolled:
    begun = await caller.does(BEGIN)
    done = await caller.does(CONFIRM, code=code_at(begun["secret"], time.time()))
    return Enrolled(begun["secret"], done["recoveryCodes"])


async def challenged(client: httpx.AsyncClient, member: Member, **more: str) -> str:
    answer = await client.post("/auth/sign-in", json=member.said(**more))
    assert (answer.status_code, code_of(answer)) == (401, "SECOND_FACTOR_REQUIRED"), answer.text
    challenge: str = answer.json()["errors"][0]["extensions"]["challenge"]
    return challenge


async def answered(client: httpx.AsyncClient, challenge: str, code: str) -> httpx.Response:
    said = {"challenge": challenge, "code": code}
    return await client.post("/auth/second-factor", json=said)


async def test_a_member_enrols_and_signs_in_with_both(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    enrolled = await enrol(await begin(client, member))
    assert len(set(enrolled.recovery)) == 10

    challenge = await challenged(client, member)
    answer = await answered(client, challenge, enrolled.code(later=1))

    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["amr"] == ["pwd", "otp", "mfa"]
    assert abs(claims["auth_time"] - time.time()) < 30
    state = await Caller(client, tokens["access_token"]).does(STATE)
    assert state["confirmedAt"] is not None
    assert (state["recoveryCodesLeft"], state["required"], state["ruleVersion"]) == (10, False, 0)
    again = await refreshed(client, tokens["refresh_token"])
    assert (await Caller(client, again.json()["access_token"]).does(STATE)) == state
    assert (await in_full(settings, KINDS, member.id)) == (["SecondFactorEnrolled"],)


async def test_nothing_of_a_secret_is_stored_but_sealed_or_as_a_digest(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    enrolled = await enrol(await begin(client, member))
    stored = """
    select (select string_agg(e::text, '') from events e where tenant_id = o.id)
      || (select string_agg(c::text, '') from staff_recovery_codes c where tenant_id = o.id)
      || (select string_agg(s::text, '') from sealed_secrets s where tenant_id = o.id)
      || (select string_agg(f::text, '') from staff_factors f where tenant_id = o.id)
    from (values (%s::integer)) as o (id)
    """
    (text,) = await in_full(settings, stored, member.brand.tenant_id)
    raw = base64.b32decode(enrolled.secret)
    for secret in (enrolled.secret, raw.hex(), *enrolled.recovery):
        assert secret not in text
        assert secret.replace("-", "").lower() not in text.lower()


async def test_a_wrong_password_says_nothing_of_a_second_factor(
    client: httpx.AsyncClient, member: Member
) -> None:
    await enrol(await begin(client, member))
    said = [member.said("wrong"), member.said() | {"email": "nobody@example.com"}]
    answers = [(await client.post("/auth/sign-in", json=each)) for each in said]
    told = [(each.status_code, each.json()["errors"][0]) for each in answers]
    for _, error in told:
        error["extensions"].pop("requestId")
    assert told[0] == told[1]
    assert told[0][1]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_code_is_good_once_though_it_is_shown_twice_at_once(
    client: httpx.AsyncClient, member: Member
) -> None:
    enrolled = await enrol(await begin(client, member))
    used = await answered(client, await challenged(client, member), enrolled.code())
    assert (used.status_code, code_of(used)) == (401, "UNAUTHENTICATED")

    challenges = [await challenged(client, member) for _ in range(3)]
    code = enrolled.code(later=1)
    answers = await asyncio.gather(*(answered(client, each, code) for each in challenges))

    assert sorted(each.status_code for each in answers) == [200, 401, 401]


async def test_a_challenge_begins_one_session(client: httpx.AsyncClient, member: Member) -> None:
    enrolled = await enrol(await begin(client, member))
    challenge = await challenged(client, member)
    answers = await asyncio.gather(
        *(answered(client, challenge, code) for code in enrolled.recovery[:3])
    )
    assert sorted(each.status_code for each in answers) == [200, 401, 401]
    assert (await answered(client, challenge, enrolled.code(later=1))).status_code == 401


async def test_a_challenge_that_is_over_forged_or_of_another_purpose_begins_nothing(
    client: httpx.AsyncClient, made: Parts, settings: Settings, member: Member
) -> None:
    tokens = await signed_in(client, member)
    enrolled = await enrol(Caller(client, tokens["access_token"]))
    (at,) = await in_full(
        settings, "select changed_at from staff_passwords where staff_user_id = %s", member.id
    )
    brand = member.brand
    asked = Challenge(member.id, brand.tenant_slug, brand.code, new_id(), at)
    wrong = {
        "over": made.gate.challenges.sign(asked, now=now() - timedelta(minutes=6)),
        "of another password": made.gate.challenges.sign(
            replace(asked, password_at=at - timedelta(seconds=1)), now=now()
        ),
        "of nobody": made.gate.challenges.sign(replace(asked, staff_id=new_id()), now=now()),
        "forged": "ch_forged",
        "an access token": tokens["access_token"],
        "a refresh token": tokens["refresh_token"],
    }
    statuses = {
        name: (await answered(client, each, enrolled.code(later=1))).status_code
        for name, each in wrong.items()
    }
    assert statuses == dict.fromkeys(wrong, 401)
    right = made.gate.challenges.sign(asked, now=now())
    assert (await answered(client, right, enrolled.code(later=1))).status_code == 200


async def test_a_recovery_code_is_good_once_and_told(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    enrolled = await enrol(await begin(client, member))
    code = enrolled.recovery[3].lower().replace("-", " ")
    first = await answered(client, await challenged(client, member), code)
    assert first.status_code == 200
    again = await answered(client, await challenged(client, member), code)
    assert again.status_code == 401

    caller = Caller(client, first.json()["access_token"])
    assert (await caller.does(STATE))["recoveryCodesLeft"] == 9
    renewed = await caller.does("mutation { renewRecoveryCodes { recoveryCodes errors { code } } }")
    old = await answered(client, await challenged(client, member), enrolled.recovery[4])
    new = await answered(client, await challenged(client, member), renewed["recoveryCodes"][0])
    assert (old.status_code, new.status_code) == (401, 200)
    assert (await in_full(settings, KINDS, member.id))[0] == [
        "SecondFactorEnrolled",
        "RecoveryCodeUsed",
        "RecoveryCodesRenewed",
        "RecoveryCodeUsed",
    ]


async def test_the_sixth_code_from_one_place_waits_and_elsewhere_one_may_try(
    client: httpx.AsyncClient, gate: str, member: Member
) -> None:
    enrolled = await enrol(await begin(client, member))
    challenge = await challenged(client, member)
    for _ in range(5):
        assert (await answered(client, challenge, "000000")).status_code == 401
    late = await answered(client, challenge, enrolled.code(later=1))
    assert (late.status_code, code_of(late)) == (429, "TOO_MANY_REQUESTS")
    assert 0 < int(late.headers["retry-after"]) <= 900

    headers = {"x-forwarded-for": str(IPv6Address(new_id().int))}
    async with a_client(gate, headers=headers) as elsewhere:
        assert (await answered(elsewhere, challenge, enrolled.code(later=1))).status_code == 200


async def test_a_new_password_is_no_way_round_the_second_factor(
    client: httpx.AsyncClient, made: Parts, member: Member
) -> None:
    enrolled = await enrol(await begin(client, member))
    stale = await challenged(client, member)
    fresh = "a longer new password"
    said = {"code": await a_code(made, member), "password": fresh}
    assert (await client.post("/auth/password", json=said)).status_code == 204

    assert (await answered(client, stale, enrolled.code(later=1))).status_code == 401
    challenge = await challenged(client, member, password=fresh)
    assert (await answered(client, challenge, enrolled.code(later=1))).status_code == 200


async def test_what_is_not_confirmed_does_not_count_and_a_wrong_code_confirms_nothing(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    caller = await begin(client, member)
    assert await caller.codes(CONFIRM, code="123456") == ["WRONG_STATE"]
    first, begun = await caller.does(BEGIN), await caller.does(BEGIN)
    assert first["secret"] != begun["secret"]
    assert await caller.codes(CONFIRM, code=code_at(first["secret"], time.time())) == ["WRONG_CODE"]

    assert (await caller.does(STATE))["confirmedAt"] is None
    assert "access_token" in await signed_in(client, member)
    kept = "select count(*) from sealed_secrets where owner_id = %s"
    assert await in_full(settings, kept, member.id) == (1,)
    assert await in_full(settings, KINDS, member.id) == (None,)


async def test_whoever_enrols_ends_their_other_sessions(
    client: httpx.AsyncClient, member: Member
) -> None:
    other, caller = await begin(client, member), await begin(client, member)
    await enrol(caller)
    assert await other.codes(STATE) == ["UNAUTHENTICATED"]
    assert await caller.codes(BEGIN) == ["WRONG_STATE"]
    assert (await caller.does(STATE))["confirmedAt"] is not None


async def test_a_second_factor_is_removed_with_its_secret_and_codes(
    client: httpx.AsyncClient, settings: Settings, member: Member
) -> None:
    caller = await begin(client, member)
    await enrol(caller)
    remove = "mutation { removeTotp { secondFactor { confirmedAt } errors { code } } }"
    assert await caller.does(remove) == {"secondFactor": {"confirmedAt": None}}
    assert await caller.codes(remove) == ["WRONG_STATE"]
    left = """
    select (select count(*) from staff_factors where staff_user_id = w.id)
      + (select count(*) from staff_recovery_codes where staff_user_id = w.id)
      + (select count(*) from sealed_secrets where owner_id = w.id)
    from (values (%s::uuid)) as w (id)
    """
    assert await in_full(settings, left, member.id) == (0,)
    assert "access_token" in await signed_in(client, member)


async def test_where_it_is_required_a_member_without_it_can_do_nothing_but_enrol(
    client: httpx.AsyncClient, database: Database, brand: Brand, settings: Settings
) -> None:
    hashed = CHEAP.hash(PASSWORD)
    owner, manager = [
        await a_member_with(database, brand, settings, hashed, role)
        for role in ("owner", "manager")
    ]
    owns, works = await begin(client, owner), await begin(client, manager)
    assert await owns.codes(REQUIRE, required=True, version=0) == ["WRONG_STATE"]
    await enrol(owns)
    assert await works.codes(REQUIRE, required=True, version=0) == ["FORBIDDEN"]
    ruled = await owns.does(REQUIRE, required=True, version=0)
    assert ruled == {"secondFactor": {"required": True, "ruleVersion": 1}}
    assert await owns.codes(REQUIRE, required=False, version=0) == ["STALE_VERSION"]

    bookings = "{ bookings { edges { node { id } } } }"
    assert await works.codes(bookings) == ["ENROLMENT_REQUIRED"]
    late = await begin(client, manager)
    assert await late.codes(bookings) == ["ENROLMENT_REQUIRED"]
    assert (await late.does("{ viewer { role } }")) == {"role": "manager"}
    await enrol(late)
    assert await late.does(bookings) == {"edges": []}
    assert await owns.does(bookings) == {"edges": []}
    told = "select kind, changes from events where tenant_id = %s and entity = 'security_rule'"
    assert await in_full(settings, told, brand.tenant_id) == (
        "SecondFactorRuleSet",
        {"required": [None, True]},
    )


def aged(made: Parts, caller: Caller, minutes: float) -> Caller:
    """The same session, whose token says that it proved who is asking so long ago."""
    claims = made.tokens.verify(caller.token)
    old = replace(claims, proved_at=now() - timedelta(minutes=minutes))
    return replace(caller, token=made.tokens.sign(old, now=now(), lifetime=timedelta(minutes=15)))


async def age(settings: Settings, member: Member) -> None:
    """The member's sessions proved who is asking eleven minutes ago."""
    statement = (
        "update staff_sessions set created_at = created_at - interval '11 minutes',"
        " proved_at = proved_at - interval '11 minutes' where staff_user_id = %s"
    )
    await in_full(settings, statement, member.id)


async def proves(caller: Caller, **said: str) -> httpx.Response:
    return await caller.client.post("/auth/step-up", json=said, headers=bearer(caller.token))


async def test_an_old_proof_is_renewed_by_the_password(
    client: httpx.AsyncClient, made: Parts, settings: Settings, member: Member
) -> None:
    caller = aged(made, await begin(client, member), 11)
    await age(settings, member)
    assert await caller.codes(BEGIN) == ["REAUTHENTICATION_REQUIRED"]
    wrong = await proves(caller, password="wrong")
    assert (wrong.status_code, code_of(wrong)) == (401, "UNAUTHENTICATED")
    assert await caller.codes(BEGIN) == ["REAUTHENTICATION_REQUIRED"]

    answer = await proves(caller, password=PASSWORD)

    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["amr"] == ["pwd"]
    assert abs(claims["auth_time"] - time.time()) < 30
    renewed = Caller(client, answer.json()["access_token"])
    assert (await renewed.does(BEGIN))["secret"]
    assert (await caller.does(BEGIN))["secret"], "the session has proved it, whatever its token"


async def test_whoever_has_a_second_factor_proves_themselves_by_it_alone(
    client: httpx.AsyncClient, made: Parts, settings: Settings, member: Member
) -> None:
    caller = await begin(client, member)
    enrolled = await enrol(caller)
    caller = aged(made, caller, 11)
    await age(settings, member)
    remove = "mutation { removeTotp { errors { code } } }"
    assert await caller.codes(remove) == ["REAUTHENTICATION_REQUIRED"]
    password = await proves(caller, password=PASSWORD)
    assert (password.status_code, code_of(password)) == (401, "SECOND_FACTOR_REQUIRED")
    assert "challenge" not in password.json()["errors"][0]["extensions"]
    assert (await proves(caller, code=enrolled.code())).status_code == 401, "it was used"

    answer = await proves(caller, code=enrolled.code(later=1))

    assert answer.status_code == 200
    assert await Caller(client, answer.json()["access_token"]).does(remove) == {}


async def test_tries_of_a_proof_are_counted(client: httpx.AsyncClient, member: Member) -> None:
    caller = await begin(client, member)
    statuses = [(await proves(caller, password="wrong")).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert (await proves(caller, password=PASSWORD)).status_code == 429


async def test_only_a_session_of_staff_proves_anew_who_is_asking(
    client: httpx.AsyncClient, made: Parts, member: Member
) -> None:
    brand = member.brand
    of_none = Claims(Kind.STAFF, member.id, brand.tenant_slug, brand.code)
    over = replace(of_none, session=new_id())
    tokens = [
        made.tokens.sign(claims, now=now(), lifetime=timedelta(minutes=15))
        for claims in (of_none, over, replace(over, kind=Kind.CUSTOMER))
    ]
    statuses = [
        (await proves(Caller(client, token), password=PASSWORD)).status_code
        for token in (*tokens, "forged")
    ]
    assert statuses == [401] * 4
    caller = await begin(client, member)
    assert (await proves(caller)).status_code == 400
    assert (await proves(caller, password=PASSWORD, code="123456")).status_code == 400
    nobody = await client.post("/auth/step-up", json={"password": PASSWORD})
    assert nobody.status_code == 401
    no_factor = await proves(caller, code="123456")
    assert (no_factor.status_code, code_of(no_factor)) == (400, "BAD_USER_INPUT")


async def test_a_session_of_before_counts_from_its_beginning(
    client: httpx.AsyncClient, made: Parts, settings: Settings, member: Member
) -> None:
    caller = aged(made, await begin(client, member), 11)
    unknown = "update staff_sessions set proved_at = null where staff_user_id = %s"
    await in_full(settings, unknown, member.id)
    assert (await caller.does(BEGIN))["secret"]
    await age(settings, member)
    assert await caller.codes(BEGIN) == ["REAUTHENTICATION_REQUIRED"]


async def test_of_two_proofs_by_one_code_at_once_one_counts(
    client: httpx.AsyncClient, member: Member
) -> None:
    caller = await begin(client, member)
    enrolled = await enrol(caller)
    code = enrolled.code(later=1)
    answers = await asyncio.gather(*(proves(caller, code=code) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 401, 401, 401]
