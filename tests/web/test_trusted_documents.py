"""Documents by their digest over HTTP and sockets, and keys that are locked to them."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest

from bootstrap.wiring import Parts, parts
from db.database import Database
from domain.identity import Brand
from schema.global_ids import encode
from tests.builders import a_brand, a_key, a_member, an_app, write
from tests.web.conftest import Sign, a_client, bearer, served
from tests.web.test_sockets import codes
from tests.web.test_subscriptions import receive, send, socket
from web.prepared import prepared

BRAND = "query OurBrand { brand { code } }"
CODE = "query($slug: String!) { winery(slug: $slug) { name } }"
NAMED = "query ($documentId: String!) { winery(slug: $documentId) { name } }"
RETIRES = 'mutation { retireTrustedDocument(input: {id: "", expectedVersion: 1}) { __typename } }'
LOCK = """
mutation ($id: ID!, $lock: DocumentLock!) {
  setDocumentLock(input: {appId: $id, lock: $lock, expectedVersion: 1}) {
    app { documentLock version } errors { code }
  }
}
"""
STRICT = {"accept": "application/graphql-response+json"}
PUSH = """
mutation ($input: PushTrustedDocumentsInput!) {
  pushTrustedDocuments(input: $input) { stored unchanged errors { code message path } }
}
"""


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def by_id(text: str, **more: Any) -> dict[str, Any]:
    return {"documentId": f"sha256:{digest(text)}", **more}


def automatic(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}}


async def told(client: httpx.AsyncClient, key: str, body: Mapping[str, Any]) -> Any:
    """The data of an answer, or the code of its first error."""
    answer = (await client.post("/graphql", json=body, headers={"x-api-key": key})).json()
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else answer["data"]


class Site:
    """An app of the brand with a live key, a test key and a key of its build server."""

    def __init__(self, app_id: UUID, live: str, test: str, ci: str) -> None:
        self.app_id, self.live, self.test, self.ci = app_id, live, test, ci

    async def push(self, client: httpx.AsyncClient, *texts: str) -> Any:
        documents = [{"text": text} for text in texts]
        body = {"query": PUSH, "variables": {"input": {"documents": documents}}}
        return (await told(client, self.ci, body))["pushTrustedDocuments"]


@pytest.fixture
async def site(database: Database, brand: Brand) -> Site:
    return await a_site(database, brand)


async def a_site(database: Database, brand: Brand, kind: str = "site") -> Site:
    app_id = await write(database, brand, lambda tx: an_app(tx, kind=kind))
    live = await write(database, brand, lambda tx: a_key(tx, kind, app_id=app_id, mode="live"))
    test = await write(database, brand, lambda tx: a_key(tx, kind, app_id=app_id))
    ci = await write(database, brand, lambda tx: a_key(tx, "ci", app_id=app_id, mode="live"))
    return Site(app_id, live, test, ci)


async def test_a_live_key_of_a_website_sends_what_was_pushed_and_nothing_else(
    client: httpx.AsyncClient, brand: Brand, site: Site
) -> None:
    ours = {"brand": {"code": brand.code}}
    assert await told(client, site.live, {"query": BRAND}) == "DOCUMENT_NOT_TRUSTED"
    assert await told(client, site.live, by_id(BRAND)) == "DOCUMENT_NOT_TRUSTED"
    assert await told(client, site.test, {"query": BRAND}) == ours

    assert await site.push(client, BRAND) == {"stored": 1, "unchanged": 0, "errors": []}

    assert await told(client, site.live, by_id(BRAND)) == ours
    assert await told(client, site.live, {"query": BRAND}) == ours
    assert await told(client, site.live, automatic(BRAND)) == ours
    assert await told(client, site.live, {"query": BRAND, **by_id(BRAND)}) == ours
    assert await told(client, site.test, by_id(BRAND)) == ours
    assert await told(client, site.live, {"query": f"{BRAND} "}) == "DOCUMENT_NOT_TRUSTED"
    assert await told(client, site.live, automatic(CODE)) == "DOCUMENT_NOT_TRUSTED"


async def test_what_is_not_trusted_is_refused_before_it_is_parsed(
    client: httpx.AsyncClient, site: Site
) -> None:
    answer = await client.post(
        "/graphql", json={"query": "{ never parsed"}, headers={"x-api-key": site.live, **STRICT}
    )

    assert answer.status_code == 403
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
    assert "tourbase documents push" in error["message"]


async def test_the_operations_of_the_house_are_trusted_for_every_app(
    client: httpx.AsyncClient, site: Site
) -> None:
    [who] = [each.document for each in prepared() if each.name == "WhoAmI"]

    by_text = await told(client, site.live, {"query": who})

    assert by_text["viewer"]["kind"] == "SITE"
    assert await told(client, site.live, by_id(who)) == by_text
    assert await told(client, site.test, by_id(who)) == by_text


async def test_a_retired_document_is_refused_at_once_and_a_push_brings_it_back(
    client: httpx.AsyncClient, database: Database, brand: Brand, site: Site, sign: Sign
) -> None:
    owner = await a_member(database, brand)
    await site.push(client, BRAND)
    listed = "{ trustedDocuments(filter: {inForce: true}) { edges { node { id version } } } }"
    retire = """mutation ($id: ID!) {
      retireTrustedDocument(input: {id: $id, expectedVersion: 1}) {
        document { version retiredAt } errors { code }
      }
    }"""

    found = (
        await client.post("/graphql", json={"query": listed}, headers=bearer(sign(owner)))
    ).json()
    [edge] = found["data"]["trustedDocuments"]["edges"]
    body = {"query": retire, "variables": {"id": edge["node"]["id"]}}
    retired = (await client.post("/graphql", json=body, headers=bearer(sign(owner)))).json()
    again = (await client.post("/graphql", json=body, headers=bearer(sign(owner)))).json()

    assert retired["data"]["retireTrustedDocument"]["document"]["version"] == 2
    assert again["data"]["retireTrustedDocument"]["errors"] == [{"code": "STALE_VERSION"}]
    assert await told(client, site.live, by_id(BRAND)) == "DOCUMENT_NOT_TRUSTED"
    assert await told(client, site.live, {"query": BRAND}) == "DOCUMENT_NOT_TRUSTED"
    assert await site.push(client, BRAND) == {"stored": 1, "unchanged": 0, "errors": []}
    assert await told(client, site.live, by_id(BRAND)) == {"brand": {"code": brand.code}}


async def test_another_process_hears_of_a_push_and_of_a_retirement_without_waiting(
    made: Parts, client: httpx.AsyncClient, database: Database, brand: Brand, site: Site, sign: Sign
) -> None:
    owner = await a_member(database, brand)
    ours = {"brand": {"code": brand.code}}
    async with parts(made.settings) as other, served(other) as address, a_client(address) as there:
        assert await told(there, site.live, by_id(BRAND)) == "DOCUMENT_NOT_TRUSTED"
        await site.push(client, BRAND)
        assert await told(there, site.live, by_id(BRAND)) == ours

        body = {"query": LOCK, "variables": {"id": encode("App", site.app_id), "lock": "OPEN"}}
        opened = (await client.post("/graphql", json=body, headers=bearer(sign(owner)))).json()
        assert opened["data"]["setDocumentLock"] == {
            "app": {"documentLock": "OPEN", "version": 2},
            "errors": [],
        }
        assert await told(there, site.live, {"query": f"{BRAND} "}) == ours


async def test_a_key_pushes_for_its_own_app_and_does_nothing_else(
    client: httpx.AsyncClient, database: Database, brand: Brand, site: Site
) -> None:
    other = await a_site(database, brand)
    documents = [{"text": BRAND}]
    foreign = {"appId": encode("App", other.app_id), "documents": documents}

    assert (
        await told(client, site.ci, {"query": PUSH, "variables": {"input": foreign}}) == "FORBIDDEN"
    )
    assert await told(client, site.ci, {"query": BRAND}) == "FORBIDDEN"
    assert (
        await told(client, site.test, {"query": PUSH, "variables": {"input": foreign}})
        == "FORBIDDEN"
    )
    assert await told(client, other.live, by_id(BRAND)) == "DOCUMENT_NOT_TRUSTED"
    assert await told(client, site.live, by_id(BRAND)) == "DOCUMENT_NOT_TRUSTED"


async def test_a_document_of_one_app_is_none_of_anothers_of_its_brand_or_of_another_brand(
    made: Parts, client: httpx.AsyncClient, database: Database, brand: Brand, site: Site
) -> None:
    beside = await a_site(database, brand)
    elsewhere = await a_site(database, await a_brand(made.settings))
    await site.push(client, BRAND)

    for other in (beside, elsewhere):
        assert await told(client, other.live, {"query": BRAND}) == "DOCUMENT_NOT_TRUSTED"
        assert await told(client, other.live, by_id(BRAND)) == "DOCUMENT_NOT_TRUSTED"
        assert await told(client, other.test, by_id(BRAND)) == "DOCUMENT_NOT_FOUND"


async def test_a_partner_is_free_unless_its_app_is_locked(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    partner = await a_site(database, brand, "partner")
    ours = {"brand": {"code": brand.code}}
    assert await told(client, partner.live, {"query": BRAND}) == ours

    owner = await a_member(database, brand)
    body = {"query": LOCK, "variables": {"id": encode("App", partner.app_id), "lock": "TRUSTED"}}
    await client.post("/graphql", json=body, headers=bearer(sign(owner)))

    assert await told(client, partner.live, {"query": BRAND}) == "DOCUMENT_NOT_TRUSTED"
    assert await told(client, partner.test, {"query": BRAND}) == ours
    assert (await partner.push(client, BRAND))["stored"] == 1
    assert await told(client, partner.live, {"query": BRAND}) == ours


async def test_a_document_is_asked_for_by_get_and_a_mutation_is_not(
    client: httpx.AsyncClient, brand: Brand, site: Site
) -> None:
    await site.push(client, BRAND, RETIRES, NAMED)
    ours = {"brand": {"code": brand.code}}
    headers = {"x-api-key": site.live, "accept": "*/*"}

    async def got(**params: str) -> tuple[int, Any]:
        answer = await client.get("/graphql", params=params, headers=headers)
        return answer.status_code, answer.json()

    by_its_id = await got(documentId=f"sha256:{digest(BRAND)}")
    by_extension = await got(extensions=json.dumps(automatic(BRAND)["extensions"]))
    for status, answer in (by_its_id, by_extension):
        assert (status, answer["data"]) == (200, ours)
    variables = json.dumps({"documentId": "kept"})
    status, answer = await got(documentId=f"sha256:{digest(NAMED)}", variables=variables)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (200, "NOT_FOUND")
    status, answer = await got(documentId=f"sha256:{digest(RETIRES)}")
    assert (status, answer["errors"][0]["message"]) == (405, "A mutation is sent by POST.")
    assert (await client.get("/graphql", headers=headers)).status_code == 400


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"documentId": "sha256:abc"}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": digest(BRAND)}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": f"SHA256:{digest(BRAND)}"}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": 7}, "DOCUMENT_NOT_FOUND"),
        (by_id(BRAND), "DOCUMENT_NOT_FOUND"),
        (automatic(BRAND), "PERSISTED_QUERY_NOT_FOUND"),
        ({"query": BRAND, **automatic(CODE)}, "DOCUMENT_MISMATCH"),
        ({"query": BRAND, **by_id(CODE)}, "DOCUMENT_MISMATCH"),
        ({**by_id(BRAND), **automatic(CODE)}, "DOCUMENT_MISMATCH"),
        ({"extensions": {"persistedQuery": {"version": 2}}}, "BAD_USER_INPUT"),
        ({"extensions": {"persistedQuery": "x"}, "query": BRAND}, "BAD_USER_INPUT"),
    ],
)
async def test_what_names_no_document_is_refused_by_its_code(
    client: httpx.AsyncClient, site: Site, body: Mapping[str, Any], code: str
) -> None:
    assert await told(client, site.test, body) == code


async def test_an_automatic_persisted_query_is_remembered_once_it_has_run_for_its_app_alone(
    client: httpx.AsyncClient, database: Database, brand: Brand, site: Site, sign: Sign
) -> None:
    ours = {"brand": {"code": brand.code}}
    beside = await a_site(database, brand)
    broken = "{ brand { nothing } }"

    first = await client.post("/graphql", json=automatic(BRAND), headers={"x-api-key": site.test})
    assert first.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert await told(client, site.test, {"query": BRAND, **automatic(BRAND)}) == ours
    assert await told(client, site.test, automatic(BRAND)) == ours
    assert await told(client, site.test, by_id(BRAND)) == ours

    assert await told(client, beside.test, automatic(BRAND)) == "PERSISTED_QUERY_NOT_FOUND"
    assert await told(client, site.live, automatic(BRAND)) == "DOCUMENT_NOT_TRUSTED"
    invalid = {"query": broken, **automatic(broken)}
    assert await told(client, site.test, invalid) == "GRAPHQL_VALIDATION_FAILED"
    assert await told(client, site.test, automatic(broken)) == "PERSISTED_QUERY_NOT_FOUND"
    owner = bearer(sign(await a_member(database, brand)))
    for body in ({"query": BRAND, **automatic(BRAND)}, automatic(BRAND)):
        assert (await client.post("/graphql", json=body, headers=owner)).json()["data"] == ours


async def test_a_socket_names_documents_as_http_does(
    address: str, client: httpx.AsyncClient, brand: Brand, site: Site
) -> None:
    await site.push(client, BRAND)

    async with socket(address, **{"x-api-key": site.live}) as ws:
        await receive(ws)
        for place, (payload, wanted) in enumerate(
            [
                (by_id(BRAND), {"brand": {"code": brand.code}}),
                (automatic(BRAND), {"brand": {"code": brand.code}}),
                ({"query": BRAND}, {"brand": {"code": brand.code}}),
                (by_id(CODE), ["DOCUMENT_NOT_TRUSTED"]),
                ({"query": "{ never parsed"}, ["DOCUMENT_NOT_TRUSTED"]),
            ]
        ):
            await send(ws, id=str(place), type="subscribe", payload=payload)
            message = await receive(ws)
            while message.get("id") != str(place) or message["type"] == "complete":
                message = await receive(ws)
            told_of = codes(message) if message["type"] == "error" else message["payload"]["data"]
            assert told_of == wanted
