"""What a tour costs: lines made from a brand's own rows, and the totals that follow from them.

No rate, capacity or percentage is known here; they are arguments. Day types are the weekdays of the
rate rows, with Monday as 0 like `date.weekday()`, taken from the local date of the tour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.errors import DomainError
from domain.money import PPM, percent_of, ppm_of, round_half_up

RateKind = Literal["hourly", "wait", "transfer_flat", "transfer_mile", "reservation_deposit"]
LineKind = Literal["rate", "package", "wait", "discount", "fee", "tax"]
ONE = 1000
MINUTES = 60
EVERY_DAY = frozenset(range(7))


class NoRate(DomainError):
    """The brand has no rate in force for that party on that day. Add one, or ask for another."""

    code = "NO_RATE"


class OverridesExceedTotal(DomainError):
    """The fixed shares of the guests pass the total. Lower one of them."""

    code = "OVERRIDES_EXCEED_TOTAL"


class ShareWithoutPayer(DomainError):
    """A rest without a guest who owes it, or a guest who would owe nothing. Correct the shares."""

    code = "SHARE_WITHOUT_PAYER"


@dataclass(frozen=True, slots=True)
class Rate:
    """A row of the rate cards: what one van with so many guests costs on such a day."""

    kind: RateKind
    code: str
    weekdays: frozenset[int]
    guests_min: int
    guests_max: int
    rate_cents: int
    minutes_min: int = 0
    miles_included: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """A row of the packages: a tour at a price per person."""

    code: str
    name: str
    price_cents: int
    minutes: int
    guests_min: int
    guests_max: int
    weekdays: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class FlatDeposit:
    """What one van with so many guests pays to hold a date."""

    guests_min: int
    guests_max: int
    deposit_cents: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quote, with the row that made it. The lines of a sale sum to its total."""

    kind: LineKind
    label: str
    rule: str
    amount_cents: int
    unit_cents: int
    quantity_thousandths: int = ONE
    taxable: bool = True


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a sale. The deposit is a part of the total."""

    subtotal_cents: int
    discount_cents: int
    tax_cents: int
    total_cents: int
    deposit_cents: int
    gratuity_cents: int = 0

    @property
    def balance_cents(self) -> int:
        return self.total_cents - self.deposit_cents


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The priced line of a proposal."""

    pricing: Literal["flat", "per_person", "per_day"]
    unit_cents: int
    taxable: bool
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class GuestShare:
    """What decides a guest's part of a proposal's total."""

    sponsored: bool = False
    override_cents: int | None = None


def over_vans(party: int, seats: int) -> list[int]:
    """Fill vans of so many seats one after the other: 20 guests are 14 and 6."""
    full, rest = divmod(party, seats)
    return [seats] * full + ([rest] if rest else [])


def hourly(rates: Sequence[Rate], *, on: date, party: int, minutes: int) -> list[Line]:
    """A tour by the hour, one line a van; too short a wish is billed at the minimum.

    Errors: NoRate.
    """
    return _by_the_hour(rates, kind="hourly", on=on, party=party, minutes=minutes)


def wait(rates: Sequence[Rate], *, on: date, party: int, minutes: int) -> list[Line]:
    """Waiting outside a tour, one line a van.

    Errors: NoRate.
    """
    return _by_the_hour(rates, kind="wait", on=on, party=party, minutes=minutes)


def billed_minutes(rates: Sequence[Rate], *, on: date, party: int, minutes: int) -> int:
    """The length that a tour by the hour is billed for: at least the minimum of each of its vans.

    Errors: NoRate.
    """
    parts = over_vans(party, _seats(rates, "hourly"))
    found = [_rate(rates, kind="hourly", on=on, party=part) for part in parts]
    return max(minutes, *(rate.minutes_min for rate in found))


def package(row: Package, *, party: int) -> list[Line]:
    """A tour at a price per person, or the tickets of one sale of a shared tour.

    Errors: NoRate if the party is not one the package is for.
    """
    if not row.guests_min <= party <= row.guests_max:
        raise NoRate(f"{row.name} is for {row.guests_min} to {row.guests_max} guests.")
    return [_line("package", row.name, row.code, row.price_cents, party)]


def shared_tickets(row: Package, *, guests: int) -> list[Line]:
    """The seats of one sale of a shared tour: the tour has a least number of guests, a sale not."""
    return [_line("package", row.name, row.code, row.price_cents, guests)]


def transfer(
    rates: Sequence[Rate], *, code: str, on: date, party: int, miles: int = 0
) -> list[Line]:
    """A transfer one way, for each van: its flat rate, then each mile beyond those included.

    Shape:  miles are priced by the row of kind `transfer_mile` whose code begins with `code`.
    Errors: NoRate.
    """
    own = [rate for rate in rates if rate.code.startswith(code)]
    lines = []
    for guests in over_vans(party, _seats(own, "transfer_flat")):
        flat = _rate(own, kind="transfer_flat", on=on, party=guests)
        lines.append(_line("rate", "Transfer, one way", flat.code, flat.rate_cents, 1))
        if miles > flat.miles_included:
            mile = _rate(own, kind="transfer_mile", on=on, party=guests)
            beyond = miles - mile.miles_included
            lines.append(_line("rate", "Further miles", mile.code, mile.rate_cents, beyond))
    return lines


def reservation_deposit(rows: Sequence[FlatDeposit], *, party: int) -> int:
    """The flat deposit that holds a date, for each van.

    Errors: NoRate.
    """
    total = 0
    for guests in over_vans(party, max(row.guests_max for row in rows)):
        fitting = [row for row in rows if row.guests_min <= guests <= row.guests_max]
        if not fitting:
            raise NoRate(f"No deposit is set for {guests} guests.", path="partySize")
        total += fitting[0].deposit_cents
    return total


def totals(
    lines: Iterable[Line], *, tax_ppm: int, deposit_percent: int, discount_cents: int = 0
) -> Totals:
    """Sum the lines of a sale; the discount lowers the taxable part by its own share."""
    subtotal = taxable = 0
    for line in lines:
        subtotal += line.amount_cents
        taxable += line.amount_cents if line.taxable else 0
    return _totals(
        subtotal, taxable, discount_cents, tax_ppm=tax_ppm, deposit_percent=deposit_percent
    )


def sale_lines(lines: Sequence[Line], sums: Totals, *, tax_ppm: int) -> list[Line]:
    """The lines that a sale stores: with its discount and tax, so that they sum to the total."""
    stored = list(lines)
    if sums.discount_cents:
        off = -sums.discount_cents
        stored.append(Line("discount", "Discount", "discount", off, off, taxable=False))
    if sums.tax_cents:
        tax = sums.tax_cents
        stored.append(Line("tax", "Sales tax", f"tax {tax_ppm} ppm", tax, tax, taxable=False))
    return stored


def card_fee(amount_cents: int, *, fee_ppm: int, fixed_cents: int) -> int:
    return ppm_of(amount_cents, fee_ppm) + fixed_cents


def inclusion_cents(inclusion: Inclusion, *, party: int, days: int) -> int:
    by_pricing = {"per_person": party, "per_day": days, "flat": inclusion.quantity}
    return inclusion.unit_cents * by_pricing[inclusion.pricing]


def proposal_totals(
    inclusions: Iterable[Inclusion],
    *,
    party: int,
    days: int,
    discount_ppm: int,
    gratuity_ppm: int,
    tax_ppm: int,
    deposit_percent: int,
) -> Totals:
    """Sum a proposal: discount, then tax on the taxable share, then gratuity, which is not taxed.

    Source: docs/domain.md, section "Prices".
    """
    subtotal = taxable = 0
    for inclusion in inclusions:
        amount = inclusion_cents(inclusion, party=party, days=days)
        subtotal += amount
        taxable += amount if inclusion.taxable else 0
    discount = ppm_of(subtotal, discount_ppm)
    return _totals(
        subtotal,
        taxable,
        discount,
        tax_ppm=tax_ppm,
        deposit_percent=deposit_percent,
        gratuity_ppm=gratuity_ppm,
    )


def split_among_guests(total_cents: int, owed: Sequence[GuestShare]) -> list[int]:
    """Divide a proposal's total so that the parts sum to it exactly.

    Shape:  one amount per guest, in the order of `owed`; sponsored owe 0, overrides come first.
    Units:  integer cents; the remainder goes to the first guests, one cent each.
    Errors: OverridesExceedTotal, ShareWithoutPayer.
    Source: docs/domain.md, section "Prices" (largest remainder).
    """
    fixed = [_fixed_share(guest) for guest in owed]
    rest = total_cents - sum(share or 0 for share in fixed)
    open_shares = fixed.count(None)
    if rest < 0:
        raise OverridesExceedTotal("The fixed shares pass the total.", path="overrideCents")
    if (rest and not open_shares) or rest < open_shares:
        raise ShareWithoutPayer(f"A rest of {rest} cents cannot be shared by {open_shares} guests.")
    part, extra = divmod(rest, open_shares) if open_shares else (0, 0)
    parts = iter([part + 1] * extra + [part] * (open_shares - extra))
    return [next(parts) if share is None else share for share in fixed]


def _fixed_share(guest: GuestShare) -> int | None:
    return 0 if guest.sponsored else guest.override_cents


def _by_the_hour(
    rates: Sequence[Rate], *, kind: Literal["hourly", "wait"], on: date, party: int, minutes: int
) -> list[Line]:
    lines = []
    for guests in over_vans(party, _seats(rates, kind)):
        rate = _rate(rates, kind=kind, on=on, party=guests)
        billed = max(minutes, rate.minutes_min)
        lines.append(
            Line(
                kind="rate" if kind == "hourly" else "wait",
                label=f"{'Tour' if kind == 'hourly' else 'Waiting'}, {guests} guests",
                rule=rate.code,
                amount_cents=round_half_up(rate.rate_cents * billed, MINUTES),
                unit_cents=rate.rate_cents,
                quantity_thousandths=round_half_up(billed * ONE, MINUTES),
            )
        )
    return lines


def _seats(rates: Iterable[Rate], kind: RateKind) -> int:
    largest = max((rate.guests_max for rate in rates if rate.kind == kind), default=0)
    if not largest:
        raise NoRate(f"The brand has no {kind} rates.")
    return largest


def _rate(rates: Iterable[Rate], *, kind: RateKind, on: date, party: int) -> Rate:
    weekday = on.weekday()
    for rate in rates:
        fits = rate.guests_min <= party <= rate.guests_max and weekday in rate.weekdays
        if fits and rate.kind == kind:
            return rate
    raise NoRate(f"There is no {kind} rate for {party} guests on {on:%Y-%m-%d}.", path="partySize")


def _line(kind: LineKind, label: str, rule: str, unit_cents: int, quantity: int) -> Line:
    return Line(kind, label, rule, unit_cents * quantity, unit_cents, quantity * ONE)


def _totals(
    subtotal: int,
    taxable: int,
    discount: int,
    *,
    tax_ppm: int,
    deposit_percent: int,
    gratuity_ppm: int = 0,
) -> Totals:
    after = subtotal - discount
    tax = round_half_up(taxable * after * tax_ppm, subtotal * PPM) if subtotal else 0
    gratuity = ppm_of(after, gratuity_ppm)
    total = after + tax + gratuity
    deposit = percent_of(total, deposit_percent)
    return Totals(subtotal, discount, tax, total, deposit, gratuity)
