"""What the resolver tests share: the schema over the real door, and a way to ask as anybody."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from strawberry.types import ExecutionResult

from bootstrap.wiring import Parts, now
from domain.identity import Brand, Kind, Principal
from resolvers.context import OperationContext, World
from resolvers.root import RELATIONS, Schema, build_schema
from tests.builders import a_principal

Ask = Callable[..., Awaitable[ExecutionResult]]


@pytest.fixture(scope="session")
def schema() -> Schema:
    return build_schema()


@pytest.fixture
def ask(made: Parts, schema: Schema, brand: Brand) -> Ask:
    """Execute a document as a principal; as the brand's owner unless another is named."""
    world = World(made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links)

    async def execute(
        document: str, principal: Principal | Kind | None = None, **variables: Any
    ) -> ExecutionResult:
        if principal is None or isinstance(principal, Kind):
            principal = a_principal(brand, principal or Kind.STAFF)
        context = OperationContext(world, principal, request_id="test-request")
        return await schema.execute(document, variable_values=variables, context_value=context)

    return execute


def told(result: ExecutionResult) -> list[tuple[str | None, str]]:
    """The errors of an answer: where, and which code."""
    errors = result.errors or []
    return [
        (".".join(map(str, error.path)) if error.path else None, error.extensions["code"])
        for error in errors
        if error.extensions
    ]
