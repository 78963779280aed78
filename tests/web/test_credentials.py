"""Who is asking, over HTTP: every credential that is refused, and how."""

from typing import Any

import httpx
import jwt
import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.identity import Brand, Kind
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_customer,
    a_driver,
    a_key,
    a_member,
    an_app,
    as_owner,
    new_id,
    write,
)
from tests.web.conftest import Sign, bearer

VIEWER = {"query": "{ viewer { kind role brand { code } } }"}


async def viewer(client: httpx.AsyncClient, headers: dict[str, str]) -> tuple[int, Any]:
    response = await client.post("/graphql", json=VIEWER, headers=headers)
    body = response.json()
    body.pop("extensions", None)
    return response.status_code, body


def refusal(message: str, code: str) -> dict[str, Any]:
    return {
        "errors": [{"message": message, "extensions": {"code": code, "requestId": "request-1"}}]
    }


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Send a credential in Authorization or X-API-Key."),
        ({"authorization": "Basic abc"}, "Authorization is `Bearer`, a space, and the credential."),
        ({"authorization": "Bearer"}, "Authorization is `Bearer`, a space, and the credential."),
        ({"authorization": "Bearer nonsense"}, "The token is not valid."),
        ({"x-api-key": "pk_test_" + "x" * 43}, "The key is not valid."),
        ({"x-api-key": "sk_live_" + "x" * 43}, "The key is not valid."),
        (
            {"authorization": "Bearer a", "x-api-key": "b"},
            "Authorization and X-API-Key disagree. Send one of them.",
        ),
    ],
)
async def test_a_missing_or_wrong_credential_is_answered_401(
    client: httpx.AsyncClient, headers: dict[str, str], message: str
) -> None:
    response = await client.post(
        "/graphql", json=VIEWER, headers={**headers, "x-request-id": "request-1"}
    )

    assert response.status_code == 401
    assert response.json() == refusal(message, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == 'Bearer realm="tourbase"'


async def test_each_kind_of_caller_is_known_by_its_credential(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    member = await a_member(database, brand, "manager")
    customer = await write(database, brand, a_customer)
    driver = await write(database, brand, a_driver)
    site_key = await write(database, brand, a_key)

    async def partner(tx: Any) -> str:
        return await a_key(tx, "partner", app_id=await an_app(tx))

    credentials = {
        ("STAFF", "manager"): sign(member),
        ("CUSTOMER", "customer"): sign(customer, Kind.CUSTOMER),
        ("DRIVER", "driver"): sign(driver, Kind.DRIVER),
        ("SITE", "site"): site_key,
        ("PARTNER", "partner"): await write(database, brand, partner),
    }
    for (kind, role), credential in credentials.items():
        expected = {"data": {"viewer": {"kind": kind, "role": role, "brand": {"code": brand.code}}}}
        assert await viewer(client, bearer(credential)) == (200, expected)
        assert await viewer(client, {"x-api-key": credential}) == (200, expected)


async def test_an_expired_token_is_told_so(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    token = sign(await a_member(database, brand), minutes=-1)

    status, body = await viewer(client, bearer(token, **{"x-request-id": "request-1"}))

    assert status == 401
    assert body == refusal("The token has expired. Sign in again.", "UNAUTHENTICATED")


async def test_a_token_signed_with_another_key_or_algorithm_is_refused(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    claims = jwt.decode(sign(await a_member(database, brand)), options={"verify_signature": False})
    forged = [
        jwt.encode(claims, "x" * 32, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
    ]
    for token in forged:
        status, body = await viewer(client, bearer(token, **{"x-request-id": "request-1"}))
        assert (status, body) == (401, refusal("The token is not valid.", "UNAUTHENTICATED"))


async def test_an_unknown_subject_and_a_foreign_tenant_are_refused_alike(
    client: httpx.AsyncClient, settings: Settings, database: Database, brand: Brand, sign: Sign
) -> None:
    other = await a_brand(settings)
    member = await a_member(database, brand)
    tokens = [
        sign(new_id()),
        sign(member, tenant=other.tenant_slug),
        sign(member, brand="nobody"),
        sign(member, Kind.CUSTOMER),
    ]
    for token in tokens:
        status, body = await viewer(client, bearer(token, **{"x-request-id": "request-1"}))
        assert (status, body) == (401, refusal("The token is not valid.", "UNAUTHENTICATED"))


async def test_a_revoked_and_an_expired_key_are_refused(
    client: httpx.AsyncClient, database: Database, brand: Brand
) -> None:
    for ended in ({"revoked_at": START}, {"expires_at": START}):
        key = await write(database, brand, lambda tx, ended=ended: a_key(tx, **ended))
        status, body = await viewer(client, {"x-api-key": key, "x-request-id": "request-1"})
        assert (status, body) == (401, refusal("The key is not valid.", "UNAUTHENTICATED"))


async def test_staff_choose_among_their_own_brands_and_no_other(
    client: httpx.AsyncClient, settings: Settings, database: Database, brand: Brand, sign: Sign
) -> None:
    second = await a_brand(settings, tenant=brand, code="nwtc")
    await a_brand(settings, tenant=brand, code="hcwt")
    member = await a_member(database, brand)
    await write(
        database,
        second,
        lambda tx: tx.run(
            "insert into memberships (staff_user_id, role) values (%(id)s, 'viewer')",
            {"id": member},
        ),
    )
    token = sign(member)

    for spelled in ("nwtc", "NWTC"):
        status, body = await viewer(client, bearer(token, **{"x-brand": spelled}))
        assert status == 200
        assert body["data"]["viewer"] == {
            "kind": "STAFF",
            "role": "viewer",
            "brand": {"code": "nwtc"},
        }
    for foreign in ("hcwt", "nobody"):
        refused = await viewer(
            client, bearer(token, **{"x-brand": foreign, "x-request-id": "request-1"})
        )
        message = "This credential is not of the brand that X-Brand names."
        assert refused == (403, refusal(message, "FORBIDDEN"))


async def test_a_site_key_reads_the_catalogue_and_never_a_customer(
    client: httpx.AsyncClient, database: Database, brand: Brand
) -> None:
    await write(database, brand, a_booking)
    key = await write(database, brand, a_key)

    public = await client.post(
        "/graphql",
        json={
            "query": "{ brand { name timeZone } wineries(first: 1) { pageInfo { hasNextPage } } }"
        },
        headers={"x-api-key": key},
    )
    private = await client.post(
        "/graphql",
        json={"query": "{ customers { edges { node { name } } } }"},
        headers={"x-api-key": key},
    )

    assert public.json()["data"]["brand"]["timeZone"] == "America/Los_Angeles"
    assert private.json()["data"] is None
    assert private.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_suspended_tenant_is_let_in_nowhere(
    client: httpx.AsyncClient, settings: Settings, database: Database, brand: Brand
) -> None:
    key = await write(database, brand, a_key)
    await as_owner(
        settings,
        "update tenants set status = 'suspended' where tenant_id = %(id)s",
        {"id": brand.tenant_id},
        tenant=brand.tenant_id,
    )

    status, body = await viewer(client, {"x-api-key": key, "x-request-id": "request-1"})
    assert (status, body) == (401, refusal("The key is not valid.", "UNAUTHENTICATED"))
