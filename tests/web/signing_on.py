"""What tests of single sign-on begin with: a tenant with an issuer, a browser, and the way there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx

from auth.vault import Vault
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db.database import Database
from domain.identity import Brand, Principal
from domain.identity_providers import NewTerms
from domain.sign_on import SignOnRefused
from services.identity_providers import set_identity_provider
from tests.builders import a_member, a_principal
from tests.services.staffing import in_full
from tests.services.trail import FreshIds
from tests.web.issuers import Issuer

STORED = """
select
  (select count(*) from staff_sessions s where s.tenant_id = t.tenant_id),
  (select count(*) from staff_identities s where s.tenant_id = t.tenant_id),
  (select count(*) from staff_users s where s.tenant_id = t.tenant_id),
  (select count(*) from memberships s where s.tenant_id = t.tenant_id)
from tenants t where t.tenant_id = %s
"""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff, with their address."""

    id: UUID
    email: str


async def an_owner(database: Database, brand: Brand) -> Principal:
    return a_principal(brand, actor=await a_member(database, brand, "owner"))


async def set_issuer(
    made: Parts,
    owner: Principal,
    by: Issuer | None = None,
    *,
    version: int = 0,
    secret: str | None = None,
    **named: Any,
) -> UUID:
    """Say by whom the owner's tenant signs in."""
    if by is not None:
        named = {"issuer": by.address, "client_id": by.client_id, **named}
    vault: Vault = made.vault
    id: UUID = await made.database.session(owner).write(
        lambda tx: set_identity_provider(
            tx,
            NewTerms(version, named),
            vault=vault,
            secret=None if secret == "keep" else secret,
            keeps=secret == "keep",
            plain=True,
            now=now(),
            ids=FreshIds(),
        )
    )
    return id


async def known(database: Database, brand: Brand, settings: Settings, role: str) -> Member:
    staff = await a_member(database, brand, role)
    ((email,),) = await in_full(settings, "select email from staff_users where id = %s", staff)
    return Member(staff, email)


async def stored(settings: Settings, brand: Brand) -> tuple[int, ...]:
    """How many sessions, identities, staff users and memberships the tenant has."""
    ((*counts,),) = await in_full(settings, STORED, brand.tenant_id)
    return tuple(counts)


async def begun(client: httpx.AsyncClient, issuer: Issuer, brand: Brand, **more: str) -> str:
    """Set out for the issuer; gives the state."""
    answer = await client.get("/auth/oidc/start", params={"tenant": brand.tenant_slug, **more})
    assert answer.status_code == 302, answer.text
    return issuer.asks(answer.headers["location"])["state"]


async def returned(client: httpx.AsyncClient, state: str, **more: str) -> httpx.Response:
    """Come back from it."""
    issuer_says = {"code": "c", "state": state, **more}
    return await client.get("/auth/oidc/callback", params=issuer_says)


async def round_trip(
    client: httpx.AsyncClient, issuer: Issuer, brand: Brand, **more: str
) -> httpx.Response:
    return await returned(client, await begun(client, issuer, brand, **more))


def code_in(answer: httpx.Response) -> str:
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).fragment)["code"][0]


async def signed_on(
    client: httpx.AsyncClient, issuer: Issuer, brand: Brand, **more: str
) -> dict[str, Any]:
    """All the way, as a page of this server does it."""
    code = code_in(await round_trip(client, issuer, brand, **more))
    answer = await client.post("/auth/oidc/token", json={"code": code})
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def said(answer: httpx.Response) -> tuple[int, str]:
    """The status, and the message that a person reads."""
    error: Mapping[str, Any] = answer.json()["errors"][0]
    assert error["extensions"]["code"] == SignOnRefused.code
    return answer.status_code, str(error["message"])
