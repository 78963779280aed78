"""How large a document may be, found in one walk that stops where a limit is passed.

Validation compares every two fields that answer under one path, so its cost can be the square of
what is written. This walk bounds what reaches it: what a document says with its fragments written
out, and how many such pairs there are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from domain.errors import DomainError
from domain.limits import Limits

MOST_PAIRS: Final = 5_000
MOST_INTROSPECTIONS: Final = 2


class LimitExceeded(DomainError):
    """A request passes one of the server's limits; the message names it. Ask for less at a time."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, what: str, most: float, unit: str) -> None:
        super().__init__(f"The {what} more than {most:g} {unit}, the most that is taken.")


@dataclass(slots=True)
class Tally:
    """What was counted of one document so far."""

    limits: Limits
    selections: int = 0
    aliases: int = 0
    directives: int = 0
    pairs: int = 0
    spread: set[str] = field(default_factory=set)

    def selection(self, node: SelectionNode) -> None:
        """Errors: LimitExceeded."""
        self.selections += 1
        self.aliases += isinstance(node, FieldNode) and node.alias is not None
        self.directives += len(node.directives or ())
        limits = self.limits
        if self.selections > limits.tokens:
            raise LimitExceeded("document has", limits.tokens, "fields, its fragments written out")
        if self.aliases > limits.aliases:
            raise LimitExceeded("document has", limits.aliases, "aliases")
        if self.directives > limits.directives:
            raise LimitExceeded("document has", limits.directives, "directives")

    def together(self, counts: Iterable[int]) -> None:
        """Errors: LimitExceeded for too many that answer under one name."""
        self.pairs += sum(count * (count - 1) // 2 for count in counts)
        if self.pairs > MOST_PAIRS:
            raise LimitExceeded("document repeats itself in", MOST_PAIRS, "pairs of fields")


def check_size(document: DocumentNode, limits: Limits) -> set[str]:
    """The names of the fragments that are used.

    Errors: LimitExceeded for too many selections, aliases, directives, root fields or repetitions,
            and for fields nested too deep. What introspection selects is not counted as depth:
            validation bounds it.
    """
    definitions = document.definitions
    fragments = {
        each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)
    }
    tally = Tally(limits, directives=sum(len(_directives(each)) for each in definitions))
    for each in definitions:
        if isinstance(each, OperationDefinitionNode):
            _walk(each.selection_set, fragments, tally)
    return tally.spread


def _directives(definition: object) -> tuple[object, ...]:
    return tuple(getattr(definition, "directives", None) or ())


def _walk(
    root: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], tally: Tally
) -> None:
    level, depth = [([root], False)], 1
    while level:
        deeper = []
        for merged, introspects in level:
            answers = _expanded(merged, fragments, tally)
            if depth == 1:
                _check_roots(answers, tally.limits)
            deeper += [
                (below, introspects or name_of(nodes).startswith("__"))
                for nodes in answers.values()
                if (below := [node.selection_set for node in nodes if node.selection_set])
            ]
        level, depth = deeper, depth + 1
        if depth > tally.limits.depth and not all(introspects for _, introspects in level):
            raise LimitExceeded("document nests", tally.limits.depth, "fields")


def _check_roots(answers: dict[str, list[FieldNode]], limits: Limits) -> None:
    """Introspection answers thousands of lines for each time that it is asked."""
    if sum(map(len, answers.values())) > limits.root_fields:
        raise LimitExceeded("operation has", limits.root_fields, "root fields")
    introspections = sum(name_of(nodes) in {"__schema", "__type"} for nodes in answers.values())
    if introspections > MOST_INTROSPECTIONS:
        raise LimitExceeded("operation has", MOST_INTROSPECTIONS, "root fields of introspection")


def name_of(nodes: list[FieldNode]) -> str:
    return nodes[0].name.value


def _expanded(
    merged: list[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode], tally: Tally
) -> dict[str, list[FieldNode]]:
    """The fields of one path by the name they answer under, with the fragments written out."""
    answers: dict[str, list[FieldNode]] = {}
    spreads: Counter[str] = Counter()
    for node in _selections(merged, fragments, tally):
        if isinstance(node, FieldNode):
            answers.setdefault((node.alias or node.name).value, []).append(node)
        elif isinstance(node, FragmentSpreadNode):
            spreads[node.name.value] += 1
    tally.together(map(len, answers.values()))
    tally.together([spreads.total()])
    return answers


def _selections(
    merged: list[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode], tally: Tally
) -> Iterator[SelectionNode]:
    """Every selection of a path. A cycle of fragments is left to validation, which names it."""
    waiting = [(each, frozenset[str]()) for each in reversed(merged)]
    while waiting:
        selected, within = waiting.pop()
        for node in selected.selections:
            tally.selection(node)
            yield node
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                tally.spread.add(name)
                if name in fragments and name not in within:
                    waiting.append((fragments[name].selection_set, within | {name}))
            elif isinstance(node, InlineFragmentNode):
                waiting.append((node.selection_set, within))
