"""Files are fetched by a credential that may, by nobody else, and are kept by no cache."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import orjson

from bootstrap.settings import Settings
from db.database import Database
from domain.identity import Brand, Kind
from schema.global_ids import encode
from services.customer_exports import export_customer, write_export
from tests.builders import a_brand, a_customer, a_member, write
from tests.services.trail import FreshIds, trail_of
from tests.web.conftest import Sign, bearer

IDS = FreshIds()


async def _an_export(database: Database, brand: Brand) -> str:
    ada = await write(database, brand, a_customer)
    now = datetime.now(UTC)
    request: UUID = await write(
        database, brand, lambda tx: export_customer(tx, ada, now=now, ids=IDS)
    )
    await write(
        database,
        brand,
        lambda tx: write_export(tx, request, now=now, ids=IDS),
        kind=Kind.WORKER,
    )
    return encode("PrivacyRequest", request)


async def test_a_member_fetches_an_export_as_a_file_and_it_is_told_who_did(
    client: httpx.AsyncClient, database: Database, settings: Settings, brand: Brand, sign: Sign
) -> None:
    member, export = await a_member(database, brand, "manager"), await _an_export(database, brand)
    answer = await client.get(f"/exports/{export}", headers=bearer(sign(member)))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith('attachment; filename="customer-')
    (customer,) = orjson.loads(answer.content)["tables"]["customers"]
    assert customer["name"] == "Ada Guest"
    told = (await trail_of(settings, brand)).events[-1]
    assert (told[1], told[5], told[6]) == ("CustomerExportTaken", "staff", member)


async def test_who_may_not_is_told_so_before_any_look_up_and_a_stranger_finds_nothing(
    client: httpx.AsyncClient, database: Database, settings: Settings, brand: Brand, sign: Sign
) -> None:
    export = await _an_export(database, brand)
    other = await a_brand(settings, tenant=brand, code="nwtc")
    seller, stranger = await a_member(database, brand, "sales"), await a_member(database, other)
    before = await trail_of(settings, brand)
    for headers, status in (
        ({}, 401),
        (bearer(sign(seller)), 403),
        (bearer(sign(stranger, brand="nwtc")), 404),
    ):
        answer = await client.get(f"/exports/{export}", headers=headers)
        assert (answer.status_code, b"Ada Guest" in answer.content) == (status, False)
    malformed = await client.get("/exports/x", headers=bearer(sign(stranger, brand="nwtc")))
    assert malformed.status_code == 400
    assert await trail_of(settings, brand) == before


async def test_an_owner_takes_the_log_of_some_days_as_lines_and_nobody_else_does(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    owner, manager = [await a_member(database, brand, role) for role in ("owner", "manager")]
    await _an_export(database, brand)
    today = datetime.now(UTC).date() - timedelta(days=1)
    path = f"/audit.jsonl?from={today}"
    answer = await client.get(path, headers=bearer(sign(owner), **{"x-request-id": "take-1"}))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/jsonl"
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert [line["kind"] for line in lines] == [
        "CustomerExportRequested",
        "CustomerExported",
        "AuditExported",
    ][: len(lines)]
    asked = {
        "query": "{ auditLog(first: 1) { edges { node { kind address requestId actorRole } } } }"
    }
    shown = await client.post("/graphql", json=asked, headers=bearer(sign(owner)))
    (edge,) = shown.json()["data"]["auditLog"]["edges"]
    assert edge["node"] == {
        "kind": "AuditExported",
        "address": "127.0.0.1",
        "requestId": "take-1",
        "actorRole": "owner",
    }
    for path, who, status in (
        ("/audit.jsonl", manager, 403),
        ("/audit.jsonl?from=soon", owner, 400),
    ):
        answer = await client.get(path, headers=bearer(sign(who)))
        assert (answer.status_code, b"CustomerExported" in answer.content) == (status, False)
