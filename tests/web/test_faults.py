"""A fault of ours: masked to the client, told to the operator, and no guest's value in either."""

import httpx
import structlog.testing

from bootstrap.settings import Settings
from db.database import Database
from domain.identity import Brand
from schema.global_ids import encode
from tests.builders import a_customer, a_member, as_owner, write
from tests.web.conftest import Sign, bearer

SECRET = "Zelda Hidden"


async def test_the_log_of_a_fault_names_the_constraint_and_no_guest(
    client: httpx.AsyncClient, settings: Settings, database: Database, brand: Brand, sign: Sign
) -> None:
    customer = await write(database, brand, a_customer)
    headers = bearer(sign(await a_member(database, brand)), **{"x-request-id": "request-1"})
    mutation = (
        f'mutation {{ updateCustomer(input: {{id: "{encode("Customer", customer)}",'
        f' expectedVersion: 1, name: "{SECRET}"}}) {{ errors {{ code }} }} }}'
    )
    check = f"brand_id <> {brand.id} or name <> '{SECRET}'"
    await as_owner(
        settings, f"alter table customers add constraint unforeseen check ({check}) not valid", {}
    )
    try:
        with structlog.testing.capture_logs() as logs:
            answer = await client.post("/graphql", json={"query": mutation}, headers=headers)
    finally:
        await as_owner(settings, "alter table customers drop constraint unforeseen", {})

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["extensions"]["requestId"] == "request-1"
    (fault,) = [entry for entry in logs if entry["event"] == "fault"]
    assert (fault["request_id"], fault["sqlstate"], fault["constraint"]) == (
        "request-1",
        "23514",
        "unforeseen",
    )
    assert SECRET not in str(logs)
    assert SECRET not in answer.text
