"""What the matrix stands on: no question is left out unseen, and no change unnoticed."""

import pytest
from graphql import GraphQLField, GraphQLObjectType, build_schema

from tests.isolation.catalogue import Connection
from tests.isolation.conftest import Planted
from tests.isolation.documents import Unknown, attempts
from tests.isolation.failures import Failures
from tests.isolation.strangers import Stored, victim_of


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { bookings(first: Int, near: Point!): String } input Point { x: Float }",
        "type Query { bookings(weight: Float): String }",
        "type Query { bookings: Thing } type Thing { price(currency: String!): String }",
        "type Query { bookings: Either } union Either = A | B type A { a: Int } type B { b: Int }",
        "type Query { bookings(id: ID!): Thing } type Thing { wagonId(wagonId: ID): String }",
    ],
)
def test_what_the_generator_was_not_taught_fails(sdl: str, planted: Planted) -> None:
    asked = build_schema(sdl).query_type
    assert asked is not None
    victim = victim_of(planted)
    if "wagonId" in sdl:
        thing = get_thing(sdl)
        with pytest.raises(Unknown, match="teach tests/isolation/documents"):
            list(attempts("query", "wagonId", thing, victim))
        return
    with pytest.raises(Unknown, match="teach tests/isolation/documents"):
        list(attempts("query", "bookings", asked.fields["bookings"], victim))


def get_thing(sdl: str) -> GraphQLField:
    thing = build_schema(sdl).type_map["Thing"]
    assert isinstance(thing, GraphQLObjectType)
    found: GraphQLField = thing.fields["wagonId"]
    return found


def test_a_change_by_anybody_is_seen_in_what_is_stored(
    planted: Planted, superuser: Connection
) -> None:
    stored, tenant = Stored(superuser, planted), (planted.own.tenant_id,)
    before = stored.now()
    superuser.execute("update customers set name = name || '!' where tenant_id = %s", tenant)
    changed = stored.now()
    superuser.execute("update customers set name = rtrim(name, '!') where tenant_id = %s", tenant)

    assert {name for name, said in before.items() if changed[name] != said} == {
        "customers",
        "cache_drops",
    }
    superuser.execute(
        "delete from cache_drops where relation like 'callers/customers/%%' and tenant_id = %s",
        tenant,
    )
    assert stored.now() == before


def test_every_case_that_fails_is_named_and_hides_no_other() -> None:
    asked = []

    def ask() -> None:
        with Failures() as failures:
            for case in ("first", "second", "third"):
                with failures.of(case):
                    asked.append(case)
                    assert case == "second"

    with pytest.raises(ExceptionGroup) as told:
        ask()
    assert asked == ["first", "second", "third"]
    assert [each.__notes__ for each in told.value.exceptions] == [
        ["The case: first"],
        ["The case: third"],
    ]
