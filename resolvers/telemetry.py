"""What is told of each operation: its name if the server knows it, its time, and how it ended."""

import asyncio
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any, Final

from graphql import OperationDefinitionNode
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext

from domain.identity import Kind
from integrations.frames import Frame
from integrations.metrics import OTHER
from integrations.telemetry import CANCELLED, FAULT, Operation, Telemetry
from resolvers.context import OperationContext

MOST_CODES: Final = 5
UNRUNNABLE: Final = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""What Strawberry raises past its own extensions."""
KnownName = Callable[[str, str], bool]
"""Whether the server knows a document that calls its operation by this name: (name, text)."""


def none_is_known(_name: str, _document: str) -> bool:
    return False


class Observed(SchemaExtension):
    """The first of the extensions, so that it sees what all the others did."""

    def __init__(self, is_known: KnownName) -> None:
        self._is_known = is_known
        self._codes: dict[str, None] = {}

    def on_operation(self) -> Iterator[None]:
        telemetry = self.execution_context.context.world.telemetry
        if telemetry is None:
            yield
            return
        frame, began = telemetry.operation_begun(), perf_counter()
        told_of_caller(frame, self.execution_context.context)
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            self._codes[CANCELLED] = None
            raise
        except UNRUNNABLE:
            self._codes["BAD_REQUEST"] = None
            raise
        except Exception:
            self._codes[FAULT] = None
            raise
        finally:
            execution, seconds = self.execution_context, perf_counter() - began
            self._note(execution.result)
            operation = Operation(*self._name_and_type(execution), tuple(self._codes)[:MOST_CODES])
            told_of_caller(frame, execution.context)
            telemetry.operation_ended(frame, operation, seconds)
            log(telemetry, frame, operation, seconds, cost=execution.context.cost)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        yield
        self._note(result)

    def _note(self, result: Any) -> None:
        for error in getattr(result, "errors", None) or ():
            self._codes[str((error.extensions or {}).get("code", "UNKNOWN"))] = None

    def _name_and_type(self, execution: ExecutionContext) -> tuple[str, str]:
        definition = chosen(execution)
        if definition is None:
            return OTHER, "unknown"
        name = definition.name.value if definition.name else ""
        known = name and self._is_known(name, execution.query or "")
        return name if known else OTHER, definition.operation.value


def chosen(execution: ExecutionContext) -> OperationDefinitionNode | None:
    """The operation that runs; None if there is none, or several and none is named."""
    document = execution.graphql_document
    operations = [
        each
        for each in (document.definitions if document else ())
        if isinstance(each, OperationDefinitionNode)
    ]
    named = execution._provided_operation_name  # noqa: SLF001 - the public one falls back
    if named is not None:
        operations = [each for each in operations if each.name and each.name.value == named]
    return operations[0] if len(operations) == 1 else None


def told_of_caller(frame: Frame, context: OperationContext) -> None:
    principal, brand = context.principal, context.principal.brand
    if principal.kind is not Kind.NOBODY:
        frame.caller(
            brand.tenant_slug if brand else "", brand.code if brand else "", principal.kind.value
        )


def log(
    telemetry: Telemetry, frame: Frame, operation: Operation, seconds: float, *, cost: int
) -> None:
    """One line an operation, over HTTP and over a socket alike."""
    telemetry.access.info(
        "operation",
        request_id=frame.request_id,
        trace_id=frame.trace_id,
        tenant=frame.tenant,
        brand=frame.brand,
        kind=frame.kind,
        operation=operation.name,
        type=operation.type,
        duration_ms=round(seconds * 1000, 2),
        statements=frame.statements,
        cost=cost,
        outcome=operation.outcome,
        codes=" ".join(operation.codes),
    )
