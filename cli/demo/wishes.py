"""Which bookings a brand has: their states, days, parties and vans, before number and price."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from cli.demo.agenda import Agenda, Van
from cli.demo.chance import Chance
from cli.demo.people import Person
from cli.demo.plan import Clock
from domain.pricing import over_vans

When = Literal["past", "today", "tomorrow", "soon", "future"]
DAYS: dict[When, tuple[int, int]] = {
    "past": (-365, -1),
    "today": (0, 0),
    "tomorrow": (1, 1),
    "soon": (2, 45),
    "future": (2, 182),
}
PER_MILLE = 1000
MIX: tuple[tuple[str, When, int], ...] = (
    ("in_progress", "today", 3),
    ("assigned", "tomorrow", 3),
    ("held", "soon", 12),
    ("assigned", "soon", 75),
    ("pending", "future", 75),
    ("confirmed", "future", 120),
    ("draft", "future", 45),
    ("cancelled", "past", 70),
    ("cancelled", "future", 35),
    ("expired", "past", 30),
    ("expired", "future", 15),
)
REST: tuple[str, When] = ("completed", "past")
TYPES = (
    ("wine_tour", 55),
    ("private_transportation", 12),
    ("celebration", 8),
    ("airport_transfer", 8),
    ("local_transfer", 6),
    ("corporate", 6),
    ("wedding", 3),
    ("custom", 2),
)
BY_THE_HOUR = frozenset({"wine_tour", "corporate", "wedding", "custom"})
PARTIES = ((1, 3), (2, 24), (3, 8), (4, 20), (5, 8), (6, 14), (8, 10), (10, 6), (12, 4), (14, 3))
HOLDS_A_VAN = frozenset({"held", "pending", "confirmed", "assigned", "in_progress", "completed"})
HAS_DRIVERS = frozenset({"assigned", "in_progress", "completed"})
NAMELESS = frozenset({"held", "expired"})
SCARCE = frozenset({"today", "tomorrow"})  # every brand has a small tour then, and a van for it
ATTEMPTS = 400
LEAD_DAYS = 110


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking that is going to be made."""

    status: str
    on: date
    created_at: datetime
    tour_type: str
    party: int
    customer: Person | None
    vans: tuple[Van, ...]
    drivers: tuple[str, ...]


def wishes(
    count: int, *, people: Sequence[Person], agenda: Agenda, chance: Chance, clock: Clock
) -> list[Wish]:
    """So many bookings in order of creation, every status among them."""
    made = [
        _wish(status, when, people=people, agenda=agenda, chance=chance, clock=clock)
        for status, when in _mix(count)
    ]
    return sorted(made, key=lambda wish: wish.created_at)


def _mix(count: int) -> Iterator[tuple[str, When]]:
    """The bookings whose days are scarce come first: today's, then those of the next weeks."""
    left = count
    for status, when, share in MIX:
        number = max(1, count * share // PER_MILLE)
        left -= number
        yield from [(status, when)] * number
    yield from [REST] * left


def _wish(
    status: str,
    when: When,
    *,
    people: Sequence[Person],
    agenda: Agenda,
    chance: Chance,
    clock: Clock,
) -> Wish:
    scarce = when in SCARCE
    tour_type = chance.weighted(TYPES[:3] if scarce else TYPES)
    party = chance.among(2, 8) if scarce else _party(tour_type, chance)
    day, vans = _day_and_vans(status, when, party, agenda=agenda, chance=chance, clock=clock)
    nameless = status in NAMELESS and chance.hit(50)
    return Wish(
        status=status,
        on=day,
        created_at=_created_at(status, day, chance, clock),
        tour_type=tour_type,
        party=party,
        customer=None if nameless else chance.one(people),
        vans=vans,
        drivers=agenda.take_drivers(day, len(vans)) if status in HAS_DRIVERS else (),
    )


def _party(tour_type: str, chance: Chance) -> int:
    if tour_type in {"corporate", "wedding"} and chance.hit(30):
        return chance.among(15, 25)
    return chance.weighted(PARTIES)


def _day_and_vans(
    status: str, when: When, party: int, *, agenda: Agenda, chance: Chance, clock: Clock
) -> tuple[date, tuple[Van, ...]]:
    """A day on which vans are free; what holds no van may fall on any day.

    Errors: ValueError if the fleet is too small for the bookings.
    """
    parties = over_vans(party, agenda.seats)
    for _ in range(ATTEMPTS):
        day = clock.today + timedelta(days=chance.among(*DAYS[when]))
        if status not in HOLDS_A_VAN:
            return day, _fitting(agenda, parties)
        vans = agenda.take_vans(day, parties)
        if vans is not None:
            return day, vans
    raise ValueError(f"No vans for {party} guests are free on any day tried ({status}).")


def _fitting(agenda: Agenda, parties: Sequence[int]) -> tuple[Van, ...]:
    """The vans that a cancelled or expired booking once held, of no account any more."""
    largest = sorted(agenda.vans, key=lambda van: -van.seats)
    return tuple(largest[: len(parties)])


def _created_at(status: str, day: date, chance: Chance, clock: Clock) -> datetime:
    """Two to 112 days before the tour; holds are of this morning, and nothing is after now."""
    if status == "held":
        return chance.moment(clock.now - timedelta(hours=3), clock.now - timedelta(minutes=1))
    latest = clock.now + min(day - clock.today, timedelta()) - timedelta(days=2)
    return chance.moment(latest - timedelta(days=LEAD_DAYS), latest)
