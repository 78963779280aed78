"""The GraphQL-over-HTTP specification, audited by its own programme."""

import json

import httpx

from tests.clients.conftest import HERE, House, ended, start

ALL_AUDITS = 61
TYPENAME = "{__typename}"


async def test_every_audit_of_graphql_over_http_passes(house: House, node: str) -> None:
    given = {"TOURBASE_URL": house.address, "TOURBASE_KEY": house.site}
    results = json.loads(await ended(await start(node, "audits.mjs", folder=HERE, **given)))

    failed = [
        f"{each['id']} {each['status']}: {each['name']}: {each.get('reason')}"
        for each in results
        if each["status"] != "ok"
    ]
    assert not failed, "\n".join(failed)
    assert len({each["id"] for each in results}) == ALL_AUDITS
    assert len(results) == ALL_AUDITS


async def test_the_endpoint_answers_get_and_post_where_it_stands(house: House) -> None:
    accept = "application/graphql-response+json"
    headers = {"x-api-key": house.site, "accept": accept}
    async with httpx.AsyncClient(base_url=house.address, headers=headers) as client:
        got = await client.get("/graphql", params={"query": TYPENAME})
        posted = await client.post("/graphql", json={"query": TYPENAME})

    for answer in (got, posted):
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == accept
        assert answer.json()["data"] == {"__typename": "Query"}
