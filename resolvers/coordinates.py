"""The fields that each operation of a document asks for, by their coordinates: `Type.field`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from domain.field_usage import Used


def used_by(schema: GraphQLSchema, document: DocumentNode, digest: str) -> dict[str, Used]:
    """What each operation of a valid document uses, by its name; "" if it has none."""
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    found = {}
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode):
            walk = _Walk(schema, fragments)
            walk.over(schema.get_root_type(each.operation), each.selection_set)
            name = each.name.value if each.name else ""
            found[name] = Used(digest, tuple(sorted(walk.coordinates)))
    return found


@dataclass(slots=True)
class _Walk:
    """Each fragment is walked once, wherever it is spread: its type says what it selects from."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    coordinates: set[str] = field(default_factory=set)
    spread: set[str] = field(default_factory=set)

    def over(self, parent: Any, selected: SelectionSetNode) -> None:
        for node in selected.selections:
            if isinstance(node, FieldNode):
                self._field(parent, node)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                type_ = self.schema.get_type(condition.name.value) if condition else parent
                self.over(type_, node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in self.spread:
                self.spread.add(node.name.value)
                fragment = self.fragments[node.name.value]
                type_ = self.schema.get_type(fragment.type_condition.name.value)
                self.over(type_, fragment.selection_set)

    def _field(self, parent: Any, node: FieldNode) -> None:
        name = node.name.value
        if name.startswith("__"):
            return
        self.coordinates.add(f"{parent.name}.{name}")
        if node.selection_set is not None:
            self.over(get_named_type(parent.fields[name].type), node.selection_set)
