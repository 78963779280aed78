"""Refusals as data: what a mutation answers when a rule says no."""

from collections.abc import Sequence

import strawberry

from domain.errors import DomainError
from schema.scalars import Json


@strawberry.type(description="A field that others changed since you read the object.")
class FieldConflict:
    """What a caller needs to decide anew."""

    field: str = strawberry.field(description="Its name: `startsAt`.")
    before: Json | None = strawberry.field(description="Its value in the version that you read.")
    current: Json | None = strawberry.field(description="Its value now.")
    yours: Json | None = strawberry.field(
        description="What you sent for it; null if you did not mean to change it."
    )


@strawberry.type(description="Why a change was refused, and what to do about it.")
class UserError:
    """One refusal of a mutation."""

    code: str = strawberry.field(description="Stable code to branch on: `STALE_VERSION`.")
    message: str = strawberry.field(description="What is wrong and how to mend it.")
    path: str | None = strawberry.field(description="The input field that it is about.")
    retryable: bool = strawberry.field(description="Would the same request succeed later?")
    conflicts: list[FieldConflict] = strawberry.field(
        description="Of `STALE_VERSION`: what others changed, as far as you may know; else empty."
    )

    @classmethod
    def from_domain(
        cls, error: DomainError, conflicts: Sequence[FieldConflict] = ()
    ) -> "UserError":
        return cls(
            code=error.code,
            message=error.message,
            path=error.path,
            retryable=error.retryable,
            conflicts=list(conflicts),
        )
