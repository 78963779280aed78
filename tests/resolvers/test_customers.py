"""Customers over GraphQL: the change of contact details, and look-ups by id, e-mail and text."""

from typing import Any

from db.database import Database
from domain.identity import Brand
from schema.global_ids import encode
from tests.builders import a_customer, new_id, write
from tests.resolvers.conftest import Ask, told

UPDATE = """
mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
    customer { name email phone version }
    errors { code path }
  }
}
"""


async def update(ask: Ask, customer: object, version: int = 1, **fields: Any) -> Any:
    given = {"id": encode("Customer", customer), "expectedVersion": version, **fields}  # type: ignore[arg-type]
    result = await ask(UPDATE, input=given)
    assert result.errors is None
    return result.data["updateCustomer"]  # type: ignore[index]


async def test_a_named_field_changes_in_its_normal_form_and_an_unnamed_one_stays(
    database: Database, brand: Brand, ask: Ask
) -> None:
    customer = await write(
        database, brand, lambda tx: a_customer(tx, name="Ada Guest", email="ada@example.com")
    )

    changed = await update(ask, customer, email=" Ada.New@Example.com ", phone="+1 (509) 555-0199")

    assert changed == {
        "customer": {
            "name": "Ada Guest",
            "email": "ada.new@example.com",
            "phone": "+15095550199",
            "version": 2,
        },
        "errors": [],
    }


async def test_null_clears_what_may_be_cleared(database: Database, brand: Brand, ask: Ask) -> None:
    customer = await write(database, brand, a_customer)

    changed = await update(ask, customer, email=None, phone=None)

    assert changed["customer"] == {
        "name": "Ada Guest",
        "email": None,
        "phone": None,
        "version": 2,
    }


async def test_a_change_that_changes_nothing_keeps_the_version_and_leaves_no_event(
    database: Database, brand: Brand, ask: Ask
) -> None:
    customer = await write(database, brand, a_customer)

    changed = await update(ask, customer, name="  Ada   Guest ")

    assert changed["customer"]["version"] == 1
    assert await write(database, brand, lambda tx: tx.rows("select id from events")) == []


async def test_a_customer_who_is_not_there_is_a_refusal(ask: Ask) -> None:
    refused = await update(ask, new_id(), name="Somebody")

    assert refused == {"customer": None, "errors": [{"code": "NOT_FOUND", "path": "id"}]}


async def test_a_customer_is_found_by_email_whatever_its_case_and_by_part_of_a_phone_number(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await write(
        database,
        brand,
        lambda tx: a_customer(tx, name="Zoe", email="zoe@example.com", phone="+15095550177"),
    )
    await write(database, brand, a_customer)
    found = await ask('{ customerByEmail(email: " ZOE@example.com ") { name } }')
    listed = [
        await ask(f'{{ customers(filter: {{text: "{text}"}}) {{ edges {{ node {{ name }} }} }} }}')
        for text in ("ZO", "509 555-0177", "zoe@")
    ]

    assert found.data == {"customerByEmail": {"name": "Zoe"}}
    assert [result.data for result in listed] == [
        {"customers": {"edges": [{"node": {"name": "Zoe"}}]}}
    ] * 3


async def test_nodes_are_answered_in_the_order_of_the_ids_with_an_error_for_each_absent_one(
    database: Database, brand: Brand, ask: Ask
) -> None:
    first = await write(database, brand, lambda tx: a_customer(tx, name="First"))
    second = await write(database, brand, lambda tx: a_customer(tx, name="Second"))
    ids = [encode("Customer", id) for id in (second, new_id(), first)] + ["nonsense"]

    result = await ask(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { name } } }", ids=ids
    )

    assert result.data == {"nodes": [{"name": "Second"}, None, {"name": "First"}, None]}
    assert told(result) == [("nodes.1", "NOT_FOUND"), ("nodes.3", "BAD_USER_INPUT")]


async def test_more_than_a_hundred_nodes_and_a_type_without_identity_are_refused(ask: Ask) -> None:
    many = [encode("Customer", new_id())] * 101
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    too_many = await ask(query, ids=many)
    stranger = await ask(f'{{ node(id: "{encode("BookingStop", new_id())}") {{ id }} }}')

    assert told(too_many) == [("nodes", "BAD_USER_INPUT")]
    assert told(stranger) == [("node", "BAD_USER_INPUT")]
