"""What an owner says of single sign-on: enforced, changed, removed, and what becomes of sessions."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from auth.passwords import Passwords
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db import sign_in
from db.database import Database
from domain.errors import DomainError, InvalidInput, StaleVersion, Unauthenticated
from domain.identity import Brand, Principal
from domain.identity_providers import ProviderUnproven, Rule, Seats
from domain.sign_on import MESSAGES, SignOnRequired, Why
from services.identity_providers import remove_identity_provider
from services.sign_in import Presented, refresh_session, sign_in_by_password
from tests.builders import a_principal
from tests.services.staffing import in_full
from tests.services.trail import FreshIds
from tests.web.conftest import bearer
from tests.web.issuers import Issuer
from tests.web.signing_on import Member, an_owner, round_trip, said, set_issuer, signed_on
from tests.web.test_federation import VIEWER
from tests.web.test_sign_in import CHEAP, PASSWORD


async def a_password(database: Database, brand: Brand, staff: Any) -> None:
    session = database.session(a_principal(brand, actor=staff))
    at, hashed = now(), CHEAP.hash(PASSWORD)
    await session.write(lambda tx: sign_in.set_password(tx, staff, hashed, now=at))


async def by_password(made: Parts, brand: Brand, email: str) -> str:
    """Sign in; gives the token to go on with."""
    gate = replace(made.gate, passwords=Passwords(CHEAP), refuse_after=0)
    given = Presented(brand.tenant_slug, email, PASSWORD, None, email, None)
    return (await sign_in_by_password(gate, given, now=now())).refresh_token


async def owner_of(settings: Settings, brand: Brand) -> tuple[Principal, str]:
    query = (
        "select s.id, s.email from staff_users s join memberships m on m.staff_user_id = s.id"
        " where m.role = 'owner' and s.tenant_id = %s"
    )
    ((owner, email),) = await in_full(settings, query, brand.tenant_id)
    return a_principal(brand, actor=owner), email


async def test_enforced_members_come_by_the_issuer_alone_and_owners_keep_a_password(
    made: Parts,
    database: Database,
    browser: httpx.AsyncClient,
    brand: Brand,
    settings: Settings,
    issuer: Issuer,
    member: Member,
) -> None:
    owner, address = await owner_of(settings, brand)
    for staff in (member.id, owner.actor_id):
        await a_password(database, brand, staff)
    with pytest.raises(ProviderUnproven):
        await set_issuer(made, owner, version=1, secret="keep", enforced=True)
    tokens = await signed_on(browser, issuer, brand)
    before, owners = [await by_password(made, brand, each) for each in (member.email, address)]

    await set_issuer(made, owner, version=1, secret="keep", enforced=True)

    with pytest.raises(SignOnRequired, match=f"tenant={brand.tenant_slug}"):
        await by_password(made, brand, member.email)
    with pytest.raises(Unauthenticated):
        await refresh_session(made.gate, before, now=now())
    await refresh_session(made.gate, owners, now=now())
    await by_password(made, brand, address)
    headers = bearer(tokens["access_token"])
    assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 200
    await signed_on(browser, issuer, brand)


async def test_who_does_not_know_the_password_does_not_learn_that_it_counts_no_more(
    made: Parts,
    browser: httpx.AsyncClient,
    brand: Brand,
    settings: Settings,
    issuer: Issuer,
    member: Member,
) -> None:
    owner, _ = await owner_of(settings, brand)
    await signed_on(browser, issuer, brand)
    await set_issuer(made, owner, version=1, secret="keep", enforced=True)
    with pytest.raises(Unauthenticated):
        await by_password(made, brand, member.email)


@pytest.mark.usefixtures("member")
async def test_what_a_removed_issuer_began_is_over_and_nobody_is_sent_there(
    made: Parts,
    browser: httpx.AsyncClient,
    brand: Brand,
    settings: Settings,
    issuer: Issuer,
) -> None:
    owner, _ = await owner_of(settings, brand)
    tokens = await signed_on(browser, issuer, brand)
    handed = await round_trip(browser, issuer, brand)
    code = handed.headers["location"].partition("#code=")[2]
    query = "select id from identity_providers where tenant_id = %s"
    ((provider,),) = await in_full(settings, query, brand.tenant_id)

    await made.database.session(owner).write(
        lambda tx: remove_identity_provider(
            tx, provider, expected_version=1, now=now(), ids=FreshIds()
        )
    )

    headers = bearer(tokens["access_token"])
    assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 401
    again = {"refresh_token": tokens["refresh_token"]}
    assert (await browser.post("/auth/refresh", json=again)).status_code == 401
    answer = await browser.post("/auth/oidc/token", json={"code": code})
    assert said(answer) == (403, MESSAGES[Why.PROVIDER_CHANGED])
    answer = await browser.get("/auth/oidc/start", params={"tenant": brand.tenant_slug})
    assert said(answer) == (403, MESSAGES[Why.NO_PROVIDER])


async def test_no_issuer_is_sent_the_secret_of_another(
    made: Parts, database: Database, brand: Brand, settings: Settings, issuer: Issuer
) -> None:
    owner = await an_owner(database, brand)
    await set_issuer(made, owner, issuer, secret="the-secret")
    with pytest.raises(InvalidInput, match="another secret"):
        await set_issuer(
            made, owner, version=1, secret="keep", issuer=f"{issuer.address}/elsewhere"
        )
    secrets = "select count(*) from sealed_secrets where tenant_id = %s"
    assert await in_full(settings, secrets, brand.tenant_id) == [(1,)]
    await set_issuer(made, owner, version=1, secret=None, issuer=f"{issuer.address}/elsewhere")
    assert await in_full(settings, secrets, brand.tenant_id) == [(0,)]


REFUSED: dict[str, tuple[dict[str, Any], type[DomainError], str]] = {
    "no address": ({"issuer": "acme"}, InvalidInput, "issuer"),
    "a query": ({"issuer": "https://id.example/?a=b"}, InvalidInput, "issuer"),
    "a user": ({"issuer": "https://u:p@id.example"}, InvalidInput, "issuer"),
    "a script": ({"issuer": "javascript:alert(1)"}, InvalidInput, "issuer"),
    "no openid": ({"scopes": ("email",)}, InvalidInput, "scopes"),
    "an owner": ({"fallback": Seats("owner")}, InvalidInput, "fallback"),
    "an owner by rule": (
        {"role_claim": ("g",), "rules": (Rule("x", Seats("owner")),)},
        InvalidInput,
        "rules",
    ),
    "rules of no claim": ({"rules": (Rule("x", Seats("viewer")),)}, InvalidInput, "roleClaim"),
    "strangers of any domain": (
        {"provisioning": "just_in_time", "fallback": Seats("viewer")},
        InvalidInput,
        "emailDomains",
    ),
    "strangers without a role": (
        {"provisioning": "just_in_time", "email_domains": ("a.example",)},
        InvalidInput,
        "rules",
    ),
    "no brand": ({"fallback": Seats("viewer", ("NOT A CODE",))}, InvalidInput, "fallback"),
}


@pytest.mark.parametrize(("named", "error", "path"), REFUSED.values(), ids=REFUSED)
async def test_what_makes_no_sense_is_refused_and_nothing_is_stored(
    made: Parts,
    database: Database,
    brand: Brand,
    settings: Settings,
    named: dict[str, Any],
    error: type[DomainError],
    path: str,
) -> None:
    right = {"issuer": "https://id.example", "client_id": "c"}
    with pytest.raises(error) as raised:
        await set_issuer(made, await an_owner(database, brand), **{**right, **named})
    assert raised.value.path == path
    rows = "select count(*) from identity_providers where tenant_id = %s"
    assert await in_full(settings, rows, brand.tenant_id) == [(0,)]


async def test_a_stale_version_changes_nothing(
    made: Parts, database: Database, brand: Brand, settings: Settings, issuer: Issuer
) -> None:
    owner = await an_owner(database, brand)
    await set_issuer(made, owner, issuer)
    for version in (0, 2):
        with pytest.raises(StaleVersion):
            await set_issuer(made, owner, version=version, secret="keep", scopes=("openid",))
    rows = "select scopes, version from identity_providers where tenant_id = %s"
    scopes = ["openid", "email", "profile"]
    assert await in_full(settings, rows, brand.tenant_id) == [(scopes, 1)]
