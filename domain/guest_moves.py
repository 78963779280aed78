"""What a guest may still move of a tour by themselves, by the policy of the day it was sold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.cancellation import days_before, from_tiers, itinerary_is_open, moves_freely, moves_once
from domain.errors import DomainError, WrongState
from domain.money import formatted
from domain.pricing import NoRate
from domain.quotes import PriceBook, Wish, price

MOST_MOVES = 1
ITINERARY_HOURS = 48
MINUTE = timedelta(minutes=1)


class MoveUsed(DomainError):
    """A guest moves or hands over a tour once when the time of free changes is over, and this one
    has been moved. Ask the brand's staff, who may always.
    """

    code = "MOVE_USED"

    def __init__(self) -> None:
        super().__init__(
            "This tour was moved or handed over once already. Ask us, and we shall see.", path="id"
        )


class TooLate(DomainError):
    """A guest's own change comes too late: the tour has begun, or it is so near that places and
    drivers count on it. Ask the brand's staff.
    """

    code = "TOO_LATE"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What decides about a guest's own changes: the policy that was sold, and what was used."""

    starts_at: datetime
    policy: Mapping[str, Any] | Sequence[Mapping[str, int]]
    used: int

    def spent_on_a_date(self, *, now: datetime, zone: ZoneInfo) -> int:
        """How many moves are used up after a new date: none is while the first tier lasts.

        Errors: MoveUsed, TooLate.
        Source: docs/domain.md, section "Cancellation".
        """
        free = moves_freely(self._policy(), days_before(self.starts_at, now, zone))
        return self._spent(counts=not free, now=now)

    def spent_on_a_transfer(self, *, now: datetime, zone: ZoneInfo) -> int:
        """How many are used up after a transfer: one is under the last tier.

        Errors: MoveUsed, TooLate.
        """
        counts = moves_once(self._policy(), days_before(self.starts_at, now, zone))
        return self._spent(counts=counts, now=now)

    def _policy(self) -> Any:
        if isinstance(self.policy, Mapping):
            return from_tiers(self.policy["tiers"], self.policy.get("version", 1))
        return from_tiers(self.policy)

    def _spent(self, *, counts: bool, now: datetime) -> int:
        if now >= self.starts_at:
            raise TooLate("The tour has begun.", path="id")
        if not counts:
            return self.used
        if self.used >= MOST_MOVES:
            raise MoveUsed
        return self.used + 1


class PriceRises(DomainError):
    """The tour costs more on the day to which a guest would move it; the message names both
    totals. What was sold is not changed by a guest's move: choose another day, or ask the brand's
    staff, who may move it at either price.
    """

    code = "PRICE_RISES"

    def __init__(self, *, sold_cents: int, is_cents: int, currency: str) -> None:
        super().__init__(
            f"The tour was sold for {formatted(sold_cents, currency)} and costs"
            f" {formatted(is_cents, currency)} on that day. Choose another day, or ask us.",
            path="startsAt",
        )


@dataclass(frozen=True, slots=True)
class Sold:
    """A tour by what it was sold for; what was agreed by hand has no terms (`sold_as`).

    Units:  integer cents.
    """

    tour_type: str
    party_size: int
    starts_at: datetime
    ends_at: datetime
    total_cents: int
    currency: str
    sold_as: Mapping[str, Any] | None

    def wish_at(self, starts_at: datetime) -> Wish:
        """The same tour at another time, as long as it is.

        Errors: WrongState for one that cannot be priced again.
        """
        if self.sold_as is None:
            raise WrongState(
                "The price of this tour was agreed with us. Call us to move it.", path="id"
            )
        return Wish(
            tour_type=self.tour_type,
            starts_at=starts_at,
            party_size=self.party_size,
            minutes=(self.ends_at - self.starts_at) // MINUTE,
            code=self.sold_as.get("code"),
            miles=self.sold_as.get("miles") or 0,
        )


def check_price(sold: Sold, wish: Wish, book: PriceBook, *, zone: ZoneInfo) -> None:
    """Refuse a guest's move to a day on which the same tour costs more; cheaper is no change.

    Errors: PriceRises; NoRate for a day on which it is not sold.
    Source: docs/domain.md, section "Cancellation".
    """
    try:
        cents = price(wish, book, zone=zone).totals.total_cents
    except NoRate as error:
        raise NoRate(error.message, path="startsAt") from None
    if cents > sold.total_cents:
        raise PriceRises(sold_cents=sold.total_cents, is_cents=cents, currency=sold.currency)


def check_crew(drivers: Sequence[UUID]) -> None:
    """Errors: TooLate for a guest whose tour a driver has been put on: their hours are counted."""
    if drivers:
        raise TooLate("A driver is on this tour already. Call us to move it.", path="id")


def check_itinerary(starts_at: datetime, *, now: datetime) -> None:
    """Errors: TooLate for a guest who would change stops in the last two days."""
    if not itinerary_is_open(starts_at, now, hours=ITINERARY_HOURS):
        raise TooLate(
            f"Stops stay as they are in the last {ITINERARY_HOURS} hours before a tour. Call us.",
            path="id",
        )
