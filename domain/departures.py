"""How shared tours are laid out: on which days, by which price rows, and with which van."""

from collections.abc import Collection, Iterable, Sequence
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
    """No van is free for the whole tour on the days that the message names. Free one, or lay the
    other days with `skipImpossible`.
    """

    code = "NO_VAN_FREE"


class AlreadyScheduled(DomainError):
    """The brand has a shared tour that starts at that time on the days that the message names. Say
    `beside`, or lay the other days with `skipImpossible`.
    """

    code = "ALREADY_SCHEDULED"


OF_A_DAY: Final = (NoRate, OutsideOperatingDay, NoVanFree, AlreadyScheduled)


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

    Shape:  without weekdays, on those that the package runs on; Monday is 0. Of several days one
            may be impossible: then none is laid, or with `skip_impossible` all others.
    """

    code: str
    first: date
    last: date
    weekdays: frozenset[int] | None = None
    beside: bool = False
    skip_impossible: bool = False

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
class Impossible:
    """A wished day on which no tour can be laid, and why."""

    on: date
    why: DomainError


@dataclass(frozen=True, slots=True)
class Van:
    """A vehicle in service, and the periods in which it is taken, each with its pause."""

    id: UUID
    seats: int
    busy: Sequence[tuple[datetime, datetime]] = ()

    def is_free(self, starts_at: datetime, ends_at: datetime) -> bool:
        return all(end <= starts_at or start >= ends_at for start, end in self.busy)


def outlines(
    wish: NewTours, days: Sequence[Day], *, now: datetime
) -> tuple[list[Outline], list[Impossible]]:
    """The tours of a wish, and the days on which there can be none.

    Shape:  days on which the package does not run are left out of a range, and refused alone.
    Errors: InvalidInput if it runs on none of them, or not on a weekday that was wished.
    """
    others = [day for day in days if not _runs(day)]
    if others and wish.weekdays is not None:
        raise InvalidInput(_running(others), path="weekdays")
    if len(others) == len(days):
        wrong = _running(others) if others else "None of these days is of these weekdays."
        raise InvalidInput(wrong, path="from")
    found: list[Outline] = []
    impossible: list[Impossible] = []
    for day in days:
        if _runs(day):
            try:
                found.append(_outline(wish.code, day, now=now))
            except DomainError as why:
                impossible.append(Impossible(day.on, why))
    return found, impossible


def _runs(day: Day) -> bool:
    return day.seat is None or day.on.weekday() in day.seat.weekdays


def _running(others: Sequence[Day]) -> str:
    """On which days the package runs, for somebody who asked for others."""
    fare = next(day.seat for day in others if day.seat is not None)
    runs = ", ".join(f"{DAYS[day]}s" for day in sorted(fare.weekdays))
    wished = ", ".join(f"{DAYS[day]}s" for day in sorted({day.on.weekday() for day in others}))
    return f"{fare.name} runs on {runs}; not on {wished}."


def settle(wish: NewTours, impossible: Sequence[Impossible], *, laid: int) -> None:
    """Whether the wish is done although some of its days are left out.

    Errors: the fault that all of these days share, or InvalidInput; it names each day and its why.
    """
    if not impossible or (wish.skip_impossible and laid):
        return
    reasons: dict[str, list[str]] = {}
    for each in impossible:
        reasons.setdefault(each.why.message, []).append(f"{each.on:%Y-%m-%d}")
    told = " ".join(f"{', '.join(days)}: {why}" for why, days in reasons.items())
    days = len(impossible) + laid
    head = f"No tour can be laid on {len(impossible)} of {days} days. " if days > 1 else ""
    tail = " Send `skipImpossible` to lay the others." if laid else ""
    faults = {type(each.why) for each in impossible}
    shared = faults.pop() if len(faults) == 1 else InvalidInput
    by = shared if shared in OF_A_DAY else InvalidInput
    raise by(f"{head}{told}{tail}", path=impossible[0].why.path)


def _outline(code: str, day: Day, *, now: datetime) -> Outline:
    seat, lunch, hours = day.seat, day.with_lunch, day.hours
    if seat is None or lunch is None:
        missing = code if seat is None else code + WITH_LUNCH
        raise NoRate(f"The brand has no package {missing}.", path="code")
    if not seat.starts:
        raise NoRate(f"{seat.name} has no start time.", path="code")
    if hours is None:
        raise OutsideOperatingDay("The brand has no opening hours for that day.", path="from")
    starts_at = datetime.combine(day.on, seat.starts[0], hours.zone)
    ends_at = _later(starts_at, timedelta(minutes=seat.minutes), hours.zone)
    check_order(starts_at, ends_at, now=now)
    check_within(starts_at, ends_at, day=hours)
    if starts_at - SALES_CLOSE <= now:
        hours_before = int(SALES_CLOSE.total_seconds() // 3600)
        raise InvalidInput(
            f"The sale ends {hours_before} hours before and would be over already.", path="from"
        )
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


def van_of(outline: Outline, vans: Iterable[Van], *, but: Collection[datetime]) -> Van:
    """Errors: AlreadyScheduled for one of these starts, NoVanFree."""
    if outline.starts_at in but:
        raise AlreadyScheduled(f"There is a tour at {outline.starts_at:%H:%M}.", path="from")
    return largest_free(vans, outline)


def largest_free(vans: Iterable[Van], outline: Outline) -> Van:
    """The van of a shared tour: the largest that is free, the first of those as large.

    Errors: NoVanFree.
    """
    free = [
        van
        for van in vans
        if van.seats >= outline.guests_min and van.is_free(outline.starts_at, outline.free_at)
    ]
    if not free:
        raise NoVanFree(
            f"No van is free from {outline.starts_at:%H:%M} to {outline.free_at:%H:%M}.",
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
