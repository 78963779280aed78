"""The frame of one operation: a context of its own, its end, and what its errors look like."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import structlog
from graphql import GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, parse
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from domain.errors import DomainError
from domain.faults import told

LOG = structlog.get_logger("tourbase.operation")
KNOWN_DOCUMENTS: Final = 500
SEVERAL: Final = "The document has several operations: name the one to run in `operationName`."
SOCKET: Final = "A subscription runs over WebSocket, sub-protocol graphql-transport-ws."
MASKED: Final = "Something went wrong on our side. It has been logged; quote the request id."


class OperationScope(SchemaExtension):
    """Forks the context, closes its snapshot at the end, and shapes every error that leaves."""

    async def on_operation(self) -> AsyncIterator[None]:
        context = await self.execution_context.context.begun()
        self.execution_context.context = context
        try:
            yield
        finally:
            await context.close()
        self._shape(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Any:
        self._shape(result)
        yield None

    def _shape(self, result: Any) -> None:
        if result is not None and getattr(result, "errors", None):
            request_id = self.execution_context.context.request_id
            result.errors = [shaped(error, request_id) for error in result.errors]


class SubscriptionOverHttp(DomainError):
    """A subscription was sent over HTTP. Open a WebSocket on the same address."""


class OperationNotNamed(DomainError):
    """The document has several operations. Name the one to run."""


def as_graphql(error: DomainError) -> GraphQLError:
    return GraphQLError(error.message, original_error=error)


class Runnable(SchemaExtension):
    """Refuses a valid document that names no operation to run, or one that cannot run here.

    Stands last among the extensions: a cached validation overwrites what was found before.
    """

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        named = context._provided_operation_name  # noqa: SLF001 - the public one falls back
        document = context.graphql_document
        operations = document.definitions if document else ()
        several = sum(isinstance(each, OperationDefinitionNode) for each in operations) > 1
        if several and named is None:
            context.pre_execution_errors = [as_graphql(OperationNotNamed(SEVERAL))]
        elif (
            context.operation_type is OperationType.SUBSCRIPTION and not context.context.over_socket
        ):
            context.pre_execution_errors = [as_graphql(SubscriptionOverHttp(SOCKET))]
        yield


class DocumentCache(SchemaExtension):
    """Parsed documents by their text; one that cannot be parsed is left to the ordinary parser.

    Strawberry's own cache raises from its hook, which over a socket ends the operation without a
    word to the client.
    """

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        with suppress(GraphQLError):
            context.graphql_document = parsed(context.query or "", **context.parse_options)
        yield


parsed = lru_cache(maxsize=KNOWN_DOCUMENTS)(parse)


def shaped(error: GraphQLError, request_id: str) -> GraphQLError:
    """An error as clients see it: a code to branch on, the request's id, and no internals."""
    if error.extensions and "requestId" in error.extensions:
        return error
    cause = _cause(error)
    message, extensions = _told(error, cause)
    if extensions["code"] == "INTERNAL_SERVER_ERROR":
        LOG.error("fault", request_id=request_id, path=error.path, **told(cause or error))
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={**extensions, "requestId": request_id},
    )


def _cause(error: GraphQLError) -> BaseException | None:
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _told(error: GraphQLError, cause: BaseException | None) -> tuple[str, dict[str, Any]]:
    if isinstance(cause, DomainError):
        extensions: dict[str, Any] = {"code": cause.code, "retryable": cause.retryable}
        return cause.message, extensions | ({"argument": cause.path} if cause.path else {})
    if cause is not None:
        return MASKED, {"code": "INTERNAL_SERVER_ERROR", "retryable": False}
    if isinstance(error, GraphQLSyntaxError):
        return error.message, {"code": "GRAPHQL_PARSE_FAILED", "retryable": False}
    if error.path is None:
        return error.message, {"code": "GRAPHQL_VALIDATION_FAILED", "retryable": False}
    return error.message, {"code": "BAD_USER_INPUT", "retryable": False}
