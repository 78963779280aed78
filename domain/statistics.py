"""What was sold, offered and lost in a range of local days, counted from groups of equal rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from domain.errors import InvalidInput
from domain.money import PPM, round_half_up
from domain.schedule import check_day

K = TypeVar("K")
By = Literal["tour_day", "creation"]
MOST_MONTHS = 120
HUNDRED = 100
YEAR = 12
SOLD = frozenset({"pending", "confirmed", "assigned", "in_progress", "completed"})
CANCELLED = "cancelled"
ACCEPTED = frozenset({"accepted", "converted"})
CONVERTED = "converted"
OPEN = frozenset({"sent", "viewed"})


@dataclass(frozen=True, slots=True)
class Range:
    """Local days, the last one among them, and what is counted by them."""

    first: date
    last: date
    by: By


@dataclass(frozen=True, slots=True)
class BookingGroup:
    """Bookings of one local month that are alike."""

    month: date
    status: str
    source: str
    tour_type: str
    bookings: int
    guests: int
    total_cents: int
    tax_cents: int


@dataclass(frozen=True, slots=True)
class BookingFigures:
    """Money and guests of what was sold; neither cancelled, expired, held nor drafted is."""

    bookings: int
    guests: int
    gross_cents: int
    tax_cents: int
    cancelled: int

    @property
    def net_cents(self) -> int:
        return self.gross_cents - self.tax_cents

    @property
    def average_party(self) -> float | None:
        """Guests a booking, rounded half up to hundredths; None if nothing was sold."""
        if not self.bookings:
            return None
        return round_half_up(self.guests * HUNDRED, self.bookings) / HUNDRED

    @property
    def cancellation_ppm(self) -> int | None:
        """The cancelled of the sold and cancelled together; None if there are none."""
        return ppm(self.cancelled, self.bookings + self.cancelled)


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many rows are in a state, and for how many guests."""

    status: str
    count: int
    guests: int


@dataclass(frozen=True, slots=True)
class Inquiries:
    """Inquiries of the range, and how many of them came to a booking that was sold."""

    inquiries: int
    booked: int

    @property
    def conversion_ppm(self) -> int | None:
        return ppm(self.booked, self.inquiries)


@dataclass(frozen=True, slots=True)
class BookingStatistics:
    """All groupings of the same bookings."""

    total: BookingFigures
    by_status: Sequence[StatusCount]
    by_source: Mapping[str, BookingFigures]
    by_tour_type: Mapping[str, BookingFigures]
    by_month: Mapping[date, BookingFigures]
    inquiries: Inquiries


@dataclass(frozen=True, slots=True)
class ProposalGroup:
    """Proposals of one local month that are alike."""

    month: date
    status: str
    was_sent: bool
    proposals: int
    guests: int
    total_cents: int
    tax_cents: int


@dataclass(frozen=True, slots=True)
class ProposalFigures:
    """How far proposals came. What is open was offered; what was accepted is worth something."""

    proposals: int
    sent: int
    accepted: int
    converted: int
    guests: int
    open_cents: int
    accepted_cents: int
    accepted_tax_cents: int

    @property
    def accepted_net_cents(self) -> int:
        return self.accepted_cents - self.accepted_tax_cents

    @property
    def average_party(self) -> float | None:
        """Guests an accepted proposal, rounded half up to hundredths."""
        if not self.accepted:
            return None
        return round_half_up(self.guests * HUNDRED, self.accepted) / HUNDRED

    @property
    def acceptance_ppm(self) -> int | None:
        return ppm(self.accepted, self.sent)

    @property
    def conversion_ppm(self) -> int | None:
        return ppm(self.converted, self.accepted)


@dataclass(frozen=True, slots=True)
class ProposalStatistics:
    """All groupings of the same proposals."""

    total: ProposalFigures
    by_status: Sequence[StatusCount]
    by_month: Mapping[date, ProposalFigures]


def check_range(asked: Range) -> None:
    """Errors: InvalidInput for a range that is empty, or longer than ten years."""
    check_day(asked.first, path="from")
    check_day(asked.last, path="to")
    if asked.last < asked.first:
        raise InvalidInput("The last day comes before the first.", path="to")
    if len(months(asked)) > MOST_MONTHS:
        raise InvalidInput(f"A range has at most {MOST_MONTHS} months.", path="to")


def months(asked: Range) -> list[date]:
    """The first days of all months that the range touches."""
    first = asked.first.year * YEAR + asked.first.month - 1
    last = asked.last.year * YEAR + asked.last.month - 1
    return [date(month // YEAR, month % YEAR + 1, 1) for month in range(first, last + 1)]


def of_bookings(
    groups: Sequence[BookingGroup], inquiries: Inquiries, asked: Range
) -> BookingStatistics:
    """Every month of the range is there, and of the other groupings what occurs."""
    found = _grouped(groups, lambda group: group.month)
    return BookingStatistics(
        total=booking_figures(groups),
        by_status=[
            StatusCount(status, sum(g.bookings for g in each), sum(g.guests for g in each))
            for status, each in _grouped(groups, lambda group: group.status).items()
        ],
        by_source=_figures(groups, lambda group: group.source),
        by_tour_type=_figures(groups, lambda group: group.tour_type),
        by_month={month: booking_figures(found.get(month, [])) for month in months(asked)},
        inquiries=inquiries,
    )


def of_proposals(groups: Sequence[ProposalGroup], asked: Range) -> ProposalStatistics:
    """Every month of the range is there."""
    found = _grouped(groups, lambda group: group.month)
    return ProposalStatistics(
        total=proposal_figures(groups),
        by_status=[
            StatusCount(status, sum(g.proposals for g in each), sum(g.guests for g in each))
            for status, each in _grouped(groups, lambda group: group.status).items()
        ],
        by_month={month: proposal_figures(found.get(month, [])) for month in months(asked)},
    )


def booking_figures(groups: Iterable[BookingGroup]) -> BookingFigures:
    known = list(groups)
    sold = [group for group in known if group.status in SOLD]
    return BookingFigures(
        bookings=sum(group.bookings for group in sold),
        guests=sum(group.guests for group in sold),
        gross_cents=sum(group.total_cents for group in sold),
        tax_cents=sum(group.tax_cents for group in sold),
        cancelled=sum(group.bookings for group in known if group.status == CANCELLED),
    )


def proposal_figures(groups: Iterable[ProposalGroup]) -> ProposalFigures:
    known = list(groups)
    accepted = [group for group in known if group.status in ACCEPTED]
    return ProposalFigures(
        proposals=sum(group.proposals for group in known),
        sent=sum(group.proposals for group in known if group.was_sent),
        accepted=sum(group.proposals for group in accepted),
        converted=sum(group.proposals for group in known if group.status == CONVERTED),
        guests=sum(group.guests for group in accepted),
        open_cents=sum(group.total_cents for group in known if group.status in OPEN),
        accepted_cents=sum(group.total_cents for group in accepted),
        accepted_tax_cents=sum(group.tax_cents for group in accepted),
    )


def ppm(part: int, whole: int) -> int | None:
    """A share in parts per million, rounded half up; None of nothing."""
    return round_half_up(part * PPM, whole) if whole else None


def _figures(
    groups: Iterable[BookingGroup], key: Callable[[BookingGroup], str]
) -> dict[str, BookingFigures]:
    return {name: booking_figures(each) for name, each in _grouped(groups, key).items()}


G = TypeVar("G")


def _grouped(groups: Iterable[G], key: Callable[[G], K]) -> dict[K, list[G]]:
    found: dict[K, list[G]] = {}
    for group in groups:
        found.setdefault(key(group), []).append(group)
    return dict(sorted(found.items(), key=lambda each: str(each[0])))
