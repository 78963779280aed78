"""The contract as a whole: every field described and scoped, bound to a read model, and printed."""

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)
from strawberry.types.base import StrawberryContainer

from db.relations import Relation
from domain.identity import Scope
from resolvers.loaders import NOTED, QUESTIONS
from resolvers.nodes import ENTITIES
from resolvers.root import RELATIONS, Schema, build_schema
from schema import bookings, orders, payments, proposals, trusted_documents
from schema.fields import BINDING
from schema.permissions import Requires
from tests.conftest import Snapshot

SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"
SCHEMA = build_schema()
OWNED: dict[str, Any] = {
    "booking_stops": bookings.BookingStop,
    "booking_price_lines": bookings.PriceLine,
    "proposal_days": proposals.ProposalDay,
    "proposal_stops": proposals.ProposalStop,
    "proposal_inclusions": proposals.ProposalInclusion,
    "refunds": payments.Refund,
    "document_usage": trusted_documents.DocumentUse,
}
TYPES: dict[str, Any] = {entity.relation: entity for entity in ENTITIES.values()} | OWNED


@pytest.fixture(scope="module")
def schema() -> Schema:
    return SCHEMA


def own_types() -> list[Any]:
    types = SCHEMA._schema.type_map.values()  # noqa: SLF001 - the walk needs graphql-core's view
    return [
        each
        for each in types
        if not is_introspection_type(each) and not is_specified_scalar_type(each)
    ]


def test_the_committed_sdl_is_the_schema_that_is_served(snapshot: Snapshot) -> None:
    snapshot.check(SDL, SCHEMA.as_str() + "\n")


def test_every_type_field_and_input_has_a_description() -> None:
    missing = [each.name for each in own_types() if not each.description]
    for each in own_types():
        if isinstance(each, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            missing += [
                f"{each.name}.{name}"
                for name, field in each.fields.items()
                if not field.description
            ]

    assert missing == []


def test_every_amount_is_money_and_no_field_is_bare_cents() -> None:
    bare = [
        f"{each.name}.{name}"
        for each in own_types()
        if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in each.fields.items()
        if get_named_type(field.type).name == "Cents"
    ]

    assert bare == ["Money.amountCents"]


def test_every_argument_of_a_root_field_has_a_description_or_a_described_input() -> None:
    roots: list[Any] = [SCHEMA.query, SCHEMA.mutation, SCHEMA.subscription]
    missing = [
        f"{field.python_name}({argument.python_name})"
        for root in roots
        for field in root.__strawberry_definition__.fields
        for argument in field.arguments
        if not argument.description and argument.python_name != "input"
    ]

    assert missing == []


@pytest.mark.parametrize("root", ["query", "mutation", "subscription"])
def test_every_root_field_declares_its_scope(root: str) -> None:
    definition: Any = getattr(SCHEMA, root).__strawberry_definition__
    scoped = {
        field.name: [each.scope for each in field.extensions if isinstance(each, Requires)]
        for field in definition.fields
    }

    assert scoped
    assert {name for name, scopes in scoped.items() if len(scopes) != 1} == set()
    assert all(isinstance(scopes[0], Scope) for scopes in scoped.values())


def test_every_relation_is_a_type_and_every_type_a_relation() -> None:
    assert set(TYPES) == set(RELATIONS)


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=list(RELATIONS))
def test_every_field_of_a_type_is_a_column_an_edge_or_derived_from_columns(
    relation: Relation,
) -> None:
    wrong = []
    for field in TYPES[relation.name].__strawberry_definition__.fields:
        binding, name = field.metadata.get(BINDING), field.python_name
        if binding in {"column", "instant"}:
            fits = name in relation.columns
        elif binding == "edge":
            fits = name in relation.one or name in relation.many
        elif binding == "history":
            fits = name == "history"
        elif binding == "noted":
            fits = name in NOTED
        elif binding == "asked":
            fits = (relation.name, name) in QUESTIONS
        elif isinstance(binding, tuple):
            fits = set(binding) <= set(relation.columns)
        else:
            fits = name == "id"
        if not fits:
            wrong.append((name, binding))

    assert wrong == []


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=list(RELATIONS))
def test_every_edge_of_a_relation_is_a_field_and_leads_to_a_relation(relation: Relation) -> None:
    fields = {
        field.python_name: field for field in TYPES[relation.name].__strawberry_definition__.fields
    }
    edges: dict[str, Any] = {**relation.one, **relation.many}

    assert {name for name in edges if name not in fields} == set()
    for name, edge in edges.items():
        of = fields[name].type
        while isinstance(of, StrawberryContainer):
            of = of.of_type
        assert TYPES[edge.target] is (of.resolve_type() if hasattr(of, "resolve_type") else of)


# A list that is not called as its table.
CALLED = {"audit_log": "events"}


def list_fields() -> list[Any]:
    query: Any = SCHEMA.query
    return [
        field
        for field in query.__strawberry_definition__.fields
        if {argument.python_name for argument in field.arguments} >= {"first", "filter"}
    ]


@pytest.mark.parametrize("field", list_fields(), ids=lambda field: field.python_name)
def test_the_filter_and_the_order_of_a_list_are_those_of_its_read_model(field: Any) -> None:
    relation = RELATIONS[CALLED.get(field.python_name, field.python_name)]
    arguments = {argument.python_name: argument for argument in field.arguments}
    filter_type = arguments["filter"].type.of_type
    order_type = arguments["order_by"].type.wrapped_cls

    assert [each.name for each in order_type] == list(relation.orders)
    own = {each.python_name for each in filter_type.__strawberry_definition__.fields}
    assert own <= set(relation.filters)
    assert set(relation.filters) - own <= {"email", "among", "apart", "coordinates"}


def test_every_order_is_used_by_a_list() -> None:
    used = {
        argument.type.wrapped_cls.__name__
        for field in list_fields()
        for argument in field.arguments
        if argument.python_name == "order_by"
    }
    declared = {
        name for name in vars(orders) if name.endswith("Order") and not name.startswith("_")
    }

    assert used == declared
