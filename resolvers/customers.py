"""Customers: the lists and objects that are asked for, and what staff know of one."""

from typing import Any

import strawberry
from strawberry import Info

from db.customers import CUSTOMERS
from domain.customers import ContactChange, NewCustomer
from domain.identity import Scope
from domain.preferences import Preferences
from resolvers.listing import by_column, by_id, listed, one
from resolvers.refusals import mutation
from schema.customer_changes import (
    ArchiveCustomerInput,
    ArchiveCustomerPayload,
    CreateCustomerInput,
    CreateCustomerPayload,
    CustomerPreferencesInput,
    RestoreCustomerInput,
    RestoreCustomerPayload,
    RestoreCustomerVersionInput,
    RestoreCustomerVersionPayload,
    SetCustomerTagsInput,
    SetCustomerTagsPayload,
    UpdateCustomerInput,
    UpdateCustomerPayload,
)
from schema.customers import Customer, CustomerFilter
from schema.global_ids import decode_as
from schema.orders import CustomerOrder
from schema.pagination import Connection
from services.customers import (
    archive_customer,
    create_customer,
    restore_customer,
    restore_customer_version,
    set_customer_tags,
    update_customer,
)

CHANGEABLE = ("name", "email", "phone", "vip", "internal_notes", "preferences")


def folded(email: str) -> str:
    return email.strip().lower()


def preferences_of(given: CustomerPreferencesInput | None) -> Preferences:
    """Errors: InvalidInput for an id of no winery."""
    if given is None:
        return Preferences()
    wineries = (decode_as("Winery", each, path="wineryIds") for each in given.winery_ids)
    return Preferences(tuple(wineries), tuple(given.dietary), given.accessibility)


@strawberry.type
class CustomerQuery:
    """Root fields that read customers."""

    customers: Connection[Customer] = listed(
        CUSTOMERS,
        filter=CustomerFilter,
        order=CustomerOrder.NAME_ASC,
        scope=Scope.CUSTOMERS_READ,
        description="Customers that the caller may see.",
        guarded={
            **dict.fromkeys(("vip", "tag"), Scope.NOTES_READ),
            **dict.fromkeys(("email", "phone", "text"), Scope.CUSTOMERS_CONTACT),
        },
    )
    customer: Customer | None = by_id(Customer, CUSTOMERS)
    customer_by_email: Customer | None = by_column(
        Customer,
        CUSTOMERS,
        "email",
        "One customer by their e-mail address.",
        folded,
        also=Scope.CUSTOMERS_CONTACT,
    )


@strawberry.type
class CustomerMutation:
    """Root fields that change customers."""

    @mutation(
        CreateCustomerPayload,
        scope=Scope.CUSTOMERS_WRITE,
        description="Make a customer whom staff have met.",
    )
    async def create_customer(
        self, info: Info, input: CreateCustomerInput
    ) -> CreateCustomerPayload:
        wish = NewCustomer(
            name=input.name,
            email=input.email,
            phone=input.phone,
            vip=input.vip,
            tags=tuple(input.tags),
            internal_notes=input.internal_notes,
            preferences=preferences_of(input.preferences),
        )
        made = await _write(info, create_customer, wish)
        return CreateCustomerPayload(customer=made, errors=[])

    @mutation(
        UpdateCustomerPayload,
        scope=Scope.CUSTOMERS_WRITE,
        description="Change what is known of a customer.",
    )
    async def update_customer(
        self, info: Info, input: UpdateCustomerInput
    ) -> UpdateCustomerPayload:
        given = {name: getattr(input, name) for name in CHANGEABLE}
        given = {name: value for name, value in given.items() if value is not strawberry.UNSET}
        named = frozenset(given)
        if "preferences" in given:
            given["preferences"] = preferences_of(given["preferences"])
        customer_id = decode_as("Customer", input.id)
        wish = ContactChange(customer_id, input.expected_version, named, **given)
        changed = await _write(info, update_customer, wish)
        return UpdateCustomerPayload(customer=changed, errors=[])

    @mutation(
        SetCustomerTagsPayload,
        scope=Scope.CUSTOMERS_WRITE,
        description="Give a customer these tags in place of those they have.",
    )
    async def set_customer_tags(
        self, info: Info, input: SetCustomerTagsInput
    ) -> SetCustomerTagsPayload:
        id, tags = decode_as("Customer", input.id), tuple(input.tags)
        version = input.expected_version
        changed = await _write(info, set_customer_tags, id, tags, expected_version=version)
        return SetCustomerTagsPayload(customer=changed, errors=[])

    @mutation(
        ArchiveCustomerPayload,
        scope=Scope.CUSTOMERS_WRITE,
        description="Put a customer away: their credential opens nothing, nothing is deleted.",
    )
    async def archive_customer(
        self, info: Info, input: ArchiveCustomerInput
    ) -> ArchiveCustomerPayload:
        id, version = decode_as("Customer", input.id), input.expected_version
        changed = await _write(info, archive_customer, id, expected_version=version)
        return ArchiveCustomerPayload(customer=changed, errors=[])

    @mutation(
        RestoreCustomerPayload,
        scope=Scope.CUSTOMERS_WRITE,
        description="Bring back a customer who was put away, but not one who was merged.",
    )
    async def restore_customer(
        self, info: Info, input: RestoreCustomerInput
    ) -> RestoreCustomerPayload:
        id, version = decode_as("Customer", input.id), input.expected_version
        changed = await _write(info, restore_customer, id, expected_version=version)
        return RestoreCustomerPayload(customer=changed, errors=[])

    @mutation(
        RestoreCustomerVersionPayload,
        scope=Scope.CUSTOMERS_WRITE,
        description="Bring back what was known of a customer in an earlier version.",
    )
    async def restore_customer_version(
        self, info: Info, input: RestoreCustomerVersionInput
    ) -> RestoreCustomerVersionPayload:
        id, wanted = decode_as("Customer", input.id), input.version
        expected = input.expected_version
        changed = await _write(
            info, restore_customer_version, id, wanted, expected_version=expected
        )
        return RestoreCustomerVersionPayload(customer=changed, errors=[])


async def _write(info: Info, use_case: Any, *given: Any, **more: Any) -> Any:
    """Do it in one transaction, and give the customer as they are afterwards."""
    context, now = info.context, info.context.world.now()
    changed = await context.write(
        lambda tx: use_case(tx, *given, **more, now=now, ids=context.world.ids)
    )
    return await one(info, CUSTOMERS, changed.id)
