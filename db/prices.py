"""A brand's prices as they are in force on a day, read in one statement, and codes redeemed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from db import statements
from db.database import Transaction
from domain.cancellation import from_tiers
from domain.pricing import Package, Rate
from domain.quotes import PriceBook, PromoCodeRefused, Rule, Wish

SQL = statements.load(__package__, "prices.sql")


@dataclass(frozen=True, slots=True)
class Asked:
    """Prices of the day of the tour, and the policies of today, the day of the sale.

    Shape:  `code` finds one package; a promo code that is used up or of another day finds nothing.
    """

    day: date
    today: date
    code: str | None = None
    promo_code: str | None = None

    @classmethod
    def of(cls, wish: Wish, zone: ZoneInfo, *, now: datetime) -> "Asked":
        """What a wish asks for, in the brand's own days."""
        day, today = wish.starts_at.astimezone(zone).date(), now.astimezone(zone).date()
        return cls(day, today, wish.code, wish.promo_code)


async def book(tx: Transaction, asked: Asked) -> PriceBook | None:
    """None if the brand has no settings yet."""
    return to_book(await rows(tx, asked))


async def rows(tx: Transaction, asked: Asked) -> Sequence[Any] | None:
    """What a book is made of, as JSON can say it."""
    given = {"day": asked.day, "today": asked.today, "code": asked.code, "promo": asked.promo_code}
    return await tx.row(SQL["price_book"], given)


async def book_of_booking(tx: Transaction, asked: Asked, booking_id: UUID) -> PriceBook | None:
    """The book of a day for a booking as it was sold: the promo code that it has counts already."""
    found = await book(tx, asked)
    given = {"booking_id": booking_id, "day": asked.day}
    row = await tx.row(SQL["promo_of_booking"], given)
    if found is None or row is None:
        return found
    names = ("name", "percent_ppm", "amount_cents", "conditions", "promo_code")
    promo = _rule({"kind": "promo_code", **dict(zip(names, row, strict=True))})
    return replace(found, rules=[*found.rules, promo])


async def redeem(
    tx: Transaction, booking_id: UUID, promo_code: str | None, *, day: date, now: datetime
) -> None:
    """Count one use of a promo code for a stored booking; a second call for it counts nothing.

    Shape:  `day` is the local day of the tour, as in `Asked`. Another code takes the place of the
            one that the booking has, and None gives it back. A booking that is cancelled or expires
            gives its redemption back by itself, and takes it again if it is opened again.
    Errors: PromoCodeRefused if it is not in force on that day, or used up.
    """
    if promo_code is None:
        await tx.row(SQL["return_promo"], {"booking_id": booking_id, "now": now})
        return
    given = {"booking_id": booking_id, "promo": promo_code, "day": day, "now": now}
    row = await tx.row(SQL["redeem_promo"], given)
    if row is None or not row[0]:
        raise PromoCodeRefused


def to_book(found: Sequence[Any] | None) -> PriceBook | None:
    if found is None:
        return None
    currency, tax_ppm, deposit, hint, tiers, version, rates, package, rules, hours = found
    return PriceBook(
        currency=currency,
        rates=[_rate(each) for each in rates],
        package=_package(package) if package else None,
        rules=[_rule(each) for each in rules],
        tax_ppm=tax_ppm,
        deposit_percent=deposit,
        gratuity_hint_percent=hint,
        policy=from_tiers(tiers, version),
        hours=(time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None,
    )


def _rate(facts: Mapping[str, Any]) -> Rate:
    return Rate(**{**facts, "weekdays": frozenset(facts["weekdays"])})


def _package(facts: Mapping[str, Any]) -> Package:
    return Package(**{**facts, "weekdays": frozenset(facts["weekdays"])})


def _rule(facts: Mapping[str, Any]) -> Rule:
    conditions = facts["conditions"]
    weekdays, tour_types = conditions.get("weekdays"), conditions.get("tour_types")
    return Rule(
        kind=facts["kind"],
        name=facts["name"],
        percent_ppm=facts["percent_ppm"],
        amount_cents=facts["amount_cents"],
        promo_code=facts["promo_code"],
        weekdays=None if weekdays is None else frozenset(weekdays),
        guests_min=conditions.get("guests_min"),
        guests_max=conditions.get("guests_max"),
        tour_types=None if tour_types is None else frozenset(tour_types),
    )
