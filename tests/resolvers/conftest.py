"""What the resolver tests share: the schema over the real door, and a way to ask as anybody."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from strawberry.types import ExecutionResult

from bootstrap.wiring import Parts, now
from domain.identity import Brand, Kind, Principal
from resolvers.context import OperationContext, World
from resolvers.root import RELATIONS, Schema, build_schema
from tests.builders import a_principal, new_id
from web.prepared import prepared

Ask = Callable[..., Awaitable[ExecutionResult]]
Run = Callable[..., Awaitable[Any]]


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


@pytest.fixture
def run(made: Parts, schema: Schema, brand: Brand) -> Run:
    """Execute a prepared operation by its name, as staff unless another is named."""
    world = World(made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links)
    documents = {each.name: each.document for each in prepared()}

    async def execute(name: str, caller: Principal | None = None, **variables: Any) -> Any:
        principal = caller or a_principal(brand)
        context = OperationContext(world, principal, idempotency_key=str(new_id()))
        result = await schema.execute(
            documents[name], variable_values=variables, context_value=context
        )
        assert result.errors is None
        assert all(not field.get("errors") for field in _objects(result.data))
        return result.data

    return execute


def _objects(data: Any) -> list[dict[str, Any]]:
    return [each for each in (data or {}).values() if isinstance(each, dict)]


def told(result: ExecutionResult) -> list[tuple[str | None, str]]:
    """The errors of an answer: where, and which code."""
    errors = result.errors or []
    return [
        (".".join(map(str, error.path)) if error.path else None, error.extensions["code"])
        for error in errors
        if error.extensions
    ]
