"""Links as staff see them over GraphQL: found by what they open, ended, given anew."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from bootstrap.wiring import now
from db import links
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import a_booking, a_customer, a_member, new_id, write
from tests.web.conftest import Sign, bearer
from tests.web.test_sign_in import asks

LIST = """query ($id: ID!) { links(filter: { subjectId: $id }) { edges { node {
  id subjectKind subjectId status version } } } }"""
REISSUE = """mutation ($input: ReissueLinkInput!) { reissueLink(input: $input) {
  link { id status } token errors { code path } } }"""
REVOKE = """mutation ($input: RevokeLinkInput!) { revokeLink(input: $input) {
  link { status version } errors { code path } } }"""


async def a_linked_booking(database: Database, brand: Brand) -> str:
    async def work(tx: Transaction) -> UUID:
        made = await a_booking(
            tx, starts_at=now() + timedelta(days=1), ends_at=now() + timedelta(days=1, hours=6)
        )
        await links.issue(tx, "booking", made, id=new_id(), now=now())
        return made

    return encode("Booking", await write(database, brand, work))


async def said(
    client: httpx.AsyncClient, token: str, query: str, key: str = "", **variables: Any
) -> Any:
    headers = bearer(token, **({"idempotency-key": key} if key else {}))
    answer = await client.post(
        "/graphql", json={"query": query, "variables": variables}, headers=headers
    )
    return answer.json()


async def test_sales_find_a_link_give_it_anew_and_end_it(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    booking = await a_linked_booking(database, brand)
    await a_linked_booking(database, brand)
    sales = sign(await a_member(database, brand, "sales"))
    [edge] = (await said(client, sales, LIST, id=booking))["data"]["links"]["edges"]
    link = edge["node"]
    assert link == {
        "id": link["id"],
        "subjectKind": "BOOKING",
        "subjectId": booking,
        "status": "ACTIVE",
        "version": 1,
    }

    wish, key = {"id": link["id"], "expectedVersion": 1}, str(new_id())
    answers = [await said(client, sales, REISSUE, key, input=wish) for _ in range(2)]

    assert answers[0] == answers[1]
    made = answers[0]["data"]["reissueLink"]
    assert (made["errors"], made["link"]["status"]) == ([], "ACTIVE")
    assert await asks(client, made["token"]) == 200
    ended = {"id": made["link"]["id"], "expectedVersion": 1}
    answer = (await said(client, sales, REVOKE, input=ended))["data"]["revokeLink"]
    assert answer == {"link": {"status": "REVOKED", "version": 2}, "errors": []}
    assert await asks(client, made["token"]) == 401


@pytest.mark.parametrize("role", ["viewer", "dispatcher", "finance"])
async def test_others_of_the_staff_are_shown_no_link(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign, role: str
) -> None:
    booking = await a_linked_booking(database, brand)
    token = sign(await a_member(database, brand, role))
    answer = await said(client, token, LIST, id=booking)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_customer_is_shown_no_link(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    booking = await a_linked_booking(database, brand)
    customer = sign(await write(database, brand, a_customer), Kind.CUSTOMER)
    answer = await said(client, customer, LIST, id=booking)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
