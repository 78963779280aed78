"""Where a request's idempotency key stands, what it is the key of, and a change without one."""

from typing import Annotated, Any
from uuid import UUID

import pytest
import strawberry
from strawberry import Info
from strawberry.schema.config import StrawberryConfig

from bootstrap.wiring import Parts, now
from db.database import Database
from domain.identity import Brand, Principal, Scope
from resolvers.context import OperationContext, World
from resolvers.keys import key_of
from resolvers.listing import says
from resolvers.refusals import mutation
from resolvers.root import RELATIONS, Schema
from schema.errors import UserError
from schema.scalars import SCALARS
from tests.builders import a_customer, a_principal


@strawberry.type
class MadePayload:
    """What was made, or why nothing was."""

    id: str | None
    errors: list[UserError]


@strawberry.type
class Making:
    """One change that needs a key."""

    @mutation(MadePayload, scope=Scope.CUSTOMERS_WRITE, description="Makes.", keyed=True)
    async def make(self, info: Info, name: Annotated[str, says("Whom.")]) -> MadePayload:
        made: UUID = await info.context.write(
            lambda tx: a_customer(tx, name=name), key=key_of(info)
        )
        return MadePayload(id=str(made), errors=[])


@strawberry.type
class Nothing:
    """A query has to be."""

    nothing: bool = False


@pytest.fixture(scope="module")
def making() -> Schema:
    return Schema(query=Nothing, mutation=Making, config=StrawberryConfig(scalar_map=SCALARS))


class Caller:
    """One caller of the little schema, request after request."""

    def __init__(self, schema: Schema, made: Parts, principal: Principal) -> None:
        self._schema = schema
        self._world = World(
            made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links
        )
        self._principal = principal

    async def ask(
        self, document: str, key: str | None = None, **variables: Any
    ) -> dict[str, tuple[str | None, list[str]]]:
        """The id and the codes of each field."""
        context = OperationContext(
            self._world, self._principal, request_id="a-test", idempotency_key=key
        )
        result = await self._schema.execute(
            document, variable_values=variables, context_value=context
        )
        await context.close()
        assert result.errors is None
        return {
            name: (field["id"], [error["code"] for error in field["errors"]])
            for name, field in (result.data or {}).items()
        }


MAKE = 'mutation { make(name: "Ada") { id errors { code } } }'


@pytest.fixture
def caller(making: Schema, made: Parts, brand: Brand) -> Caller:
    return Caller(making, made, a_principal(brand))


async def _customers(database: Database, brand: Brand) -> int:
    async with database.session(a_principal(brand)).read() as tx:
        row = await tx.row("select count(*) from customers")
    return int(row[0]) if row else -1


async def test_a_change_that_needs_a_key_is_refused_without_one(
    caller: Caller, database: Database, brand: Brand, statements: list[str]
) -> None:
    statements.clear()

    assert await caller.ask(MAKE) == {"make": (None, ["IDEMPOTENCY_KEY_REQUIRED"])}
    assert statements == []
    assert await _customers(database, brand) == 0


async def test_the_header_names_an_attempt_and_its_repetition_is_answered_alike(
    caller: Caller, database: Database, brand: Brand
) -> None:
    first = await caller.ask(MAKE, "k1")
    variables = "mutation M($n: String!) { make(name: $n) { errors { code message } id } }"

    assert await caller.ask(MAKE, '"k1"') == first
    assert await caller.ask(variables, "k1", n="Ada") == first
    assert await caller.ask(MAKE, "k2") != first
    assert await _customers(database, brand) == 2


async def test_other_arguments_under_a_used_key_are_refused(
    caller: Caller, database: Database, brand: Brand
) -> None:
    await caller.ask(MAKE, "k1")

    told = await caller.ask(MAKE.replace("Ada", "Bob"), "k1")

    assert told == {"make": (None, ["IDEMPOTENCY_KEY_REUSED"])}
    assert await _customers(database, brand) == 1


async def test_the_directive_goes_before_the_header(caller: Caller) -> None:
    named = 'mutation { make(name: "Ada") @idempotent(key: "k9") { id errors { code } } }'

    first = await caller.ask(named, "k1")

    assert await caller.ask(named) == first
    assert await caller.ask(MAKE, "k9") == first
    assert await caller.ask(MAKE, "k1") != first


async def test_two_fields_of_one_request_are_two_changes(
    caller: Caller, database: Database, brand: Brand
) -> None:
    twice = (
        'mutation { one: make(name: "Ada") { id errors { code } }'
        ' two: make(name: "Ada") { id errors { code } } }'
    )

    first = await caller.ask(twice, "k1")

    assert first["one"][0] != first["two"][0]
    assert await caller.ask(twice, "k1") == first
    assert await _customers(database, brand) == 2


async def test_a_key_of_the_wrong_form_is_refused(caller: Caller) -> None:
    assert await caller.ask(MAKE, "a key") == {"make": (None, ["BAD_USER_INPUT"])}
