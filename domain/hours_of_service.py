"""Hours of service: how long a driver may drive and be on duty, in a shift and in seven days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

REST: Final = timedelta(hours=8)
WEEK: Final = timedelta(days=7)
MOST_DRIVING: Final = timedelta(hours=10)
MOST_ON_DUTY: Final = timedelta(hours=15)
MOST_IN_A_WEEK: Final = timedelta(hours=60)
MUCH_DRIVING: Final = timedelta(hours=9, minutes=30)
MUCH_ON_DUTY: Final = timedelta(hours=14)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Duty:
    """A time on duty, worked or planned, and how much of it is driven.

    Shape:  what is driven is laid at the beginning; a tour's stops come behind its first mile.
    """

    starts_at: datetime
    ends_at: datetime
    driving: timedelta

    @property
    def span(self) -> Span:
        return (self.starts_at, self.ends_at)

    @property
    def driven(self) -> Span:
        return (self.starts_at, min(self.ends_at, self.starts_at + self.driving))


@dataclass(frozen=True, slots=True)
class Hours:
    """What a tour brings its driver to: in the shift that it is part of, and in seven days."""

    driving: timedelta
    on_duty: timedelta
    in_a_week: timedelta

    @property
    def excess(self) -> dict[str, timedelta]:
        """What passes its limit, by how it is called."""
        limits = {
            "driving": (self.driving, MOST_DRIVING),
            "on_duty": (self.on_duty, MOST_ON_DUTY),
            "in_a_week": (self.in_a_week, MOST_IN_A_WEEK),
        }
        return {name: worked for name, (worked, most) in limits.items() if worked > most}

    @property
    def near(self) -> dict[str, timedelta]:
        """What comes near to its limit without passing it."""
        bounds = {
            "driving": (self.driving, MUCH_DRIVING, MOST_DRIVING),
            "on_duty": (self.on_duty, MUCH_ON_DUTY, MOST_ON_DUTY),
        }
        return {
            name: worked for name, (worked, much, most) in bounds.items() if much <= worked <= most
        }


def hours_with(tour: Duty, others: Sequence[Duty]) -> Hours:
    """A driver's hours if they take the tour beside what they have worked and have planned.

    Shape:  times that lie over one another count once. A shift goes on until eight hours off.
    Source: docs/domain.md, section "Hours of service"; 49 CFR 395.5.
    """
    on_duty = joined(duty.span for duty in (*others, tour))
    driven = joined(duty.driven for duty in (*others, tour))
    starts_at, ends_at = _shift_of(tour, on_duty)
    return Hours(
        driving=_within(driven, starts_at, ends_at),
        on_duty=_within(on_duty, starts_at, ends_at),
        in_a_week=_fullest_week(tour, on_duty),
    )


def joined(spans: Iterable[Span]) -> list[Span]:
    """In order, with those that touch or lie over one another made one; empty ones left out."""
    whole: list[Span] = []
    for starts_at, ends_at in sorted(span for span in spans if span[0] < span[1]):
        if whole and starts_at <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], ends_at))
        else:
            whole.append((starts_at, ends_at))
    return whole


def _shift_of(tour: Duty, on_duty: Sequence[Span]) -> Span:
    """From the end of the last eight hours off before the tour to the next ones behind it."""
    starts_at, ends_at = tour.span
    for span in reversed(on_duty):
        if span[0] < starts_at < span[1] + REST:
            starts_at = span[0]
    for span in on_duty:
        if span[0] - REST < ends_at < span[1]:
            ends_at = span[1]
    return starts_at, ends_at


def _fullest_week(tour: Duty, on_duty: Sequence[Span]) -> timedelta:
    """The most that is worked in any seven days with a part of the tour in them.

    Shape:  the fullest seven days end where some duty ends, or begin where one begins.
    """
    turns = [at for start, end in on_duty for at in (end, start + WEEK)]
    touching = [at for at in turns if tour.starts_at < at < tour.ends_at + WEEK]
    return max((_within(on_duty, at - WEEK, at) for at in touching), default=timedelta())


def _within(spans: Sequence[Span], since: datetime, until: datetime) -> timedelta:
    parts = (min(end, until) - max(start, since) for start, end in spans)
    return sum((part for part in parts if part > timedelta()), timedelta())
