"""Each role of a member, asked for each root field and each sensitive field: its scopes alone tell."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from auth.roles import OF_ROLE
from bootstrap.wiring import Parts, now
from domain.identity import Principal, Scope
from resolvers.context import OperationContext, World
from resolvers.nodes import ENTITIES
from resolvers.root import RELATIONS
from tests.builders import a_principal, new_id
from tests.isolation.conftest import Planted
from tests.isolation.documents import Attempt, Unknown, attempts
from tests.isolation.documents import scope_of as scope_named
from tests.isolation.strangers import body, codes, victim_of
from tests.isolation.test_graphql_matrix import ALL_LISTS, ROOTS, SDL, SERVED

pytestmark = pytest.mark.no_cover
every_role = pytest.mark.parametrize("role", OF_ROLE)


@pytest.fixture(scope="module")
def world(made: Parts) -> World:
    parts = (made.ids, made.quotes, made.links)
    return World(made.database, RELATIONS, made.events, now, *parts)


async def ask(world: World, principal: Principal, attempt: Attempt) -> dict[str, Any]:
    async def prove() -> Principal:
        return principal

    context = OperationContext(world, principal, request_id="a-test", prove=prove)
    context.idempotency_key = str(new_id())
    given = dict(attempt.variables)
    return body(
        await SERVED.execute(attempt.document, variable_values=given, context_value=context)
    )


def scope_of(field: GraphQLField) -> Scope | None:
    try:
        return Scope(scope_named(field))
    except Unknown:
        return None


@every_role
async def test_a_role_is_let_into_no_field_beyond_its_scopes(
    role: str, planted: Planted, world: World, statements: list[str]
) -> None:
    principal = a_principal(planted.own, role=role)
    assert principal.scopes == OF_ROLE[role]
    victim = victim_of(planted, dict.fromkeys(ALL_LISTS, "bm9uZQ"))
    beyond = [
        (operation, name, field)
        for (operation, name), field in ROOTS.items()
        if operation != "subscription" and scope_of(field) not in principal.scopes
    ]
    statements.clear()
    for operation, name, field in beyond:
        attempt, *_ = attempts(operation, name, field, victim)
        assert codes(await ask(world, principal, attempt)) == ["FORBIDDEN"], name
    assert statements == []


@every_role
async def test_a_role_is_let_into_every_list_of_its_scopes(
    role: str, planted: Planted, world: World
) -> None:
    principal = a_principal(planted.own, role=role)
    for name in ALL_LISTS:
        field = ROOTS["query", name]
        if any(is_required_argument(each) for each in field.args.values()):
            continue
        answer = await ask(world, principal, Attempt(name, f"{{ {name} {{ __typename }} }}", {}))
        expected = [] if scope_of(field) in principal.scopes else ["FORBIDDEN"]
        assert codes(answer) == expected, name


def guarded(entity: str) -> Mapping[str, Scope]:
    """The plain fields of a type that ask for a scope of their own."""
    named = SDL.type_map[entity]
    assert isinstance(named, GraphQLObjectType)
    return {
        name: asked
        for name, field in named.fields.items()
        if (asked := scope_of(field)) is not None
        and is_leaf_type(get_named_type(field.type))
        and not field.args
    }


@every_role
async def test_a_sensitive_field_is_forbidden_where_its_scope_is_missing_and_nowhere_else(
    role: str, planted: Planted, world: World
) -> None:
    principal, victim = a_principal(planted.own, role=role), victim_of(planted)
    for entity, type_ in ENTITIES.items():
        fields = guarded(entity)
        if not fields or type_.scope not in principal.scopes:
            continue
        document = (
            f"query ($id: ID!) {{ node(id: $id) {{ ... on {entity} {{ {' '.join(fields)} }} }} }}"
        )
        given = {"id": victim.id_of(entity, entity)}
        answer = await ask(world, principal, Attempt(entity, document, given))
        missing = {name for name, asked in fields.items() if asked not in principal.scopes}
        assert set(codes(answer)) == ({"FORBIDDEN"} if missing else set()), entity
        refused = {error["path"][-1] for error in answer.get("errors", ())}
        assert refused == missing, entity
        assert {name for name in missing if answer["data"]["node"][name] is not None} == set()


def test_contact_data_is_guarded_and_kept_from_who_only_looks() -> None:
    contact = {
        f"{entity}.{name}"
        for entity in ENTITIES
        for name, scope in guarded(entity).items()
        if scope is Scope.CUSTOMERS_CONTACT
    }
    assert contact == {
        *("Booking.customerEmail", "Booking.customerPhone", "Customer.email", "Customer.phone"),
        *("Inquiry.email", "Inquiry.phone", "ProposalGuest.email"),
        *("Reservation.contactEmail", "Reservation.contactPhone"),
    }
    may = {role for role, scopes in OF_ROLE.items() if Scope.CUSTOMERS_CONTACT in scopes}
    assert may == {"owner", "manager", "dispatcher", "sales", "finance"}
