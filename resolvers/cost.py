"""How many objects an operation may come to: told by its text and variables, before it is run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_interface_type,
    is_list_type,
    is_object_type,
    value_from_ast_untyped,
)

from domain.limits import Limits
from domain.listing import DEFAULT_SIZE

A_FEW: Final = 5
"""What a list without pages is taken for: the stops of a tour, its payments."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A field with objects: how many it gives for each of its parent's, and what is below."""

    size: int | str
    counts: bool
    below: Sequence["Asked"]

    def nodes(self, variables: Mapping[str, Any], limits: Limits) -> int:
        below = sum(each.nodes(variables, limits) for each in self.below)
        return _number(self.size, variables, limits) * (self.counts + below)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimate of one operation of a document."""

    asked: Sequence[Asked]
    defaults: Mapping[str, Any]

    def nodes(self, variables: Mapping[str, Any], limits: Limits) -> int:
        given = {**self.defaults, **variables}
        return sum(each.nodes(given, limits) for each in self.asked)


def estimates(schema: GraphQLSchema, document: DocumentNode) -> dict[str, Estimate]:
    """An estimate for each operation of a valid document, by its name; "" if it has none."""
    definitions = document.definitions
    fragments = {
        each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)
    }
    reader = _Reader(schema, fragments)
    return {
        each.name.value if each.name else "": Estimate(
            list(reader.asked([(schema.get_root_type(each.operation), each.selection_set)])),
            _defaults(each),
        )
        for each in definitions
        if isinstance(each, OperationDefinitionNode)
    }


@dataclass(frozen=True, slots=True)
class _Reader:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]

    def asked(self, selected: Sequence[tuple[Any, SelectionSetNode | None]]) -> Iterator[Asked]:
        """Only fields that lead to objects; a page counts by its size, and not by its edges."""
        answers: dict[str, list[tuple[Any, FieldNode, Any]]] = {}
        for parent, selections in selected:
            for owner, field, type_ in self._fields(parent, selections):
                name = (field.alias or field.name).value
                answers.setdefault(name, []).append((owner, field, type_))
        for fields in answers.values():
            parent, field, type_ = fields[0]
            named = get_named_type(type_)
            below = list(
                self.asked([(get_named_type(each), node.selection_set) for _, node, each in fields])
            )
            if named.name.endswith("Connection"):
                yield Asked(_page(field), counts=False, below=below)
            elif parent.name.endswith("Connection"):
                yield Asked(1, counts=False, below=below)
            elif is_list_type(get_nullable_type(type_)):
                yield Asked(_listed(field), counts=True, below=below)
            else:
                yield Asked(1, counts=_is_node(named), below=below)

    def _fields(
        self, parent: Any, selected: SelectionSetNode | None
    ) -> Iterator[tuple[Any, FieldNode, Any]]:
        for node in selected.selections if selected else ():
            if isinstance(node, FieldNode):
                definition = getattr(parent, "fields", {}).get(node.name.value)
                if definition is not None and not _is_plain(definition.type):
                    yield parent, node, definition.type
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                yield from self._fields(self._of(fragment, parent), fragment.selection_set)
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields(self._of(node, parent), node.selection_set)

    def _of(self, fragment: FragmentDefinitionNode | InlineFragmentNode, parent: Any) -> Any:
        condition = fragment.type_condition
        return parent if condition is None else self.schema.get_type(condition.name.value)


def _is_plain(type_: Any) -> bool:
    named = get_named_type(type_)
    return not (is_object_type(named) or is_interface_type(named))


def _is_node(named: Any) -> bool:
    return named.name == "Node" or any(each.name == "Node" for each in named.interfaces)


def _page(field: FieldNode) -> int | str:
    size = _argument(field, "first", "last")
    if isinstance(size, IntValueNode):
        return int(size.value)
    return size.name.value if isinstance(size, VariableNode) else DEFAULT_SIZE


def _listed(field: FieldNode) -> int | str:
    ids = _argument(field, "ids")
    if isinstance(ids, ListValueNode):
        return len(ids.values)
    return ids.name.value if isinstance(ids, VariableNode) else A_FEW


def _argument(field: FieldNode, *names: str) -> ValueNode | None:
    """The first of these that says something: a null is no more than nothing."""
    given = {each.name.value: each.value for each in field.arguments or ()}
    found = (given[name] for name in names if name in given)
    return next((each for each in found if not isinstance(each, NullValueNode)), None)


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }


def _number(size: int | str, variables: Mapping[str, Any], limits: Limits) -> int:
    """A size that is no number, or past the limit of pages, is refused by the field itself."""
    given = variables.get(size) if isinstance(size, str) else size
    if isinstance(given, list):
        return len(given)
    if isinstance(given, int | float) and given > 0:
        return min(int(given), limits.page)
    return DEFAULT_SIZE
