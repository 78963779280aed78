"""A proposal's plan: its days by date, the stops of each in order, and what an edit makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from uuid import UUID

from domain.errors import InvalidInput, NotFound
from domain.events import Plain
from domain.proposals import Head, normal_text, one_line

MOST_STOPS = 20
SHORTEST, LONGEST = 30, 240
PLACE_OF = {
    "winery": "winery_id",
    "restaurant": "restaurant_id",
    "hotel_checkin": "hotel_id",
    "hotel_checkout": "hotel_id",
}
OWN = "own_place_id"
PLACES = ("winery_id", "restaurant_id", "hotel_id", OWN)
ARGUMENT = {"winery_id": "wineryId", "restaurant_id": "restaurantId", "hotel_id": "hotelId"}
NAMED = frozenset({"activity", "custom"})


@dataclass(frozen=True, slots=True)
class Stop:
    """What happens at a place of a day; stops carry no price."""

    kind: str
    winery_id: UUID | None = None
    restaurant_id: UUID | None = None
    hotel_id: UUID | None = None
    own_place_id: UUID | None = None
    name: str | None = None
    starts_at_local: time | None = None
    minutes: int = 60
    driver_notes: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One date of the plan."""

    on_date: date
    title: str | None = None
    stops: tuple[Stop, ...] = ()


Plan = tuple[Day, ...]


def arranged(days: Sequence[Day], head: Head) -> Plan:
    """The plan in its normal form: days by date, each within the proposal's dates.

    Errors: InvalidInput.
    """
    if len({day.on_date for day in days}) < len(days):
        raise InvalidInput("A date stands for one day of the plan.", path="onDate")
    for day in days:
        if not head.starts_on <= day.on_date <= head.ends_on:
            raise InvalidInput(
                f"A day lies between {head.starts_on} and {head.ends_on}.", path="onDate"
            )
    return tuple(_normal(day) for day in sorted(days, key=lambda day: day.on_date))


def with_day(plan: Plan, day: Day, head: Head) -> Plan:
    """One day more.

    Errors: InvalidInput.
    """
    return arranged((*plan, day), head)


def moved_day(plan: Plan, on_date: date, to_date: date, head: Head) -> Plan:
    """A day on another date; two days trade theirs if that one is taken.

    Errors: NotFound, InvalidInput.
    """
    _place_of(plan, on_date)
    traded = {on_date: to_date, to_date: on_date}
    days = [replace(day, on_date=traded.get(day.on_date, day.on_date)) for day in plan]
    return arranged(days, head)


def without_day(plan: Plan, on_date: date) -> Plan:
    """Errors: NotFound."""
    place = _place_of(plan, on_date)
    return (*plan[:place], *plan[place + 1 :])


def with_stop(plan: Plan, on_date: date, stop: Stop, position: int | None) -> Plan:
    """A stop more, at a position from 1; at the end if none is named.

    Errors: NotFound, InvalidInput.
    """
    day = plan[_place_of(plan, on_date)]
    at = len(day.stops) if position is None else position - 1
    if not 0 <= at <= len(day.stops):
        raise InvalidInput("There is no such position in the day.", path="position")
    stops = (*day.stops[:at], stop, *day.stops[at:])
    return _with(plan, _normal(replace(day, stops=stops)))


def without_stop(plan: Plan, on_date: date, position: int) -> tuple[Plan, Stop]:
    """Errors: NotFound for a position that the day does not have."""
    day = plan[_place_of(plan, on_date)]
    if not 1 <= position <= len(day.stops):
        raise NotFound(path="position")
    stop = day.stops[position - 1]
    stops = (*day.stops[: position - 1], *day.stops[position:])
    return _with(plan, replace(day, stops=stops)), stop


def moved_stop(
    plan: Plan, on_date: date, position: int, *, to_date: date, to_position: int
) -> Plan:
    """A stop at another place of its day, or of another day.

    Errors: NotFound, InvalidInput.
    """
    left, stop = without_stop(plan, on_date, position)
    return with_stop(left, to_date, stop, to_position)


def places(plan: Plan) -> dict[str, list[UUID]]:
    """The directory's entries that the plan names, by the kind of their id."""
    named = {name: {getattr(s, name) for day in plan for s in day.stops} for name in PLACES}
    return {name: sorted(ids - {None}) for name, ids in named.items()}


def plan_facts(plan: Plan) -> list[Plain]:
    """What an event says of the plan."""
    return [
        {
            "on_date": day.on_date.isoformat(),
            "title": day.title,
            "stops": [_stop_facts(stop) for stop in day.stops],
        }
        for day in plan
    ]


def _stop_facts(stop: Stop) -> dict[str, Plain]:
    at = stop.starts_at_local
    told: dict[str, Plain] = {name: str(id) for name in PLACES if (id := getattr(stop, name))}
    return told | {
        "kind": stop.kind,
        "name": stop.name,
        "starts_at_local": at.isoformat() if at else None,
        "minutes": stop.minutes,
        "driver_notes": stop.driver_notes,
    }


def _place_of(plan: Plan, on_date: date) -> int:
    for place, day in enumerate(plan):
        if day.on_date == on_date:
            return place
    raise NotFound(path="onDate")


def _with(plan: Plan, changed: Day) -> Plan:
    return tuple(changed if day.on_date == changed.on_date else day for day in plan)


def _normal(day: Day) -> Day:
    if len(day.stops) > MOST_STOPS:
        raise InvalidInput(f"A day has at most {MOST_STOPS} stops.", path="stops")
    stops = tuple(_normal_stop(stop) for stop in day.stops)
    return replace(day, title=one_line(day.title, path="title"), stops=stops)


def _normal_stop(stop: Stop) -> Stop:
    wanted = PLACE_OF.get(stop.kind)
    if stop.own_place_id is not None:
        if wanted is None:
            raise InvalidInput(
                f"A stop of kind {stop.kind} has no `ownPlaceId`.", path="ownPlaceId"
            )
        wanted = OWN
    for place, path in ARGUMENT.items():
        given = getattr(stop, place) is not None
        if given != (place == wanted):
            rule = "needs" if place == wanted else "has no"
            raise InvalidInput(f"A stop of kind {stop.kind} {rule} `{path}`.", path=path)
    name = one_line(stop.name, path="name")
    if name is None and stop.kind in NAMED:
        raise InvalidInput(f"A stop of kind {stop.kind} has a name.", path="name")
    if not SHORTEST <= stop.minutes <= LONGEST:
        raise InvalidInput(f"A stop takes {SHORTEST} to {LONGEST} minutes.", path="minutes")
    if stop.starts_at_local is not None and stop.starts_at_local.tzinfo is not None:
        raise InvalidInput("A local time has no offset: 10:30.", path="startsAtLocal")
    return replace(stop, name=name, driver_notes=normal_text(stop.driver_notes, path="driverNotes"))


def moved_along(plan: Plan, before: Head, after: Head) -> Plan:
    """A proposal that moves as it is takes its days along; one that gets another length does not.

    Errors: InvalidInput for a day that would lie outside of the dates.
    """
    if before.days == after.days:
        by = after.starts_on - before.starts_on
        return tuple(replace(day, on_date=day.on_date + by) for day in plan)
    return arranged(plan, after)
