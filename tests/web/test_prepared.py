"""The prepared operations are valid, and are called what their files are called."""

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse, validate

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
