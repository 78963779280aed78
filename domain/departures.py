"""How shared tours are laid out: on which days, by which price rows, and with which van."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import DomainError, InvalidInput, OutsideOperatingDay
from domain.pricing import NoRate
from domain.schedule import OperatingDay, block_ends_at, check_order, check_within
from domain.shared_tours import FEWEST_GUESTS, MOST_GUESTS, SharedTour

SALES_CLOSE: Final = timedelta(hours=48)
CANCEL_UNTIL: Final = timedelta(hours=24)
WITH_LUNCH: Final = "_lunch"
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NoVanFree(DomainError):
    """No van is free for the whole tour on a wished day. Leave the day out, or free a van."""

    code = "NO_VAN_FREE"


class AlreadyScheduled(DomainError):
    """The brand has a shared tour that starts at that time. Leave the day out, or say `beside`."""

    code = "ALREADY_SCHEDULED"


@dataclass(frozen=True, slots=True)
class Fare:
    """A brand's price row for a shared tour, as it holds on one day."""

    name: str
    price_cents: int
    minutes: int
    guests_min: int
    guests_max: int
    weekdays: frozenset[int]
    starts: tuple[time, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What is in force on a local day: the hours, the tour's row and the one with lunch."""

    on: date
    hours: OperatingDay | None
    seat: Fare | None
    with_lunch: Fare | None


@dataclass(frozen=True, slots=True)
class NewTours:
    """The wish to lay tours on the days from first to last that are of these weekdays.

    Shape:  without weekdays, on those that the package runs on; Monday is 0.
    """

    code: str
    first: date
    last: date
    weekdays: frozenset[int] | None = None
    beside: bool = False

    def days(self) -> list[date]:
        every = (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))
        return [on for on in every if self.weekdays is None or on.weekday() in self.weekdays]


@dataclass(frozen=True, slots=True)
class Outline:
    """A tour as its day and package make it, before it has a van."""

    title: str
    starts_at: datetime
    ends_at: datetime
    free_at: datetime
    guests_min: int
    guests_max: int
    seat_cents: int
    seat_with_lunch_cents: int
    sales_close_at: datetime
    cancel_until: datetime


@dataclass(frozen=True, slots=True)
class Van:
    """A vehicle in service, and the periods in which it is taken, each with its pause."""

    id: UUID
    seats: int
    busy: Sequence[tuple[datetime, datetime]] = ()

    def is_free(self, starts_at: datetime, ends_at: datetime) -> bool:
        return all(end <= starts_at or start >= ends_at for start, end in self.busy)


def outlines(wish: NewTours, days: Sequence[Day], *, now: datetime) -> list[Outline]:
    """The tours of a wish.

    Shape:  days on which the package does not run are left out of a range, and refused alone.
    Errors: InvalidInput, NoRate, StartInPast, OutsideOperatingDay.
    """
    chosen = [day for day in days if wish.weekdays is not None or _runs(day)]
    if not chosen:
        raise InvalidInput("The tour runs on none of these days.", path="from")
    return [_outline(wish.code, day, now=now) for day in chosen]


def _runs(day: Day) -> bool:
    return day.seat is None or day.on.weekday() in day.seat.weekdays


def _outline(code: str, day: Day, *, now: datetime) -> Outline:
    seat, lunch, hours = day.seat, day.with_lunch, day.hours
    if seat is None or lunch is None:
        missing = code if seat is None else code + WITH_LUNCH
        raise NoRate(f"The brand has no package {missing} on {day.on:%Y-%m-%d}.", path="code")
    if day.on.weekday() not in seat.weekdays:
        raise NoRate(f"{seat.name} does not run on {DAYS[day.on.weekday()]}s.", path="weekdays")
    if not seat.starts:
        raise NoRate(f"{seat.name} has no start time.", path="code")
    if hours is None:
        raise OutsideOperatingDay("The brand has no opening hours for that day.", path="from")
    starts_at = datetime.combine(day.on, seat.starts[0], hours.zone)
    ends_at = _later(starts_at, timedelta(minutes=seat.minutes), hours.zone)
    check_order(starts_at, ends_at, now=now)
    check_within(starts_at, ends_at, day=hours)
    if starts_at - SALES_CLOSE <= now:
        raise InvalidInput(f"The sale for {day.on:%Y-%m-%d} would be over already.", path="from")
    return Outline(
        title=seat.name,
        starts_at=starts_at,
        ends_at=ends_at,
        free_at=block_ends_at(ends_at, hours),
        guests_min=max(seat.guests_min, FEWEST_GUESTS),
        guests_max=min(seat.guests_max, MOST_GUESTS),
        seat_cents=seat.price_cents,
        seat_with_lunch_cents=lunch.price_cents,
        sales_close_at=_later(starts_at, -SALES_CLOSE, hours.zone),
        cancel_until=_later(starts_at, -CANCEL_UNTIL, hours.zone),
    )


def _later(at: datetime, by: timedelta, zone: ZoneInfo) -> datetime:
    """Hours are counted in real time, also over a night in which the clock is set."""
    return datetime.fromtimestamp(at.timestamp() + by.total_seconds(), zone)


def largest_free(vans: Iterable[Van], outline: Outline) -> Van:
    """The van of a shared tour: the largest that is free, the first of those as large.

    Errors: NoVanFree, naming the day.
    """
    free = [
        van
        for van in vans
        if van.seats >= outline.guests_min and van.is_free(outline.starts_at, outline.free_at)
    ]
    if not free:
        raise NoVanFree(
            f"No van is free on {outline.starts_at:%Y-%m-%d} from {outline.starts_at:%H:%M}."
            " Leave the day out, or free a van.",
            path="from",
        )
    return max(free, key=lambda van: van.seats)


def laid(outline: Outline, van: Van, *, id: UUID) -> SharedTour:
    """The tour with its van, which may have fewer seats than the package would sell."""
    given = {
        each.name: getattr(outline, each.name)
        for each in fields(Outline)
        if each.name not in {"free_at", "guests_max"}
    }
    seats = min(outline.guests_max, van.seats)
    return SharedTour(
        **given, id=id, status="scheduled", guests_max=seats, vehicle_id=van.id, version=1
    )
