"""What a wish would cost: each line with the row that made it, the sums, and when the tour ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from domain.cancellation import Policy
from domain.errors import DomainError, InvalidInput, OutsideOperatingDay, StartInPast
from domain.money import percent_of, ppm_of
from domain.pricing import (
    Line,
    NoRate,
    Package,
    Rate,
    Totals,
    billed_minutes,
    hourly,
    package,
    sale_lines,
    shared_tickets,
    totals,
    transfer,
)
from domain.schedule import OperatingDay, check_day, check_within

RuleKind = Literal["season", "holiday", "weekday", "party_size", "promo_code", "tax"]
MOST_GUESTS = 100
MOST_MINUTES = 24 * 60
SHARED = "shared_tour"
TRANSFERS = frozenset({"airport_transfer", "local_transfer"})
LONGEST_CODE = 60


class PromoCodeRefused(DomainError):
    """The brand has no such promo code in force for this tour. Leave it out, or correct it."""

    code = "PROMO_CODE_REFUSED"

    def __init__(self) -> None:
        super().__init__("This promo code does not hold for this tour.", path="promoCode")


@dataclass(frozen=True, slots=True)
class Wish:
    """A tour as somebody would like it.

    Shape:  `code` names a package or a transfer; without it the tour is billed by the hour.
    """

    tour_type: str
    starts_at: datetime
    party_size: int
    minutes: int | None = None
    code: str | None = None
    miles: int = 0
    promo_code: str | None = None


def terms_of(wish: Wish) -> Mapping[str, str | int | None]:
    """What of a wish its booking does not know otherwise, and needs to be priced again."""
    return {"code": wish.code, "miles": wish.miles, "promo_code": wish.promo_code}


@dataclass(frozen=True, slots=True)
class Rule:
    """A row that raises or lowers prices in its days. A bound that is None admits all.

    Units:  parts per million of the price by rate or package, or whole cents.
    """

    kind: RuleKind
    name: str
    percent_ppm: int | None = None
    amount_cents: int | None = None
    promo_code: str | None = None
    weekdays: frozenset[int] | None = None
    guests_min: int | None = None
    guests_max: int | None = None
    tour_types: frozenset[str] | None = None

    def admits(self, wish: Wish, *, on: date) -> bool:
        return (
            (self.weekdays is None or on.weekday() in self.weekdays)
            and (self.guests_min or 0) <= wish.party_size
            and (self.guests_max is None or wish.party_size <= self.guests_max)
            and (self.tour_types is None or wish.tour_type in self.tour_types)
        )

    def cents_of(self, price_cents: int) -> int:
        if self.percent_ppm is not None:
            return ppm_of(price_cents, self.percent_ppm)
        return self.amount_cents or 0


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The rows of a brand that are in force on the day of a tour, and its hours on that day."""

    currency: str
    rates: Sequence[Rate]
    package: Package | None
    rules: Sequence[Rule]
    tax_ppm: int
    deposit_percent: int
    gratuity_hint_percent: int
    policy: Policy
    hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of a wish. Its lines, discount and tax among them, sum to the total."""

    wish: Wish
    ends_at: datetime
    currency: str
    lines: Sequence[Line]
    totals: Totals
    gratuity_hint_cents: int
    policy: Policy


def check(wish: Wish, *, now: datetime) -> None:
    """Refuse a start that no price can be found for.

    Errors: InvalidInput, StartInPast.
    """
    if wish.starts_at.tzinfo is None:
        raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path="startsAt")
    check_day(wish.starts_at, path="startsAt")
    if wish.starts_at < now:
        raise StartInPast


def price(wish: Wish, book: PriceBook, *, zone: ZoneInfo) -> Quote:
    """Price a wish by the brand's rows and nothing else.

    Shape:  first the rate or package, then what rules add to it, then what they take off, each in
            parts of the rate or package, then tax on what is taxable after the discount.
    Errors: InvalidInput, NoRate, PromoCodeRefused.
    Source: docs/domain.md, section "Prices".
    """
    _check(wish)
    on = wish.starts_at.astimezone(zone).date()
    base, minutes = _base(wish, book, on=on)
    price_cents = sum(line.amount_cents for line in base)
    rules = [rule for rule in book.rules if rule.admits(wish, on=on)]
    if wish.promo_code is not None and not any(rule.kind == "promo_code" for rule in rules):
        raise PromoCodeRefused
    changes = [(rule, rule.cents_of(price_cents)) for rule in rules if rule.kind != "tax"]
    added = [_line("fee", rule, cents) for rule, cents in changes if cents > 0]
    off = [_line("discount", rule, cents) for rule, cents in changes if cents < 0]
    tax_ppm = next((rule.percent_ppm for rule in rules if rule.kind == "tax"), None)
    return _quote(
        wish,
        book,
        [*base, *added],
        off,
        tax_ppm=book.tax_ppm if tax_ppm is None else tax_ppm,
        ends_at=wish.starts_at + timedelta(minutes=minutes),
    )


def check_open(quote: Quote, book: PriceBook, *, zone: ZoneInfo) -> None:
    """Refuse to offer what would not be sold: a tour outside of the hours of its day.

    Errors: OutsideOperatingDay.
    """
    if book.hours is None:
        raise OutsideOperatingDay("The brand has no hours on that day.", path="startsAt")
    day = OperatingDay(zone, *book.hours, buffer_minutes=0)
    check_within(quote.wish.starts_at, quote.ends_at, day=day)


def _quote(
    wish: Wish,
    book: PriceBook,
    charged: Sequence[Line],
    off: Sequence[Line],
    *,
    tax_ppm: int,
    ends_at: datetime,
) -> Quote:
    discounts = _within(off, most_cents=sum(line.amount_cents for line in charged))
    sums = totals(
        charged,
        tax_ppm=tax_ppm,
        deposit_percent=book.deposit_percent,
        discount_cents=-sum(line.amount_cents for line in discounts),
    )
    taxes = [line for line in sale_lines([], sums, tax_ppm=tax_ppm) if line.kind == "tax"]
    hint = percent_of(sums.subtotal_cents - sums.discount_cents, book.gratuity_hint_percent)
    return Quote(
        wish, ends_at, book.currency, [*charged, *discounts, *taxes], sums, hint, book.policy
    )


def _within(off: Sequence[Line], *, most_cents: int) -> list[Line]:
    """Discounts one after the other, down to nothing and no further."""
    left, kept = most_cents, []
    for line in off:
        cents = min(-line.amount_cents, left)
        left -= cents
        if cents:
            kept.append(_discount(line.label, cents))
    return kept


def _discount(name: str, cents: int) -> Line:
    return Line("discount", name, name, -cents, -cents, taxable=False)


def _line(kind: Literal["fee", "discount"], rule: Rule, cents: int) -> Line:
    return Line(kind, rule.name, rule.name, cents, cents, taxable=kind == "fee")


def _base(wish: Wish, book: PriceBook, *, on: date) -> tuple[list[Line], int]:
    """The lines by rate or package, and how many minutes they are for."""
    if book.package is not None:
        if on.weekday() not in book.package.weekdays:
            raise NoRate(f"{book.package.name} does not run on {on:%A}s.", path="startsAt")
        if wish.tour_type == SHARED:
            return shared_tickets(book.package, guests=wish.party_size), book.package.minutes
        return package(book.package, party=wish.party_size), book.package.minutes
    if wish.code is not None:
        _check_code(wish.code, wish.tour_type, book.rates)
        if wish.minutes is None:
            raise InvalidInput("Say how many minutes a transfer takes.", path="minutes")
        lines = transfer(book.rates, code=wish.code, on=on, party=wish.party_size, miles=wish.miles)
        return lines, wish.minutes
    if wish.minutes is None:
        raise InvalidInput("Say how many minutes, or which package.", path="minutes")
    party, minutes = wish.party_size, wish.minutes
    return (
        hourly(book.rates, on=on, party=party, minutes=minutes),
        billed_minutes(book.rates, on=on, party=party, minutes=minutes),
    )


def _check_code(code: str, tour_type: str, rates: Sequence[Rate]) -> None:
    """Errors: NoRate for a name that neither a package nor a transfer of that day has."""
    if not any(rate.kind == "transfer_flat" and rate.code.startswith(code) for rate in rates):
        thing = "transfer" if tour_type in TRANSFERS else "package"
        raise NoRate(f"There is no {thing} `{code[:LONGEST_CODE]}`.", path="code")


def _check(wish: Wish) -> None:
    if not 1 <= wish.party_size <= MOST_GUESTS:
        raise InvalidInput(f"A party has 1 to {MOST_GUESTS} guests.", path="partySize")
    if wish.minutes is not None and not 1 <= wish.minutes <= MOST_MINUTES:
        raise InvalidInput(f"A tour takes 1 to {MOST_MINUTES} minutes.", path="minutes")
    if wish.miles < 0:
        raise InvalidInput("Miles are not negative.", path="miles")
    if wish.tour_type == SHARED and wish.code is None:
        raise NoRate("Name the package of the shared tour in `code`.", path="code")
