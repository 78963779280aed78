"""Quotes in the contract."""

from datetime import datetime
from zoneinfo import ZoneInfo

import strawberry

from domain.cancellation import Tier
from domain.pricing import Line
from domain.quotes import Quote as Priced
from domain.quotes import Wish
from schema.enums import PriceLineKind, TourType
from schema.money import Money
from schema.scalars import Cents


def amount(cents: int, currency: str) -> Money:
    return Money(amount_cents=Cents(cents), currency=currency)


@strawberry.type(description="One line of a quote. The lines sum to the total.")
class QuoteLine:
    """Owned by its quote."""

    kind: PriceLineKind = strawberry.field(description="What the line charges for.")
    label: str = strawberry.field(description="As the guest reads it.")
    rule: str = strawberry.field(description="The rate, package or rule that made the line.")
    quantity: float = strawberry.field(description="Hours, guests or miles.")
    unit: Money = strawberry.field(description="Price of one.")
    amount: Money = strawberry.field(description="What the line comes to; negative for a discount.")
    taxable: bool = strawberry.field(description="Does tax apply to it?")

    @classmethod
    def from_domain(cls, line: Line, currency: str) -> "QuoteLine":
        return cls(
            kind=PriceLineKind(line.kind),
            label=line.label,
            rule=line.rule,
            quantity=line.quantity_thousandths / 1000,
            unit=amount(line.unit_cents, currency),
            amount=amount(line.amount_cents, currency),
            taxable=line.taxable,
        )


@strawberry.type(description="How much of the deposit comes back, from so many days before on.")
class CancellationTier:
    """Money beyond the deposit always comes back before the tour."""

    days_before: int = strawberry.field(description="Calendar days before the tour, or more.")
    percent: int = strawberry.field(description="Share of the deposit that comes back.")

    @classmethod
    def from_domain(cls, tier: Tier) -> "CancellationTier":
        return cls(days_before=tier.days, percent=tier.percent)


@strawberry.type(description="What a tour would cost. Nothing is stored or held by asking.")
class Quote:
    """Prices of the tour's day, policies of today."""

    starts_at: datetime = strawberry.field(description="Start, with the brand's offset.")
    ends_at: datetime = strawberry.field(
        description="End of what is billed: a tour by the hour has a minimum."
    )
    lines: list[QuoteLine] = strawberry.field(description="What it is made of; they sum to it.")
    subtotal: Money = strawberry.field(description="Before discount and tax.")
    discount: Money = strawberry.field(description="What rules and promo code take off.")
    tax: Money = strawberry.field(description="On the taxable part after the discount.")
    total: Money = strawberry.field(description="What the party pays.")
    deposit: Money = strawberry.field(description="Due to confirm.")
    balance: Money = strawberry.field(description="Total less deposit, due after the tour.")
    gratuity_hint: Money = strawberry.field(
        description="What guests usually give the driver; in no total."
    )
    cancellation_tiers: list[CancellationTier] = strawberry.field(
        description="The policy that a sale of today takes along, most days first."
    )
    token: str = strawberry.field(
        description="The offer, signed: hand it over to hold or book at this price."
    )
    expires_at: datetime = strawberry.field(description="Until when the token is taken.")

    @classmethod
    def from_domain(
        cls, quote: Priced, zone: ZoneInfo, *, token: str, expires_at: datetime
    ) -> "Quote":
        sums, currency = quote.totals, quote.currency
        return cls(
            starts_at=quote.wish.starts_at.astimezone(zone),
            ends_at=quote.ends_at.astimezone(zone),
            lines=[QuoteLine.from_domain(line, currency) for line in quote.lines],
            subtotal=amount(sums.subtotal_cents, currency),
            discount=amount(sums.discount_cents, currency),
            tax=amount(sums.tax_cents, currency),
            total=amount(sums.total_cents, currency),
            deposit=amount(sums.deposit_cents, currency),
            balance=amount(sums.balance_cents, currency),
            gratuity_hint=amount(quote.gratuity_hint_cents, currency),
            cancellation_tiers=[CancellationTier.from_domain(each) for each in quote.policy.tiers],
            token=token,
            expires_at=expires_at.astimezone(zone),
        )


@strawberry.input(description="A tour that somebody would like.")
class QuoteInput:
    """By the hour, by a package per person, or a transfer."""

    tour_type: TourType = strawberry.field(description="What kind of tour it is.")
    starts_at: datetime = strawberry.field(description="The start, with an offset.")
    party_size: int = strawberry.field(description="Guests: 1 to 100.")
    minutes: int | None = strawberry.field(
        default=None, description="How long; a package says so itself."
    )
    code: str | None = strawberry.field(
        default=None,
        description="A package or a transfer: `celebration`, `transfer_sea`. Without it the tour"
        " is billed by the hour.",
    )
    miles: int = strawberry.field(default=0, description="Length of a local transfer.")
    promo_code: str | None = strawberry.field(default=None, description="A promo code, if any.")

    def to_domain(self) -> Wish:
        return Wish(
            tour_type=self.tour_type.value,
            starts_at=self.starts_at,
            party_size=self.party_size,
            minutes=self.minutes,
            code=self.code,
            miles=self.miles,
            promo_code=self.promo_code.strip().upper() if self.promo_code else None,
        )
