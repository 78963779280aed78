"""Single sign-on and the second factor: what the issuer asked for itself is not asked for again."""

from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db.database import Transaction
from domain.identity import Brand
from services.second_factors import begin_totp, confirm_totp
from tests.builders import a_principal, insert
from tests.services.staffing import in_full
from tests.services.trail import FreshIds
from tests.web.conftest import bearer
from tests.web.issuers import Issuer
from tests.web.signing_on import Member, code_in, round_trip, signed_on
from tests.web.test_second_factor import code_at

STRONG: list[dict[str, Any]] = [
    {"amr": ["pwd", "mfa"]},
    {"acr": "https://refeds.org/profile/mfa"},
]
WEAK: list[dict[str, Any]] = [
    {},
    {"amr": ["pwd"]},
    {"amr": "otp"},
    {"acr": "1"},
    {"amr": [["mfa"]]},
]


async def enrolled(made: Parts, member: Member, brand: Brand) -> Callable[[int], str]:
    """Give the member an authenticator; gives its code, so many steps from now."""
    factors, session = made.gate.factors, made.database.session(a_principal(brand, actor=member.id))
    begun = await session.write(lambda tx: begin_totp(tx, factors, now=now(), ids=FreshIds()))

    def code(later: int = 0) -> str:
        return code_at(begun.secret, now().timestamp() + 30 * later)

    shown = code(-1)
    await session.write(lambda tx: confirm_totp(tx, factors, shown, now=now(), ids=FreshIds()))
    return code


async def required(made: Parts, brand: Brand) -> None:
    """The operator asks everybody for a second factor."""
    rule = {"name": "second_factor", "required": True, "version": 1, "changed_at": now()}

    async def work(tx: Transaction) -> None:
        await insert(tx, "security_rules", **rule)

    await made.database.session(a_principal(brand)).write(work)


@pytest.mark.parametrize("said", WEAK, ids=str)
async def test_a_members_own_factor_is_asked_for_unless_the_issuer_did(
    made: Parts,
    browser: httpx.AsyncClient,
    brand: Brand,
    settings: Settings,
    issuer: Issuer,
    member: Member,
    said: dict[str, Any],
) -> None:
    issuer.claims |= said
    code = await enrolled(made, member, brand)
    handed = code_in(await round_trip(browser, issuer, brand))
    answer = await browser.post("/auth/oidc/token", json={"code": handed})
    error = answer.json()["errors"][0]["extensions"]
    assert (answer.status_code, error["code"]) == (401, "SECOND_FACTOR_REQUIRED")
    sessions = "select methods, provider_id is not null from staff_sessions where tenant_id = %s"
    assert await in_full(settings, sessions, brand.tenant_id) == []

    shown = {"challenge": error["challenge"], "code": code(1)}
    answer = await browser.post("/auth/second-factor", json=shown)
    assert answer.status_code == 200, answer.text
    methods = ["fed", "otp", "mfa"]
    assert await in_full(settings, sessions, brand.tenant_id) == [(methods, True)]


@pytest.mark.parametrize("said", STRONG, ids=str)
async def test_who_showed_the_issuer_two_factors_owes_none_here(
    made: Parts,
    browser: httpx.AsyncClient,
    brand: Brand,
    issuer: Issuer,
    member: Member,
    said: dict[str, Any],
) -> None:
    assert member.email
    await required(made, brand)
    weak = await signed_on(browser, issuer, brand)
    answer = await browser.post("/graphql", json=ASKED, headers=bearer(weak["access_token"]))
    assert answer.json()["errors"][0]["extensions"]["code"] == "ENROLMENT_REQUIRED"

    issuer.claims |= said
    tokens = await signed_on(browser, issuer, brand)

    answer = await browser.post("/graphql", json=ASKED, headers=bearer(tokens["access_token"]))
    assert "errors" not in answer.json()
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["amr"] == ["fed", "mfa"]


ASKED = {"query": "{ memberships(first: 1) { edges { node { role } } } }"}
AGES = """
select extract(epoch from created_at - proved_at)::integer from staff_sessions
where tenant_id = %s order by created_at
"""


async def test_a_sign_in_is_as_fresh_as_the_issuer_says_and_no_fresher(
    browser: httpx.AsyncClient, brand: Brand, settings: Settings, issuer: Issuer, member: Member
) -> None:
    assert member.email
    at = int(now().timestamp())
    for auth_time in (at - 5_000, at + 5_000, None):
        issuer.claims["auth_time"] = auth_time
        await signed_on(browser, issuer, brand)
    found = [age for (age,) in await in_full(settings, AGES, brand.tenant_id)]
    # A minute for the way there and back; without a word of the issuer's it is old.
    assert [age // 60 * 60 for age in found] == [4_980, 0, 12 * 3_600]
