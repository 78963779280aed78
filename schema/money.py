"""Money in the contract: whole cents, the currency, and the amount as people write it."""

import strawberry

from domain.money import formatted
from schema.scalars import Cents


@strawberry.type(description="An amount of money.")
class Money:
    """Cents and currency, never a float."""

    amount_cents: Cents = strawberry.field(description="The amount in the currency's minor unit.")
    currency: str = strawberry.field(description="ISO 4217 code: `USD`.")

    @strawberry.field(description="As people write it: `$1,234.50`.")
    def formatted(self) -> str:
        return formatted(self.amount_cents, self.currency)

    @classmethod
    def of(cls, cents: int | None, currency: str | None) -> "Money | None":
        return (
            None
            if cents is None or currency is None
            else cls(amount_cents=Cents(cents), currency=currency)
        )
