"""What a cancelled tour gives back, by the policy of the day it was sold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput
from domain.money import percent_of

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Tier:
    """From this many days before the tour on, this share of the deposit comes back."""

    days: int
    percent: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of a brand's tiers, most days first; the last one starts at 0 days."""

    tiers: tuple[Tier, ...]
    version: int = 1

    def __post_init__(self) -> None:
        falling = all(one.days > next_one.days for one, next_one in pairwise(self.tiers))
        if not self.tiers or not falling or self.tiers[-1].days != 0:
            raise InvalidInput("Cancellation tiers go down in days and end at 0 days.")
        if any(not 0 <= tier.percent <= WHOLE for tier in self.tiers):
            raise InvalidInput("A cancellation tier gives back 0 to 100 percent.")

    def percent(self, days: int) -> int:
        """The share of the deposit that comes back so many days before; 0 after the tour."""
        return next((tier.percent for tier in self.tiers if days >= tier.days), 0)


DEFAULT: Final = Policy((Tier(45, 100), Tier(21, 50), Tier(0, 0)))
"""What a brand begins with."""


@dataclass(frozen=True, slots=True)
class Refund:
    """What a cancellation would give back, quoted before it is made."""

    days_before: int
    percent: int
    from_deposit_cents: int
    beyond_deposit_cents: int

    @property
    def total_cents(self) -> int:
        return self.from_deposit_cents + self.beyond_deposit_cents


def days_before(starts_at: datetime, now: datetime, zone: ZoneInfo) -> int:
    """Calendar days of the brand between now and the tour; hours do not count."""
    return (starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days


def refund(
    policy: Policy,
    *,
    deposit_cents: int,
    paid_cents: int,
    starts_at: datetime,
    now: datetime,
    zone: ZoneInfo,
    our_fault: bool = False,
) -> Refund:
    """Quote a refund. Fault of ours or weather gives everything back, whatever the day.

    Units:  integer cents of what was paid; once the tour has started nothing comes back.
    Source: docs/domain.md, section "Cancellation".
    """
    days = days_before(starts_at, now, zone)
    started = now >= starts_at
    percent = WHOLE if our_fault else 0 if started else policy.percent(days)
    deposit_paid = min(deposit_cents, paid_cents)
    beyond = 0 if started and not our_fault else paid_cents - deposit_paid
    return Refund(days, percent, percent_of(deposit_paid, percent), beyond)


def moves_freely(policy: Policy, days: int) -> bool:
    """Whether the date may still move without counting: while the first tier lasts."""
    return days >= policy.tiers[0].days


def moves_once(policy: Policy, days: int) -> bool:
    """Whether only the one transfer or the one new date is left: nothing would come back."""
    return days >= 0 and policy.percent(days) == 0


def itinerary_is_open(starts_at: datetime, now: datetime, *, hours: int) -> bool:
    """Whether stops may still change: up to so many hours before the tour."""
    return starts_at - now >= timedelta(hours=hours)


def to_document(policy: Policy) -> dict[str, object]:
    """The form in which a sale keeps the policy it was made under."""
    return {"version": policy.version, "tiers": tiers_document(policy)}


def tiers_document(policy: Policy) -> list[dict[str, int]]:
    """The form in which a brand's settings keep the tiers."""
    return [{"days": tier.days, "percent": tier.percent} for tier in policy.tiers]


def from_tiers(tiers: Sequence[Mapping[str, int]], version: int = 1) -> Policy:
    """Read the tiers of a brand's settings, or of a sale's own copy.

    Errors: InvalidInput if they do not go down in days to 0.
    """
    rows = tuple(Tier(days=tier["days"], percent=tier["percent"]) for tier in tiers)
    return Policy(rows, version)
