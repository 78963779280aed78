"""What an operation does at its root: how much it changes, pays and sends; told by its text."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from domain.quotas import Policy, Shape

POLICY: Final = "policy"
"""The name in a field's metadata under which its policy stands."""
INTROSPECTION: Final = frozenset({"__schema", "__type"})


def shapes(schema: GraphQLSchema, document: DocumentNode) -> dict[str, Shape]:
    """The shape of each operation of a valid document, by its name; "" if it has none.

    Shape:  a field counts once for each name that it answers under: aliases are no way round.
    """
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    return {
        each.name.value if each.name else "": _shape(schema, each, fragments)
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    }


def _shape(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Shape:
    root: Any = schema.get_root_type(operation.operation)
    fields = dict(_root_fields(operation.selection_set, fragments))
    marked: dict[Policy, int] = {}
    for name in fields.values():
        policy = _policy(root.fields.get(name))
        if policy is not None:
            marked[policy] = marked.get(policy, 0) + 1
    changes = operation.operation is OperationType.MUTATION
    mutations = sum(name in root.fields for name in fields.values()) if changes else 0
    return Shape(mutations, marked, introspects=not INTROSPECTION.isdisjoint(fields.values()))


def _root_fields(
    selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[tuple[str, str]]:
    """Pairs of the name that a field answers under and its own."""
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield (node.alias or node.name).value, node.name.value
        elif isinstance(node, FragmentSpreadNode):
            yield from _root_fields(fragments[node.name.value].selection_set, fragments)
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(node.selection_set, fragments)


def _policy(field: Any) -> Policy | None:
    if field is None:
        return None
    declared: Any = field.extensions.get("strawberry-definition")
    policy: Policy | None = declared.metadata.get(POLICY) if declared else None
    return policy
