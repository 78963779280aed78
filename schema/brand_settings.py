"""A brand's dated settings in the contract."""

from collections.abc import Mapping, Sequence
from datetime import date, time

import strawberry
from strawberry import UNSET

from domain.identity import Scope
from domain.periods import NewTerms
from schema.errors import UserError
from schema.fields import Node, column, derived, entity, money
from schema.global_ids import decode_as
from schema.money import Money
from schema.price_inputs import DAYS, KEPT, SEEN, given, needed, said
from schema.price_lists import VERSION
from schema.quotes import CancellationTier
from schema.scalars import Cents


def tiers(stored: Sequence[Mapping[str, int]]) -> list[CancellationTier]:
    return [CancellationTier(days_before=tier["days"], percent=tier["percent"]) for tier in stored]


@entity(
    "brand_settings",
    description="What the brand sets for itself from a day on.",
    scope=Scope.PRICE_LIST_READ,
)
class BrandSettings(Node):
    """In force until others begin."""

    tax_ppm: int = column("Sales tax in parts per million: 91000 is 9.1 %.")
    deposit_percent: int = column("Share of the total that confirms a booking.")
    gratuity_hint_percent: int = column("What guests usually give the driver; in no total.")
    hold_minutes: int = column("How long a vehicle is held during a checkout.")
    opens_at: time = column("From when on tours run, wall clock.")
    closes_at: time = column("Until when tours run, wall clock.")
    number_prefix: str = column("What human numbers begin with: `WWT`.")
    cancellation_tiers: list[CancellationTier] = derived(
        ("cancellation_tiers",), tiers, "What a sale takes along as its policy, most days first."
    )
    guest_pays_card_fee: bool = column("Does the guest pay the fee of a card, or the brand?")
    card_fee_ppm: int = column("The card fee's part of the amount, in parts per million.")
    card_fee_fixed: Money = money("card_fee_fixed_cents", "The card fee's fixed part.")
    terms: str | None = column("Terms that a guest accepts.")
    effective_from: date = column("First day of these settings.")
    version: int = column(VERSION + " Of all settings of the brand, the newest has the highest.")


@strawberry.input(description="Which settings; conditions are joined by AND.")
class BrandSettingsFilter:
    """Every field is a filter of the read model, by the same name."""

    begun_on: date | None = strawberry.field(
        default=None, description="That had begun on this day; the latest of them is in force then."
    )


@strawberry.input(description="A share of the deposit that comes back.")
class CancellationTierInput:
    """The last tier begins at 0 days."""

    days_before: int = needed("From so many calendar days before the tour on.")
    percent: int = needed("Share of the deposit that comes back.")


@strawberry.input(description="Other settings from a day on; a field left out stays.")
class ChangeBrandSettingsInput:
    """The settings that are in force on that day are named, and stay as they were before it."""

    id: strawberry.ID = needed("The settings in force on that day.")
    expected_version: int = needed(SEEN)
    effective_from: date = needed("The day from which on it is so: today or later.")
    tax_ppm: int | None = given(UNSET, f"Sales tax in parts per million; {KEPT}")
    deposit_percent: int | None = given(UNSET, f"Share of the total; {KEPT}")
    gratuity_hint_percent: int | None = given(UNSET, f"Hint for guests; {KEPT}")
    hold_minutes: int | None = given(UNSET, f"How long a checkout holds a vehicle; {KEPT}")
    opens_at: time | None = given(UNSET, f"From when on tours run, wall clock; {KEPT}")
    closes_at: time | None = given(UNSET, f"Until when tours run, wall clock; {KEPT}")
    number_prefix: str | None = given(UNSET, f"What human numbers begin with; {KEPT}")
    cancellation_tiers: list[CancellationTierInput] | None = given(
        UNSET, f"Most days first, the last from 0 days on; {KEPT}"
    )
    guest_pays_card_fee: bool | None = given(UNSET, f"Does the guest pay the card fee; {KEPT}")
    card_fee_ppm: int | None = given(UNSET, f"The card fee's part of the amount; {KEPT}")
    card_fee_fixed_cents: Cents | None = given(UNSET, f"The card fee's fixed part; {KEPT}")
    terms: str | None = given(UNSET, f"Terms that a guest accepts; {KEPT}")

    def to_domain(self) -> NewTerms:
        named = said(self, but={*DAYS, "cancellation_tiers"})
        if self.cancellation_tiers is None:
            named["cancellation_tiers"] = None
        elif self.cancellation_tiers is not UNSET:
            named["cancellation_tiers"] = [
                {"days": tier.days_before, "percent": tier.percent}
                for tier in self.cancellation_tiers
            ]
        row_id = decode_as("BrandSettings", self.id)
        return NewTerms(row_id, self.expected_version, self.effective_from, named)


@strawberry.type(description="The settings as they are now, or why nothing was changed.")
class BrandSettingsPayload:
    """Exactly one of the two says something."""

    brand_settings: BrandSettings | None = strawberry.field(
        description="The settings that were made or changed."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")
