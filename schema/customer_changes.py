"""Changes of customers in the contract: what is sent, and what comes back."""

from datetime import datetime

import strawberry

from schema.customers import Customer
from schema.enums import Channel
from schema.errors import UserError

AS_IS = "The customer as they are now; null if there is none."
WHY = "Refusals; empty if it was changed."
READ = "The version that you read."


@strawberry.input(description="What a customer likes and needs; it replaces what was known.")
class CustomerPreferencesInput:
    """A list that is left out is empty."""

    winery_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Favourite wineries, at most 20."
    )
    dietary: list[str] = strawberry.field(
        default_factory=list, description="What they eat, at most 20: `vegan`."
    )
    accessibility: str | None = strawberry.field(
        default=None, description="What they need to get about."
    )


@strawberry.input(description="A customer whom staff have met.")
class CreateCustomerInput:
    """Only the name is needed."""

    name: str = strawberry.field(description="Full name.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    phone: str | None = strawberry.field(default=None, description="Phone with the country code.")
    vip: bool = strawberry.field(default=False, description="Is this a VIP?")
    tags: list[str] = strawberry.field(default_factory=list, description="At most 30 tags.")
    internal_notes: str | None = strawberry.field(default=None, description="For staff alone.")
    preferences: CustomerPreferencesInput | None = strawberry.field(
        default=None, description="What they like and need."
    )


@strawberry.input(
    description="Change what is known of a customer. A field that is left out stays as it is."
)
class UpdateCustomerInput:
    """`null` clears a field; a name and the mark of a VIP cannot be cleared."""

    id: strawberry.ID = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description=READ)
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Full name.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="Phone with the country code."
    )
    vip: bool | None = strawberry.field(default=strawberry.UNSET, description="Is this a VIP?")
    internal_notes: str | None = strawberry.field(
        default=strawberry.UNSET, description="For staff alone."
    )
    preferences: CustomerPreferencesInput | None = strawberry.field(
        default=strawberry.UNSET, description="What they like and need."
    )


@strawberry.input(description="All tags of a customer, in place of those they have.")
class SetCustomerTagsInput:
    """An empty list takes all away."""

    id: strawberry.ID = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description=READ)
    tags: list[str] = strawberry.field(description="At most 30; their case does not matter.")


@strawberry.input(description="What a customer said about being written to.")
class RecordConsentInput:
    """Given or withdrawn, for one channel."""

    id: strawberry.ID = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description=READ)
    channel: Channel = strawberry.field(description="Which way to write to them.")
    given: bool = strawberry.field(description="Given, or withdrawn.")
    source: str = strawberry.field(description="How it was said: `by phone`.")
    at: datetime | None = strawberry.field(
        default=None, description="When it was said, with its offset; now if left out."
    )


@strawberry.input(description="Put a customer away; nothing of them is deleted.")
class ArchiveCustomerInput:
    """They can be restored."""

    id: strawberry.ID = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description=READ)


@strawberry.input(description="Bring a customer back who was put away.")
class RestoreCustomerInput:
    """Not one who was merged."""

    id: strawberry.ID = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description=READ)


@strawberry.input(description="An earlier version of a customer, to be brought back.")
class RestoreCustomerVersionInput:
    """The history says which versions there were."""

    id: strawberry.ID = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description=READ)
    version: int = strawberry.field(description="The version that is wanted back.")


@strawberry.input(description="Two customers who are one person.")
class MergeCustomersInput:
    """Contact details of the kept one stand; the other's fill its gaps."""

    keep_id: strawberry.ID = strawberry.field(description="The customer who stays.")
    merge_id: strawberry.ID = strawberry.field(
        description="The customer whose bookings, payments and all the rest move, and who goes."
    )
    keep_version: int = strawberry.field(description="The version that you read of the first.")
    merge_version: int = strawberry.field(description="The version that you read of the second.")


@strawberry.type(description="The new customer, or why there is none.")
class CreateCustomerPayload:
    """Exactly one of the two says something."""

    customer: Customer | None = strawberry.field(description="The new customer.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was made.")


@strawberry.type(description="The changed customer, or why nothing was changed.")
class UpdateCustomerPayload:
    """Beside a stale version the customer is as they are now."""

    customer: Customer | None = strawberry.field(description=AS_IS)
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The customer with their tags, or why nothing was changed.")
class SetCustomerTagsPayload:
    """Beside a stale version the customer is as they are now."""

    customer: Customer | None = strawberry.field(description=AS_IS)
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The customer with their consents, or why nothing was changed.")
class RecordConsentPayload:
    """Beside a stale version the customer is as they are now."""

    customer: Customer | None = strawberry.field(description=AS_IS)
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The customer who was put away, or why nothing was changed.")
class ArchiveCustomerPayload:
    """Beside a stale version the customer is as they are now."""

    customer: Customer | None = strawberry.field(description=AS_IS)
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The customer who came back, or why nothing was changed.")
class RestoreCustomerPayload:
    """Beside a stale version the customer is as they are now."""

    customer: Customer | None = strawberry.field(description=AS_IS)
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The customer as they were, or why nothing was changed.")
class RestoreCustomerVersionPayload:
    """Beside a stale version the customer is as they are now."""

    customer: Customer | None = strawberry.field(description=AS_IS)
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="Both customers after a merge, or why nothing was changed.")
class MergeCustomersPayload:
    """Beside a stale version both are as they are now."""

    customer: Customer | None = strawberry.field(description="The one who stays.")
    merged: Customer | None = strawberry.field(description="The one who is archived now.")
    errors: list[UserError] = strawberry.field(description=WHY)
