"""When a tour could begin: which vans are free for its party, and if none is, why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput
from domain.schedule import OperatingDay, block_ends_at

STEP = timedelta(minutes=30)
MOST_DAYS = 62


class Reason(StrEnum):
    """Why no tour can begin then. Of several, the last in this order that still holds."""

    PAST = "past"
    CLOSED = "closed"
    TOO_MANY_GUESTS = "too_many_guests"
    ALL_BUSY = "all_busy"


@dataclass(frozen=True, slots=True)
class Van:
    """A vehicle by its seats, and the periods in which it is taken, each with its pause."""

    seats: int
    busy: Sequence[tuple[datetime, datetime]]

    def is_free(self, starts_at: datetime, ends_at: datetime) -> bool:
        return all(end <= starts_at or start >= ends_at for start, end in self.busy)


@dataclass(frozen=True, slots=True)
class FreeVan:
    """A van that nothing blocks in the time that is wanted."""

    id: UUID
    seats: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A start, and the seats of the vans that would be taken; without vans there is a reason."""

    starts_at: datetime
    ends_at: datetime
    vans: Sequence[int] = ()
    reason: Reason | None = None


def calendar(
    days: Sequence[date],
    *,
    minutes: int,
    party: int,
    vans: Sequence[Van],
    day: OperatingDay,
    now: datetime,
) -> list[tuple[date, list[Slot]]]:
    """Every start of some local days, each half hour from opening on, that leaves time enough.

    Shape:  vans are given smallest first; a half hour that the clock skips or repeats counts once.
    """
    by_day = _by_day(vans, days, day.zone)
    return [
        (on, slots(on, minutes=minutes, party=party, vans=by_day[on], day=day, now=now))
        for on in days
    ]


def slots(
    on: date, *, minutes: int, party: int, vans: Sequence[Van], day: OperatingDay, now: datetime
) -> list[Slot]:
    """The starts of one day, by what blocks the vans on it."""
    found = []
    for starts_at, ends_at in _times(on, minutes=minutes, day=day):
        if starts_at < now:
            found.append(Slot(starts_at, ends_at, reason=Reason.PAST))
            continue
        taken = _taken(vans, party, starts_at, block_ends_at(ends_at, day))
        reason = None if taken else _reason(vans, party)
        found.append(Slot(starts_at, ends_at, taken, reason))
    return found


def reason_of_day(found: Sequence[Slot]) -> Reason | None:
    """Why a day has no start at all; None if it has one."""
    if any(slot.vans for slot in found):
        return None
    reasons = {slot.reason for slot in found if slot.reason is not None}
    return max(reasons, key=list(Reason).index) if reasons else Reason.CLOSED


def fewest(seats: Sequence[int], party: int) -> list[int]:
    """The fewest vans that seat a party, the last as small as will do; none if all are too few."""
    taken: list[int] = []
    left = sorted(seats)
    while left and sum(taken) < party:
        rest = party - sum(taken)
        taken.append(left.pop(next((i for i, each in enumerate(left) if each >= rest), -1)))
    return taken if sum(taken) >= party else []


def vans_for(free: Sequence[FreeVan], party: int) -> list[tuple[FreeVan, int]]:
    """The vans of a party with the guests of each: the smallest that fits, or else the fewest.

    Shape:  none if all that are free are too few; the same choice as a calendar's.
    """
    fitting = [van for van in free if van.seats >= party]
    if fitting:
        return [(min(fitting, key=lambda van: (van.seats, van.id)), party)]
    left, rest, taken = list(free), party, []
    for seats in fewest([van.seats for van in free], party):
        van = next(each for each in left if each.seats == seats)
        left.remove(van)
        taken.append((van, min(seats, rest)))
        rest -= taken[-1][1]
    return taken


def check_range(first: date, last: date) -> None:
    """Errors: InvalidInput for days that go backwards, or too many."""
    days = (last - first).days + 1
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"Ask for 1 to {MOST_DAYS} days, in order.", path="to")


def _taken(
    vans: Sequence[Van], party: int, starts_at: datetime, ends_at: datetime
) -> Sequence[int]:
    """The smallest free van that fits, or else the fewest free ones that do together."""
    for van in vans:
        if van.seats >= party and van.is_free(starts_at, ends_at):
            return [van.seats]
    return fewest([van.seats for van in vans if van.is_free(starts_at, ends_at)], party)


def _by_day(vans: Sequence[Van], days: Sequence[date], zone: ZoneInfo) -> dict[date, list[Van]]:
    """The same vans for each day, with only those periods that touch it."""
    found: dict[date, list[Van]] = {on: [] for on in days}
    for van in vans:
        touching: dict[date, list[tuple[datetime, datetime]]] = {}
        for start, end in van.busy:
            first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
            for offset in range((last - first).days + 1):
                touching.setdefault(first + timedelta(days=offset), []).append((start, end))
        for on in days:
            found[on].append(Van(van.seats, touching.get(on, ())))
    return found


def _times(on: date, *, minutes: int, day: OperatingDay) -> Iterator[tuple[datetime, datetime]]:
    """Starts step on the wall clock; the length of a tour is counted in real time."""
    wall = datetime.combine(on, day.opens_at, day.zone)
    closes_at = datetime.combine(on, day.closes_at, day.zone).timestamp()
    while wall.date() == on and wall.timestamp() + minutes * 60 <= closes_at:
        begin = wall.timestamp()
        yield (
            datetime.fromtimestamp(begin, day.zone),
            datetime.fromtimestamp(begin + minutes * 60, day.zone),
        )
        wall += STEP


def _reason(vans: Sequence[Van], party: int) -> Reason:
    enough = sum(van.seats for van in vans) >= party
    return Reason.ALL_BUSY if enough else Reason.TOO_MANY_GUESTS
