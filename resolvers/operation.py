"""The frame of one operation: a context of its own, its end, and what its errors look like."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from domain.errors import DeadlineExceeded, DomainError
from domain.faults import told
from domain.limits import Limits
from domain.quotas import QuotaSpent

SUGGESTION: Final = re.compile(r" Did you mean [^?]*\?")
LOG = structlog.get_logger("tourbase.operation")
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
            context = self.execution_context.context
            result.errors = [
                shaped(error, context.request_id, discreet=context.keeps_its_schema)
                for error in result.errors
            ]


class Deadline(SchemaExtension):
    """Ends a query or mutation that takes too long; a subscription lasts as it will."""

    def __init__(self, limits: Limits) -> None:
        self._seconds = limits.operation_seconds

    async def on_execute(self) -> AsyncIterator[None]:
        if self.execution_context.operation_type is OperationType.SUBSCRIPTION:
            yield
            return
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError as error:
            late = as_graphql(DeadlineExceeded(self._seconds))
            raise shaped(late, self.execution_context.context.request_id) from error


def as_graphql(error: DomainError) -> GraphQLError:
    return GraphQLError(error.message, original_error=error)


def shaped(error: GraphQLError, request_id: str, *, discreet: bool = False) -> GraphQLError:
    """An error as clients see it: a code to branch on, the request's id, and no internals.

    Shape:  to a `discreet` caller no names are suggested.
    """
    if error.extensions and "requestId" in error.extensions:
        return error
    cause = _cause(error)
    message, extensions = _told(error, cause)
    if discreet:
        message = SUGGESTION.sub("", message)
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
        if isinstance(cause, QuotaSpent):
            extensions |= cause.told
        return cause.message, extensions | ({"argument": cause.path} if cause.path else {})
    if cause is not None:
        return MASKED, {"code": "INTERNAL_SERVER_ERROR", "retryable": False}
    if isinstance(error, GraphQLSyntaxError):
        return error.message, {"code": "GRAPHQL_PARSE_FAILED", "retryable": False}
    if error.path is None:
        return error.message, {"code": "GRAPHQL_VALIDATION_FAILED", "retryable": False}
    return error.message, {"code": "BAD_USER_INPUT", "retryable": False}
