"""Documents before they run: parsed, bounded, validated, and remembered by their text."""

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    validate,
    visit,
)
from graphql import OperationType as GraphQLOperation
from strawberry import Info
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from domain.errors import DomainError, Forbidden
from domain.field_usage import Asker, Used
from domain.limits import Limits
from domain.quotas import Shape
from domain.trusted_documents import digest_of
from resolvers.context import OperationContext
from resolvers.coordinates import used_by
from resolvers.cost import Estimate, estimates
from resolvers.limits import LimitExceeded, check_size
from resolvers.operation import as_graphql
from resolvers.shapes import shapes

REMEMBERED_CHARACTERS: Final = 1_000_000  # Parsed, a document takes about forty times as much.
MOST_ERRORS: Final = 5  # Each may print what it is about: a hundred of them cost half a second.
LONGEST_MESSAGE: Final = 400
SEVERAL: Final = "The document has several operations: name the one to run in `operationName`."
SOCKET: Final = "A subscription runs over WebSocket, sub-protocol graphql-transport-ws."
UNSEEN: Final = "Site keys do not introspect. The schema is at /schema.graphql."


class SubscriptionOverHttp(DomainError):
    """A subscription was sent over HTTP. Open a WebSocket on the same address."""


class OperationNotNamed(DomainError):
    """The document has several operations. Name the one to run."""


@dataclass(frozen=True, slots=True)
class Known:
    """A document and what is known of it; without errors it is valid and within its limits."""

    document: DocumentNode | None = None
    errors: list[GraphQLError] = field(default_factory=list)
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    introspects: bool = False
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    used: Mapping[str, Used] = field(default_factory=dict)


class Documents:
    """What this process knows of the valid documents that it was sent, the latest used longest.

    Shape:  one of a schema; what is refused is not remembered, for strangers send that.
    """

    def __init__(self, limits: Limits, *, most_characters: int = REMEMBERED_CHARACTERS) -> None:
        self.limits = limits
        self._most_characters = most_characters
        self._remembered: OrderedDict[str, Known] = OrderedDict()
        self._characters = 0

    def known(self, text: str, schema: GraphQLSchema) -> Known:
        known = self._remembered.get(text)
        if known is not None:
            self._remembered.move_to_end(text)
            return known
        known = self.read(text, schema)
        if not known.errors:
            self._remember(text, known)
        return known

    def _remember(self, text: str, known: Known) -> None:
        self._remembered[text] = known
        self._characters += len(text)
        while self._characters > self._most_characters:
            oldest, _ = self._remembered.popitem(last=False)
            self._characters -= len(oldest)

    def read(self, text: str, schema: GraphQLSchema) -> Known:
        """What is known of a text that is looked at for the first time."""
        try:
            document = parse(text, max_tokens=self.limits.tokens)
            spread = check_size(document, self.limits)
        except GraphQLSyntaxError as error:
            return Known(errors=[self._of_syntax(error)])
        except RecursionError:
            return Known(errors=[as_graphql(self._too_deep())])
        except LimitExceeded as error:
            return Known(errors=[as_graphql(error)])
        errors = _unused(document, spread) or validate(schema, document, max_errors=MOST_ERRORS)
        if errors:
            return Known(document, [_shortened(error) for error in errors])
        return Known(
            document,
            [],
            estimates(schema, document),
            _introspects(document),
            shapes(schema, document),
            used_by(schema, document, digest_of(text)),
        )

    def _of_syntax(self, error: GraphQLSyntaxError) -> GraphQLError:
        if "more than" in error.message and "tokens" in error.message:
            return as_graphql(LimitExceeded("document has", self.limits.tokens, "tokens"))
        if "nested too deeply" in error.message:
            return as_graphql(self._too_deep())
        return error

    def _too_deep(self) -> LimitExceeded:
        return LimitExceeded("document nests", self.limits.depth, "fields")


def _shortened(error: GraphQLError) -> GraphQLError:
    """An error without the pages of input that it may quote.

    What validation itself tripped over, as a number of a thousand digits, is the document's fault.
    """
    message = error.message
    if len(message) > LONGEST_MESSAGE:
        message = f"{message[:LONGEST_MESSAGE]} …"
    return GraphQLError(message, error.nodes)


def _unused(document: DocumentNode, used: set[str]) -> list[GraphQLError]:
    """As validation says it, and before: what nothing spreads was not bounded by the walk."""
    unused = (
        GraphQLError(f"Fragment '{each.name.value}' is never used.", each)
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode) and each.name.value not in used
    )
    return list(islice(unused, MOST_ERRORS))


def _introspects(document: DocumentNode) -> bool:
    """Whether it asks for the schema at a root; `__typename` alone is none of it."""
    found = _Introspection()
    visit(document, found)
    return found.asked


class _Introspection(Visitor):
    asked = False

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.asked = self.asked or node.name.value in {"__schema", "__type"}


class Admission(SchemaExtension):
    """Lets a document in, or says what stands in its way."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._known = Known()

    def on_parse(self) -> Iterator[None]:
        """An error raised here would end a socket's operation without a word: it is kept."""
        context = self.execution_context
        asking: OperationContext = context.context
        if asking.untrusted is not None:
            self._known = Known(errors=[as_graphql(asking.untrusted)])
        elif asking.barred is None:
            self._known = self._documents.known(context.query or "", graphql_schema(context))
        name = context._provided_operation_name  # noqa: SLF001 - the public one falls back
        context.graphql_document = self._known.document or _nothing(name)
        yield

    def on_validate(self) -> Iterator[None]:
        errors = self._known.errors
        if (
            self._known.document is not None
            and not errors
            and (refusal := self._refusal()) is not None
        ):
            errors = [as_graphql(refusal)]
        self.execution_context.pre_execution_errors = errors
        yield

    def _refusal(self) -> DomainError | None:
        """What a valid document is refused for here, now, and to this caller."""
        context = self.execution_context
        asking: OperationContext = context.context
        name = context._provided_operation_name  # noqa: SLF001 - the public one falls back
        if name is None and len(self._known.estimates) > 1:
            return OperationNotNamed(SEVERAL)
        if context.operation_type is OperationType.SUBSCRIPTION and not asking.over_socket:
            return SubscriptionOverHttp(SOCKET)
        if self._known.introspects and asking.keeps_its_schema:
            return Forbidden(UNSEEN)
        limits = self._documents.limits
        if context.variables and size_of(context.variables) > limits.variables_bytes:
            return LimitExceeded("variables have", limits.variables_bytes, "bytes as JSON")
        chosen = name or next(iter(self._known.estimates))
        estimate, asking.shape = self._known.estimates[chosen], self._known.shapes[chosen]
        asking.cost = estimate.nodes(context.variables or {}, limits)
        if asking.cost > limits.nodes:
            return LimitExceeded("operation asks for", limits.nodes, "objects")
        self._count(asking, self._known.used[chosen])
        return None

    def _count(self, asking: OperationContext, used: Used) -> None:
        caller, uses = asking.principal, asking.world.uses
        if uses is not None and caller.brand is not None:
            uses.count(Asker(caller.brand, caller.kind, caller.app_id), used)


def _nothing(name: str | None) -> DocumentNode:
    """Stands for a document that cannot be read, so that its errors are told like any others."""
    return DocumentNode(
        definitions=(
            OperationDefinitionNode(
                operation=GraphQLOperation.QUERY,
                name=None if name is None else NameNode(value=name),
                selection_set=SelectionSetNode(selections=()),
            ),
        )
    )


def size_of(variables: Mapping[str, Any]) -> int:
    """Bytes as JSON. Half a character is for the field to refuse, by the name of its argument."""
    try:
        return len(orjson.dumps(variables))
    except orjson.JSONEncodeError:
        return len(json.dumps(variables))


def graphql_schema(of: ExecutionContext | Info) -> GraphQLSchema:
    """What Strawberry made of the types; it has no public name for it."""
    schema: GraphQLSchema = of.schema._schema  # noqa: SLF001
    return schema
