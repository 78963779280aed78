"""An accepted proposal as bookings: one a day, whose totals sum to the proposal's to the cent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import DomainError, InvalidInput
from domain.pricing import Line, LineKind, Totals
from domain.proposal_plans import Day, Plan, Stop
from domain.proposal_prices import Line as Priced

CHARGED_AS: Mapping[str, LineKind] = {
    "transportation": "rate",
    "chauffeur": "rate",
    "planning_fee": "fee",
}
HIDDEN = "Further services"


class NoTourTime(DomainError):
    """A day of the plan does not say when its tour runs. Give its stops times, or name the times
    of that day.
    """

    code = "NO_TOUR_TIME"

    def __init__(self, on_date: date) -> None:
        super().__init__(f"Say when the tour of {on_date} starts and ends.", path="days")


@dataclass(frozen=True, slots=True)
class Times:
    """When the tour of a day runs, by the clock on the wall."""

    starts_at_local: time
    ends_at_local: time


@dataclass(frozen=True, slots=True)
class Conversion:
    """The wish for bookings; days whose times are not named run from their first stop to the last.

    Shape:  `times` by the day's date.
    """

    proposal_id: UUID
    expected_version: int
    times: Mapping[date, Times] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tour:
    """One day as it will be driven."""

    day: Day
    starts_at: datetime
    ends_at: datetime

    def arrival(self, stop: Stop) -> datetime | None:
        """When a stop is reached, if it says so."""
        if stop.starts_at_local is None:
            return None
        return datetime.combine(self.day.on_date, stop.starts_at_local, self.starts_at.tzinfo)

    @property
    def tour_type(self) -> str:
        return "wine_tour" if any(s.kind == "winery" for s in self.day.stops) else "custom"

    @property
    def driver_notes(self) -> str | None:
        return "\n".join(s.driver_notes for s in self.day.stops if s.driver_notes) or None

    def name_of(self, kind: str) -> str | None:
        """What the first stop of a kind is called."""
        return next((stop.name for stop in self.day.stops if stop.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Part:
    """What one booking of a proposal charges. Its lines sum to its totals."""

    lines: tuple[Line, ...]
    totals: Totals


def tours(plan: Plan, wish: Conversion, zone: ZoneInfo) -> list[Tour]:
    """The days in their order, each with its times.

    Errors: NoTourTime; InvalidInput for times of a day that the plan does not have, and for a plan
            without days.
    """
    if not plan:
        raise InvalidInput("The plan has no days yet. Add them, then convert it.", path="id")
    if not wish.times.keys() <= {day.on_date for day in plan}:
        raise InvalidInput("The plan has no such day.", path="days")
    return [_tour(day, wish.times.get(day.on_date), zone) for day in plan]


def parts(sums: Totals, lines: Sequence[Priced], *, number: str, days: int) -> list[Part]:
    """Share a proposal out over its days.

    Shape:  each line in equal parts; discount, tax and gratuity by what the lines of a day come
            to, the deposit by its total. Gratuity is a fee of the booking, for otherwise the sums
            would differ. Lines that the client is not shown are one line of the booking.
    Units:  whole cents; what is left over goes to the greatest remainders, the first days first.
    Source: docs/domain.md, section "Proposal".
    """
    cut = [(line, share_out(line.line_cents, [1] * days)) for line in _charged(lines)]
    bases = [sum(shares[day] for _, shares in cut) for day in range(days)]
    off, taxed, given = (
        share_out(cents, bases)
        for cents in (sums.discount_cents, sums.tax_cents, sums.gratuity_cents)
    )
    totals = [bases[day] - off[day] + taxed[day] + given[day] for day in range(days)]
    deposits = share_out(sums.deposit_cents, totals)
    found = []
    for day in range(days):
        own = [_line_of(line, number, shares[day]) for line, shares in cut]
        own.append(Line("fee", "Gratuity", "gratuity", given[day], given[day], taxable=False))
        own.append(Line("discount", "Discount", "discount", -off[day], -off[day], taxable=False))
        own.append(Line("tax", "Sales tax", "tax", taxed[day], taxed[day], taxable=False))
        subtotal = bases[day] + given[day]
        summed = Totals(subtotal, off[day], taxed[day], totals[day], deposits[day])
        found.append(Part(tuple(line for line in own if line.amount_cents), summed))
    return found


def share_out(cents: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount by weights so that the parts sum to it; equally if all weigh nothing.

    Units:  whole cents by largest remainder, the first ones first.
    """
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    cut = [divmod(cents * weight, whole) for weight in weights]
    rest = cents - sum(part for part, _ in cut)
    greatest = sorted(range(len(cut)), key=lambda place: (-cut[place][1], place))[:rest]
    return [part + (place in greatest) for place, (part, _) in enumerate(cut)]


def _charged(lines: Sequence[Priced]) -> list[Priced]:
    """The lines as a client may read them: hidden ones together, taxed and untaxed."""
    shown = [line for line in lines if line.shown]
    for taxable in (True, False):
        hidden = [line for line in lines if not line.shown and line.taxable == taxable]
        cents = sum(line.line_cents for line in hidden)
        if cents:
            shown.append(Priced("planning_fee", HIDDEN, "flat", cents, taxable, line_cents=cents))
    return shown


def _line_of(line: Priced, number: str, cents: int) -> Line:
    kind = CHARGED_AS.get(line.kind, "package")
    return Line(kind, line.label, number, cents, cents, taxable=line.taxable)


def _tour(day: Day, named: Times | None, zone: ZoneInfo) -> Tour:
    def at(clock: time) -> datetime:
        return datetime.combine(day.on_date, clock, zone)

    if named is not None:
        return Tour(day, at(named.starts_at_local), at(named.ends_at_local))
    timed = [(at(s.starts_at_local), s.minutes) for s in day.stops if s.starts_at_local]
    if not timed:
        raise NoTourTime(day.on_date)
    ends = (start + timedelta(minutes=minutes) for start, minutes in timed)
    return Tour(day, min(start for start, _ in timed), max(ends))
