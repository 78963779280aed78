"""Who still asks for what: the use of fields, by app and day."""

from typing import Annotated

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry import Info

from db.field_usage import FIELD_USAGE
from db.reading import Wanted
from domain.identity import Scope
from domain.listing import Page
from resolvers.context import OperationContext
from resolvers.documents import graphql_schema
from resolvers.listing import After, Before, First, Last, as_connection, filter_values, says
from schema.field_usage import FieldUsage, FieldUsageFilter
from schema.orders import FieldUsageOrder
from schema.pagination import Connection
from schema.permissions import requires


def deprecated(schema: GraphQLSchema) -> list[str]:
    """The coordinates of all fields that the contract deprecates."""
    return sorted(
        f"{type_.name}.{name}"
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in type_.fields.items()
        if field.deprecation_reason is not None
    )


@strawberry.type
class FieldUsageQuery:
    """Root fields that read the use of fields."""

    @strawberry.field(
        extensions=[requires(Scope.DOCUMENTS_READ)],
        description="Which fields were asked for in the last 90 days, by which apps and kinds of"
        " caller. A minute passes before a use is counted.",
    )
    async def field_usage(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        deprecated_only: Annotated[bool | None, says("Only those deprecated.")] = None,
        filter: Annotated[
            FieldUsageFilter | None, says("Which ones; all of them if left out.")
        ] = None,
        order_by: Annotated[FieldUsageOrder, says("In which order.")] = FieldUsageOrder.DAY_DESC,
    ) -> Connection[FieldUsage]:
        context: OperationContext = info.context
        values = filter_values(filter)
        if deprecated_only:
            values["coordinates"] = deprecated(graphql_schema(info))
        request = Page.of(first, after, last, before, most=context.world.limits.page)
        wanted = Wanted.of(FIELD_USAGE, order_by.value, values, zone=context.zone)
        rows = await context.page(wanted, request)
        return as_connection(wanted, rows, count=lambda: context.count(wanted))
