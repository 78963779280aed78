"""Which fields are used, in the contract."""

from datetime import date
from typing import Any

import strawberry

from domain.identity import Scope
from schema.api_keys import App
from schema.enums import PrincipalKind
from schema.fields import BINDING, Node, column, edge, entity

GONE = "No field of the contract any more."


def _deprecation(root: Any, info: strawberry.Info) -> str | None:
    name, _, field = root.coordinate.partition(".")
    type_ = info._raw_info.schema.get_type(name)  # noqa: SLF001 - the public view has no coordinate
    found = getattr(type_, "fields", {}).get(field)
    reason: str | None = found.deprecation_reason if found else GONE
    return reason


@entity(
    "field_usage",
    description="How often a field was asked for on a day, by whom.",
    scope=Scope.DOCUMENTS_READ,
    recorded=False,
)
class FieldUsage(Node):
    """An operation counts once for each of its fields, however often it names it."""

    coordinate: str = column("The field: `Booking.customer`.")
    caller: PrincipalKind = column("The kind of caller.")
    app: App | None = edge("The app whose key it was; null for people.")
    day: date = column("The brand's day.")
    uses: int = column("How many operations asked for it.")
    deprecation: str | None = strawberry.field(
        resolver=_deprecation,
        description="Why it is not to be used any more, and what instead; null for most.",
        metadata={BINDING: ("coordinate",)},
    )


@strawberry.input(description="Which uses; conditions are joined by AND.")
class FieldUsageFilter:
    """Every field is a filter of the read model, by the same name."""

    coordinate: str | None = strawberry.field(
        default=None, description="Of this field: `Booking.customer`."
    )
    app_id: strawberry.ID | None = strawberry.field(default=None, description="By this app.")
    caller: list[PrincipalKind] | None = strawberry.field(
        default=None, description="By any of these kinds of caller."
    )
    day_from: date | None = strawberry.field(default=None, description="On this day or later.")
    day_to: date | None = strawberry.field(default=None, description="On this day or earlier.")
