"""Where a rule's refusal becomes data: the one place that turns a DomainError into a payload."""

from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from domain.errors import (
    DeadlineExceeded,
    DomainError,
    Forbidden,
    InvalidInput,
    ServiceUnavailable,
    StaleVersion,
    Unauthenticated,
)
from domain.identity import Scope
from domain.proofs import EnrolmentRequired, ReauthenticationRequired, SecondFactorRequired
from domain.quotas import Policy, QuotaSpent
from resolvers.conflicts import conflicts, present, subjects_of
from resolvers.freshness import Asks, Fresh, always
from resolvers.keys import Keyed
from resolvers.shapes import POLICY
from schema.errors import FieldConflict, UserError
from schema.permissions import requires

NOT_DATA = (
    Unauthenticated,
    SecondFactorRequired,
    EnrolmentRequired,
    ReauthenticationRequired,
    Forbidden,
    ServiceUnavailable,
    DeadlineExceeded,
    QuotaSpent,
)


class Refusals(FieldExtension):
    """Answers a refused mutation with a payload that says why."""

    def __init__(self, payload: type) -> None:
        self.payload = payload
        self.empty = {name: None for name in payload.__annotations__ if name != "errors"}
        self.subjects = subjects_of(payload)

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        try:
            return await next_(source, info, **kwargs)
        except NOT_DATA:
            raise
        except StaleVersion as error:
            return await self._stale(info, error, kwargs)
        except DomainError as error:
            return self.payload(**self.empty, errors=[UserError.from_domain(error)])

    async def _stale(
        self, info: strawberry.Info, error: StaleVersion, given: Mapping[str, Any]
    ) -> Any:
        """The objects as they are now beside the refusal, and what differs in the stale one.

        Shape:  a version that was never there is no old one, but a mistake.
        """
        if not error.was_read:
            wrong = InvalidInput(
                f"Send the `version` that you read: {error.expected} never was one of this object.",
                path=error.path,
            )
            return self.payload(**self.empty, errors=[UserError.from_domain(wrong)])
        found = await present(info, self.subjects, given)
        told: list[FieldConflict] = []
        for subject in self.subjects:
            row: Any = found.get(subject.field)
            if row is not None and row.id == (error.of or row.id) and row.version == error.current:
                told = await conflicts(info, subject, row, error, given)
                break
        refusal = UserError.from_domain(error, told)
        return self.payload(**(self.empty | found), errors=[refusal])


def mutation(
    payload: type,
    *,
    scope: Scope,
    description: str,
    keyed: bool = False,
    policy: Policy | None = None,
    fresh: bool | Asks = False,
) -> Callable[[Any], Any]:
    """A mutation field: its scope, its description, and its refusals as data.

    Shape:  a `keyed` one holds, sells, charges or refunds: it needs an idempotency key; one of a
            `policy` is counted by it besides. A `fresh` one asks a member for a proof of the last
            minutes, always or for some inputs.
    """
    extensions: list[FieldExtension] = [requires(scope), Refusals(payload)]
    if fresh:
        extensions.insert(0, Fresh(always if fresh is True else fresh))
        some = "" if fresh is True else " if it refunds"
        description = f"{description} Asks staff for a fresh proof{some}."
    if keyed:
        extensions.insert(0, Keyed())  # The last one is the first to run.
        description = f"{description} Needs an idempotency key."

    def wrap(resolver: Any) -> Any:
        return strawberry.mutation(
            resolver,
            description=description,
            extensions=extensions,
            metadata={POLICY: policy} if policy else None,
        )

    return wrap
