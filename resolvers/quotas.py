"""What an operation takes of its caller's quotas before it runs, and gives back afterwards."""

from collections.abc import AsyncIterator
from typing import Any

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from domain.quotas import NOTHING, Demand, QuotaSpent, Verdict, demand_of
from resolvers.context import OperationContext
from resolvers.operation import as_graphql


class Quotas(SchemaExtension):
    """Takes what the operation is estimated to cost, behind its admission; whatever comes of it,
    each answer says what it did cost and what is left.
    """

    def __init__(self) -> None:
        self._demand: Demand | None = None
        self._verdict: Verdict | None = None
        self._told: dict[str, Any] = {}
        self._level = 0

    async def on_validate(self) -> AsyncIterator[None]:
        """A document that was refused is counted too: reading it was the dearest part."""
        context: OperationContext = self.execution_context.context
        quotas, rates = context.world.quotas, context.world.rates
        if quotas is not None:
            shape = context.shape or NOTHING
            cost = max(1, context.cost + shape.cost)
            demand = demand_of(context.principal, rates, shape, cost=cost)
            verdict = context.barred or await quotas.take(demand)
            context.passing.verdict = verdict
            self._demand, self._verdict, self._level = demand, verdict, verdict.level
            if verdict.refused is not None:
                spent = as_graphql(QuotaSpent.of(verdict))
                self.execution_context.pre_execution_errors = [spent]
        yield

    async def get_results(self) -> dict[str, Any]:
        """`extensions.cost`: of the operation, or of one event of a subscription."""
        demand, verdict = self._demand, self._verdict
        if demand is None or verdict is None:
            return {}
        if not self._told or self._is_told_often:
            self._told = {"cost": self._settled(demand, verdict)}
        return self._told

    @property
    def _is_told_often(self) -> bool:
        return self.execution_context.operation_type is OperationType.SUBSCRIPTION

    def _settled(self, demand: Demand, verdict: Verdict) -> dict[str, int]:
        context: OperationContext = self.execution_context.context
        actual = left = 0
        if verdict.refused is None:
            flat = (context.shape or NOTHING).cost
            actual = max(1, context.tally.drain() + flat)
            left = (0 if self._told else demand.cost) - actual
            if left and context.world.quotas is not None:
                context.world.quotas.give(demand, left)
        bucket = demand.bucket
        self._level = max(0, min(bucket.burst, self._level + left))
        return {
            "requested": demand.cost,
            "actual": actual,
            "remaining": self._level,
            "limit": bucket.burst,
            "refillPerSecond": bucket.per_second,
        }
