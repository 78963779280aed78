"""Customers in the contract."""

from datetime import datetime

import strawberry

from domain.identity import Scope
from schema.errors import UserError
from schema.fields import Node, column, entity, instant


@entity("customers", description="A guest of one brand.", scope=Scope.CUSTOMERS_READ)
class Customer(Node):
    """Contact details and what staff know."""

    name: str = column("Full name.")
    email: str | None = column("Normalised address, unique in the brand.")
    phone: str | None = column("E.164: `+15095550142`.")
    vip: bool | None = column("Marked by staff.", scope=Scope.NOTES_READ)
    tags: list[str] | None = column("Marked by staff.", scope=Scope.NOTES_READ)
    internal_notes: str | None = column("For staff alone.", scope=Scope.NOTES_READ)
    created_at: datetime = instant("When the brand first met them.")
    updated_at: datetime = instant("When the record last changed.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")


@strawberry.input(description="Which customers; conditions are joined by AND.")
class CustomerFilter:
    """Every field is a filter of the read model, by the same name."""

    vip: bool | None = strawberry.field(default=None, description="Only VIPs, or only others.")
    text: str | None = strawberry.field(
        default=None, description="Part of a name, e-mail address or phone number."
    )


@strawberry.input(description="Change contact details. A field that is left out stays as it is.")
class UpdateCustomerInput:
    """`null` clears an e-mail address or a phone number; a name cannot be cleared."""

    id: strawberry.ID = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description="The version that you read.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Full name.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="Phone with the country code."
    )


@strawberry.type(description="The changed customer, or why nothing was changed.")
class UpdateCustomerPayload:
    """Exactly one of the two says something."""

    customer: Customer | None = strawberry.field(description="The customer as they are now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
