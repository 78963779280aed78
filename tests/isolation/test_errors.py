"""What a client learns of a fault in the database: our code and the request's id, and no more."""

from datetime import timedelta
from typing import Any, Final

import orjson
import pytest
import strawberry

from bootstrap.wiring import Parts, now
from db.database import Database
from domain.identity import Brand
from resolvers.context import OperationContext, World
from resolvers.operation import MASKED, OperationScope
from resolvers.root import RELATIONS, Schema, build_schema
from schema.global_ids import encode
from tests.builders import (
    START,
    a_booking,
    a_customer,
    a_principal,
    a_vehicle,
    assign_vehicle,
    new_id,
    write,
)

LATER: Final = START + timedelta(days=3650)
FAULTS: Final = {
    "23505": "insert into counters (kind, year, last) values ('a', 1, 1), ('a', 1, 1)",
    "23503": "insert into memberships (staff_user_id, role) values"
    " ('6f1c3a52-5d1e-4a63-9d7b-1c1f1f1f1f1f', 'owner')",
    "23514": "insert into counters (kind, year, last) values ('a', 1, -1)",
    "23502": "insert into counters (kind, year, last) values (null, 1, 1)",
    "22P02": "select id from customers where id = 'a-secret-of-somebody'::uuid",
    "42501": "select version_num from migrations",
    "42501 of a row": "insert into customers (tenant_id, id, name, created_at, updated_at)"
    " values (1, gen_random_uuid(), 'a-secret', now(), now())",
    "42P01": "select secret from no_such_table",
    "22012": "select 1 / (select count(*) from customers where false)",
}


@strawberry.type
class Query:
    """A field that sends what no resolver of ours would."""

    nothing: int = 0


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def provoke(self, info: strawberry.Info, fault: str) -> int | None:
        changed: int = await info.context.write(lambda tx: tx.run(FAULTS[fault]))
        return changed


@pytest.fixture
def world(made: Parts) -> World:
    return World(made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_of_the_database_is_masked_to_the_letter(
    fault: str, world: World, brand: Brand
) -> None:
    schema = Schema(query=Query, mutation=Mutation, extensions=[OperationScope])
    context = OperationContext(world, a_principal(brand), request_id="the-request")
    result = await schema.execute(
        "mutation ($fault: String!) { provoke(fault: $fault) }",
        variable_values={"fault": fault},
        context_value=context,
    )

    assert result.data == {"provoke": None}
    assert [error.formatted for error in result.errors or ()] == [
        {
            "message": MASKED,
            "locations": [{"line": 1, "column": 30}],
            "path": ["provoke"],
            "extensions": {
                "code": "INTERNAL_SERVER_ERROR",
                "retryable": False,
                "requestId": "the-request",
            },
        }
    ]


async def ask(world: World, brand: Brand, document: str, **variables: Any) -> dict[str, Any]:
    context = OperationContext(world, a_principal(brand), request_id="the-request")
    result = await build_schema().execute(
        document, variable_values=variables, context_value=context
    )
    assert result.errors is None
    assert result.data is not None
    return dict(result.data)


async def test_a_unique_key_that_is_taken_is_told_in_our_words(
    world: World, database: Database, brand: Brand
) -> None:
    await write(database, brand, lambda tx: a_customer(tx, email="taken@example.com"))
    other = await write(database, brand, lambda tx: a_customer(tx, email="own@example.com"))
    answer = await ask(
        world,
        brand,
        "mutation ($id: ID!) { updateCustomer(input: {id: $id, expectedVersion: 1,"
        ' email: "taken@example.com"}) { customer { id } errors { code message path } } }',
        id=encode("Customer", other),
    )

    assert answer["updateCustomer"] == {
        "customer": None,
        "errors": [
            {
                "code": "EMAIL_TAKEN",
                "message": "Another customer of this brand has that address.",
                "path": "email",
            }
        ],
    }


async def test_a_period_that_is_taken_is_told_in_our_words_and_not_by_whom(
    world: World, database: Database, brand: Brand
) -> None:
    vehicle = await write(database, brand, a_vehicle)
    booking = await write(database, brand, lambda tx: a_booking(tx, starts_at=LATER))
    taken = LATER + timedelta(days=1)
    busy = await write(database, brand, lambda tx: a_booking(tx, starts_at=taken))
    await write(database, brand, lambda tx: assign_vehicle(tx, booking, vehicle, starts_at=LATER))
    await write(database, brand, lambda tx: assign_vehicle(tx, busy, vehicle, starts_at=taken))
    answer = await ask(
        world,
        brand,
        "mutation ($id: ID!, $at: DateTime!) { rescheduleBooking(input: {id: $id,"
        " expectedVersion: 1, startsAt: $at}) { booking { id } errors { code message path } } }",
        id=encode("Booking", booking),
        at=taken.isoformat(),
    )

    assert answer["rescheduleBooking"] == {
        "booking": None,
        "errors": [
            {
                "code": "VEHICLE_BUSY",
                "message": "The vehicle is busy at that time. Choose another time.",
                "path": "startsAt",
            }
        ],
    }


async def test_an_id_that_is_no_id_is_told_without_a_word_of_the_database(
    world: World, brand: Brand
) -> None:
    context = OperationContext(world, a_principal(brand), request_id="the-request")
    result = await build_schema().execute(
        '{ booking(id: "\' or 1=1 --") { id } }', context_value=context
    )
    said = orjson.dumps([error.formatted for error in result.errors or ()]).decode()

    assert result.data == {"booking": None}
    assert [e.extensions["code"] for e in result.errors or () if e.extensions] == ["BAD_USER_INPUT"]
    assert [
        word for word in ("uuid", "syntax", "22P02", "bookings", "select") if word in said
    ] == []


async def test_a_count_counts_the_callers_rows_alone(
    world: World, database: Database, brand: Brand
) -> None:
    for _ in range(3):
        await write(database, brand, a_customer)

    assert await ask(world, brand, "{ customers(first: 1) { totalCount } }") == {
        "customers": {"totalCount": 3}
    }


async def test_a_value_that_would_be_a_statement_is_only_a_value(
    world: World, database: Database, brand: Brand
) -> None:
    """What an injection would want: another tenant's setting, another role, another statement."""
    customer = await write(database, brand, lambda tx: a_customer(tx, name="Ada Guest"))
    for text in (
        "'; select set_config('app.tenant_id', '1', true); --",
        "%(tenant)s' or '1'='1",
        "') > 0 or true --",
        "\\'; set role tourbase_lookup; --",
    ):
        answer = await ask(
            world,
            brand,
            "query ($t: String!, $id: ID!) { customers(filter: {text: $t}) { totalCount }"
            " customerByEmail(email: $t) @skip(if: true) { id } customer(id: $id) { name } }",
            t=text,
            id=encode("Customer", customer),
        )
        assert answer == {"customers": {"totalCount": 0}, "customer": {"name": "Ada Guest"}}


def test_new_ids_are_not_to_be_counted() -> None:
    """Public ids grow with time and not with a tenant's volume: 74 random bits stand in each."""
    first, second = new_id(), new_id()

    assert first.version == second.version == 7
    assert first.int != second.int - 1
