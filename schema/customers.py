"""Customers in the contract."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.identity import Scope
from schema.enums import Channel
from schema.fields import Node, asked, column, derived, edge, entity, instant
from schema.global_ids import encode
from schema.money import Money
from schema.scalars import Cents

MONEY_THAT_STAYED = "What they paid less what was returned."


@strawberry.type(description="What a customer likes and needs.")
class CustomerPreferences:
    """Lists of at most twenty."""

    winery_ids: list[strawberry.ID] = strawberry.field(description="Favourite wineries.")
    dietary: list[str] = strawberry.field(description="What they eat: `vegan`.")
    accessibility: str | None = strawberry.field(description="What they need to get about.")


@strawberry.type(description="The last word of a customer about one way to write to them.")
class MarketingConsent:
    """What was said before is in the history."""

    channel: Channel = strawberry.field(description="Which way.")
    given: bool = strawberry.field(description="Given, or withdrawn.")
    source: str = strawberry.field(description="How it was said: `website`.")
    said_at: strawberry.Private[datetime]

    @strawberry.field(description="When it was said.")
    def at(self, info: strawberry.Info) -> datetime:
        return self.said_at.astimezone(info.context.zone)


@strawberry.type(description="What a customer has bought so far, worked out when it is asked for.")
class CustomerLifetime:
    """Its figures are read from bookings and payments, and are kept nowhere."""

    bookings: int = strawberry.field(description="Tours that were sold, cancelled ones too.")
    completed: int = strawberry.field(description="Tours that have taken place.")
    cancelled: int = strawberry.field(description="Tours that were called off.")
    first_at: strawberry.Private[datetime | None]
    last_at: strawberry.Private[datetime | None]
    net_cents: strawberry.Private[int]

    @strawberry.field(description=MONEY_THAT_STAYED)
    def paid(self, info: strawberry.Info) -> Money:
        return Money(amount_cents=Cents(self.net_cents), currency=info.context.brand.currency)

    @strawberry.field(description="The local day of the first tour that was not cancelled.")
    def first_tour_on(self, info: strawberry.Info) -> date | None:
        return self.first_at and self.first_at.astimezone(info.context.zone).date()

    @strawberry.field(description="The local day of the last tour that was not cancelled.")
    def last_tour_on(self, info: strawberry.Info) -> date | None:
        return self.last_at and self.last_at.astimezone(info.context.zone).date()


def liked(stored: Mapping[str, Any] | None) -> CustomerPreferences | None:
    if stored is None:
        return None
    wineries = stored.get("wineries", ())
    return CustomerPreferences(
        winery_ids=[strawberry.ID(encode("Winery", UUID(each))) for each in wineries],
        dietary=list(stored.get("dietary", ())),
        accessibility=stored.get("accessibility"),
    )


def said(stored: Mapping[str, Any] | None) -> list[MarketingConsent] | None:
    if stored is None:
        return None
    return [
        MarketingConsent(
            channel=Channel(channel),
            given=each.get("given", True),
            source=each["source"],
            said_at=datetime.fromisoformat(each["at"]),
        )
        for channel, each in sorted(stored.items())
    ]


@entity("customers", description="A guest of one brand.", scope=Scope.CUSTOMERS_READ)
class Customer(Node):
    """Contact details and what staff know."""

    name: str = column("Full name.")
    email: str | None = column(
        "Normalised address, unique in the brand.", scope=Scope.CUSTOMERS_CONTACT
    )
    phone: str | None = column("E.164: `+15095550142`.", scope=Scope.CUSTOMERS_CONTACT)
    vip: bool | None = column("Marked by staff.", scope=Scope.NOTES_READ)
    tags: list[str] | None = column("Marked by staff.", scope=Scope.NOTES_READ)
    internal_notes: str | None = column("For staff alone.", scope=Scope.NOTES_READ)
    preferences: CustomerPreferences | None = derived(
        ("preferences",), liked, "What they like and need; null if it is not for the caller."
    )
    consents: list[MarketingConsent] | None = derived(
        ("consents",), said, "Where they may be written to; null if it is not for the caller."
    )
    lifetime: CustomerLifetime = asked("What they have bought so far.", scope=Scope.STATISTICS_READ)
    archived_at: datetime | None = instant("When they were put away; null while in use.")
    merged_into: Annotated["Customer", strawberry.lazy("schema.customers")] | None = edge(
        "The customer that this one was merged into.", scope=Scope.NOTES_READ
    )
    created_at: datetime = instant("When the brand first met them.")
    updated_at: datetime = instant("When the record last changed.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")


@strawberry.input(description="Which customers; conditions are joined by AND.")
class CustomerFilter:
    """Every field is a filter of the read model, by the same name."""

    vip: bool | None = strawberry.field(default=None, description="Only VIPs, or only others.")
    tag: str | None = strawberry.field(default=None, description="With this tag.")
    phone: str | None = strawberry.field(
        default=None, description="With this phone number, however it is written."
    )
    archived: bool | None = strawberry.field(
        default=False, description="Only those put away; null for all. Those in use if left out."
    )
    text: str | None = strawberry.field(
        default=None, description="Part of a name, e-mail address or phone number."
    )
