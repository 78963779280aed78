"""The prepared operations are valid, and are called what their files are called."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    parse,
    validate,
)

from resolvers.root import build_schema
from web.prepared import PreparedOperation, prepared


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema()._schema  # noqa: SLF001 - graphql-core's own


@pytest.mark.parametrize("operation", prepared(), ids=lambda each: each.name)
def test_a_prepared_operation_is_valid_and_called_as_its_file(
    operation: PreparedOperation, schema: GraphQLSchema
) -> None:
    document = parse(operation.document)
    [definition] = document.definitions
    assert isinstance(definition, OperationDefinitionNode)
    assert definition.name is not None
    assert definition.name.value == operation.name
    assert operation.document.startswith("# ")
    assert validate(schema, document) == []


@pytest.mark.parametrize("operation", prepared(), ids=lambda each: each.name)
def test_a_prepared_change_of_a_version_stands_alone_and_asks_what_others_changed(
    operation: PreparedOperation, schema: GraphQLSchema
) -> None:
    """Alone: beside a part that changes nothing, the next one's version is a guess."""
    versions = sum("expectedVersion" in each.fields for each in _inputs(operation, schema))
    assert operation.document.count("conflicts { field before current yours }") == versions
    assert versions <= 1


def test_the_page_of_prepared_operations_names_each_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    named = set(re.findall(r"`([A-Z][a-z]\w+)`", page))
    assert named == {each.name for each in prepared()}


def _inputs(
    operation: PreparedOperation, schema: GraphQLSchema
) -> Iterator[GraphQLInputObjectType]:
    """The inputs of the mutations of a document."""
    [definition] = parse(operation.document).definitions
    assert isinstance(definition, OperationDefinitionNode)
    if definition.operation is not OperationType.MUTATION:
        return
    assert schema.mutation_type is not None
    for change in definition.selection_set.selections:
        assert isinstance(change, FieldNode)
        for argument in schema.mutation_type.fields[change.name.value].args.values():
            given = get_named_type(argument.type)
            assert isinstance(given, GraphQLInputObjectType)
            yield given
