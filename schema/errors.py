"""Refusals as data: what a mutation answers when a rule says no."""

import strawberry

from domain.errors import DomainError


@strawberry.type(description="Why a change was refused, and what to do about it.")
class UserError:
    """One refusal of a mutation."""

    code: str = strawberry.field(description="Stable code to branch on: `STALE_VERSION`.")
    message: str = strawberry.field(description="What is wrong and how to mend it.")
    path: str | None = strawberry.field(description="The input field that it is about.")
    retryable: bool = strawberry.field(description="Would the same request succeed later?")

    @classmethod
    def from_domain(cls, error: DomainError) -> "UserError":
        return cls(
            code=error.code, message=error.message, path=error.path, retryable=error.retryable
        )
