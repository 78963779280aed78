"""A field's scope is declared on the field, shown in the SDL, and checked before the field runs."""

from inspect import isawaitable
from typing import Any

import strawberry
from strawberry.extensions.field_extension import (
    AsyncExtensionResolver,
    FieldExtension,
    SyncExtensionResolver,
)
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from domain.errors import Forbidden
from domain.identity import Principal, Scope
from domain.proofs import check_enrolled


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="The scope that a caller needs for this field; without it the answer is FORBIDDEN.",
)
class RequiresScope:
    """The directive as it is printed in the SDL."""

    scope: str = strawberry.directive_field(name="scope")


class Requires(FieldExtension):
    """Refuses a caller without the scope, before anything is looked up."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def apply(self, field: StrawberryField) -> None:
        """Show the scope in the SDL; a schema may be built twice of the same fields."""
        others = [each for each in field.directives if not isinstance(each, RequiresScope)]
        field.directives = [*others, RequiresScope(scope=self.scope.value)]

    def resolve(
        self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        admit(info.context, self.scope)
        return next_(source, info, **kwargs)

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        admit(info.context, self.scope)
        answer: Any = next_(source, info, **kwargs)
        return await answer if isawaitable(answer) else answer  # a subscription gives a stream


def requires(scope: Scope) -> Requires:
    return Requires(scope)


def admit(context: Any, scope: Scope) -> None:
    """Errors: what the caller's credential was refused for meanwhile, or Forbidden."""
    if context.refusal is not None:
        raise context.refusal
    check(context.principal, scope)


def check(principal: Principal, scope: Scope) -> None:
    """Errors: Forbidden, naming the scope that is missing; EnrolmentRequired before it."""
    check_enrolled(principal, scope)
    if not principal.may(scope):
        raise Forbidden(
            f"This needs the scope {scope.value}, which this credential does not carry."
        )
