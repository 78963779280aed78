"""Customers: the lists and objects that are asked for, and the change of contact details."""

import strawberry
from strawberry import Info

from db.customers import CUSTOMERS
from domain.customers import ContactChange
from domain.identity import Scope
from resolvers.listing import by_column, by_id, listed, one
from resolvers.refusals import mutation
from schema.customers import (
    Customer,
    CustomerFilter,
    UpdateCustomerInput,
    UpdateCustomerPayload,
)
from schema.global_ids import decode_as
from schema.orders import CustomerOrder
from schema.pagination import Connection
from services.customers import update_customer


def folded(email: str) -> str:
    return email.strip().lower()


@strawberry.type
class CustomerQuery:
    """Root fields that read customers."""

    customers: Connection[Customer] = listed(
        CUSTOMERS,
        filter=CustomerFilter,
        order=CustomerOrder.NAME_ASC,
        scope=Scope.CUSTOMERS_READ,
        description="Customers that the caller may see.",
        guarded={"vip": Scope.NOTES_READ},
    )
    customer: Customer | None = by_id(Customer, CUSTOMERS)
    customer_by_email: Customer | None = by_column(
        Customer, CUSTOMERS, "email", "One customer by their e-mail address.", folded
    )


@strawberry.type
class CustomerMutation:
    """Root fields that change customers."""

    @mutation(
        UpdateCustomerPayload,
        scope=Scope.CUSTOMERS_WRITE,
        description="Change a customer's contact details.",
    )
    async def update_customer(
        self, info: Info, input: UpdateCustomerInput
    ) -> UpdateCustomerPayload:
        context, now = info.context, info.context.world.now()
        given = {
            name: getattr(input, name)
            for name in ("name", "email", "phone")
            if getattr(input, name) is not strawberry.UNSET
        }
        wish = ContactChange(
            customer_id=decode_as("Customer", input.id),
            expected_version=input.expected_version,
            named=frozenset(given),
            **given,
        )
        changed = await context.write(
            lambda tx: update_customer(tx, wish, now=now, ids=context.world.ids)
        )
        customer = await one(info, CUSTOMERS, changed.id)
        return UpdateCustomerPayload(customer=customer, errors=[])
