"""The table of contents: every root field by its module, and the read models behind them."""

from collections.abc import Mapping
from typing import Final

import strawberry
from graphql import GraphQLError
from strawberry.extensions import (
    MaxAliasesLimiter,
    MaxTokensLimiter,
    QueryDepthLimiter,
    ValidationCache,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from db import (
    bookings,
    catalog,
    customers,
    directory,
    fleet,
    leads,
    payments,
    proposals,
    reservations,
)
from db.relations import Relation
from resolvers.bookings import BookingMutation, BookingQuery, BookingSubscription
from resolvers.brands import BrandQuery
from resolvers.customers import CustomerMutation, CustomerQuery
from resolvers.directory import DirectoryQuery
from resolvers.fleet import FleetQuery
from resolvers.leads import LeadQuery
from resolvers.nodes import ENTITIES, NodeQuery
from resolvers.operation import KNOWN_DOCUMENTS, DocumentCache, OperationScope, Runnable
from resolvers.payments import PaymentQuery
from resolvers.proposals import ProposalQuery
from resolvers.reservations import ReservationQuery
from schema.scalars import SCALARS

MOST_TOKENS: Final = 2_000
MOST_ALIASES: Final = 30
DEEPEST: Final = 12

RELATIONS: Mapping[str, Relation] = {
    relation.name: relation
    for module in (
        bookings,
        catalog,
        customers,
        directory,
        fleet,
        leads,
        payments,
        proposals,
        reservations,
    )
    for relation in module.READ_MODELS
}


@strawberry.type(description="What can be asked.")
class Query(
    BrandQuery,
    NodeQuery,
    BookingQuery,
    CustomerQuery,
    ProposalQuery,
    ReservationQuery,
    PaymentQuery,
    LeadQuery,
    DirectoryQuery,
    FleetQuery,
):
    """All reading root fields."""


@strawberry.type(description="What can be changed.")
class Mutation(BookingMutation, CustomerMutation):
    """All writing root fields."""


@strawberry.type(description="What can be listened to.")
class Subscription(BookingSubscription):
    """All telling root fields."""


class Schema(strawberry.Schema):
    """Leaves the logging of errors to `resolvers.operation`, which knows a refusal from a fault."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        pass


def build_schema() -> Schema:
    """The schema that is served, printed and tested."""
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=list(ENTITIES.values()),
        extensions=[
            OperationScope,
            lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
            lambda: MaxAliasesLimiter(max_alias_count=MOST_ALIASES),
            lambda: QueryDepthLimiter(max_depth=DEEPEST),
            DocumentCache,
            lambda: ValidationCache(maxsize=KNOWN_DOCUMENTS),
            Runnable,
        ],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
