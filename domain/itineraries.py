"""The itinerary of a booking: its stops in order, and what may still be changed of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.errors import InvalidInput, NotFound, StaleVersion, WrongState
from domain.events import Plain
from domain.ids import Ids
from domain.schedule import check_day
from domain.texts import one_line

PLACE_OF: Mapping[str, str] = {
    "winery": "winery",
    "restaurant": "restaurant",
    "hotel_checkin": "hotel",
    "hotel_checkout": "hotel",
}
NEEDS_NAME = frozenset({"activity", "custom"})
ASKS_NOBODY = frozenset({"pickup", "dropoff"})
OPEN = frozenset({"held", "draft", "pending", "confirmed", "assigned", "in_progress"})
MINUTES = 60
MINUTES_MIN, MINUTES_MAX = 30, 240
MOST_STOPS = 20
LONGEST_NAME, LONGEST_ADDRESS = 200, 500


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop as it is planned; its place is of the directory that its kind names, or an own."""

    id: UUID
    kind: str
    place_id: UUID | None = None
    name: str | None = None
    address: str | None = None
    planned_arrival_at: datetime | None = None
    minutes: int = MINUTES
    third_party_status: str = "none"
    arrived_at: datetime | None = None
    own_place_id: UUID | None = None

    @property
    def place(self) -> tuple[str, UUID] | None:
        """What has to be known of: `own_hotel` is a hotel of the operator's own."""
        if self.own_place_id is not None:
            return f"own_{PLACE_OF[self.kind]}", self.own_place_id
        return (PLACE_OF[self.kind], self.place_id) if self.place_id is not None else None

    @property
    def where(self) -> tuple[object, ...]:
        return (self.id, self.kind, self.place, self.name, self.address)


@dataclass(frozen=True, slots=True)
class Itinerary:
    """A booking by its times and its stops."""

    booking_id: UUID
    status: str
    starts_at: datetime
    ends_at: datetime
    version: int
    hold_expires_at: datetime | None = None
    stops: tuple[Stop, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """Whose itinerary is to be changed, made on the version that the caller saw."""

    booking_id: UUID
    expected_version: int


@dataclass(frozen=True, slots=True)
class WantedStop:
    """The wish for a stop; `stop_id` names one that the itinerary has already."""

    kind: str
    stop_id: UUID | None = None
    winery_id: UUID | None = None
    restaurant_id: UUID | None = None
    hotel_id: UUID | None = None
    own_place_id: UUID | None = None
    name: str | None = None
    address: str | None = None
    planned_arrival_at: datetime | None = None
    minutes: int = MINUTES


@dataclass(frozen=True, slots=True)
class StopChange:
    """The wish to change a stop; a field that is not named stays as it is."""

    stop_id: UUID
    named: frozenset[str]
    name: str | None = None
    address: str | None = None
    planned_arrival_at: datetime | None = None
    minutes: int = MINUTES


@dataclass(frozen=True, slots=True)
class Planned:
    """A decided itinerary: what is to be written, and what is to be taken away."""

    stops: tuple[Stop, ...]
    version: int

    def written(self, before: Itinerary) -> list[tuple[int, Stop]]:
        """The stops that are new, changed or at another place in the order."""
        old = set(enumerate(before.stops, start=1))
        return [each for each in enumerate(self.stops, start=1) if each not in old]

    def removed(self, before: Itinerary) -> list[UUID]:
        kept = {stop.id for stop in self.stops}
        return [stop.id for stop in before.stops if stop.id not in kept]

    def new_places(self, before: Itinerary) -> set[tuple[str, UUID]]:
        """What the directory has to know of."""
        known = {stop.place for stop in before.stops}
        return {stop.place for stop in self.stops if stop.place and stop.place not in known}


def check_open(itinerary: Itinerary, edit: Edit, *, now: datetime) -> None:
    """Refuse a change of an itinerary that was changed meanwhile, or whose tour is over.

    Errors: StaleVersion, WrongState.
    """
    if edit.expected_version != itinerary.version:
        raise StaleVersion(expected=edit.expected_version, current=itinerary.version)
    if itinerary.status not in OPEN:
        raise WrongState(
            f"The itinerary of a booking that is {itinerary.status} is not changed.", path="id"
        )
    expires_at = itinerary.hold_expires_at
    if itinerary.status == "held" and expires_at is not None and expires_at <= now:
        raise WrongState("The hold has run out. Hold the tour again.", path="id")
    if itinerary.status != "in_progress" and now >= itinerary.ends_at:
        raise WrongState("The tour is over: its itinerary is not changed any more.", path="id")


def planned(itinerary: Itinerary, stops: Sequence[Stop]) -> Planned | None:
    """Decide on the stops that a change would leave.

    Shape:  None if nothing would change.
    Errors: InvalidInput for more stops than a tour has, or one outside of the tour's time;
            WrongState if it would touch what the party has seen already.
    """
    after = tuple(stops)
    if after == itinerary.stops:
        return None
    if len(after) > MOST_STOPS:
        raise InvalidInput(f"A tour has at most {MOST_STOPS} stops.", path="stops")
    for stop in after:
        at = stop.planned_arrival_at
        if at is not None and not itinerary.starts_at <= at < itinerary.ends_at:
            raise InvalidInput(
                "A stop would be reached before the tour starts, or when it is over.",
                path="plannedArrivalAt",
            )
    reached = [place for place, stop in enumerate(itinerary.stops, start=1) if stop.arrived_at]
    last = reached[-1] if reached else 0
    seen = [stop.where for stop in itinerary.stops[:last]]
    if [stop.where for stop in after[:last]] != seen:
        raise WrongState(
            f"The party has been to stop {last}: what lies up to it stays as it is.", path="id"
        )
    return Planned(after, itinerary.version + 1)


def replaced(itinerary: Itinerary, wanted: Sequence[WantedStop], *, ids: Ids) -> list[Stop]:
    """A whole list in place of the old one; who stays keeps what its place has said.

    Errors: NotFound for a stop that is said to stay and is not there; InvalidInput.
    """
    staying = [each.stop_id for each in wanted if each.stop_id is not None]
    if len(set(staying)) < len(staying):
        raise InvalidInput("A stop is named twice.", path="stops")
    old = {stop.id: stop for stop in itinerary.stops}
    if not set(staying) <= old.keys():
        raise NotFound(path="stops")
    made = [
        _made(each, id=each.stop_id or ids.new(), path=f"stops.{place}.")
        for place, each in enumerate(wanted)
    ]
    return [_kept(old[stop.id], stop) if stop.id in old else stop for stop in made]


def added(
    itinerary: Itinerary, wanted: WantedStop, *, position: int | None, ids: Ids
) -> list[Stop]:
    """The stop at its place in the order, or at the end.

    Errors: InvalidInput.
    """
    if wanted.stop_id is not None:
        raise InvalidInput("A new stop has no id yet.", path="stop.stopId")
    stops = list(itinerary.stops)
    place = len(stops) + 1 if position is None else position
    _check_position(place, most=len(stops) + 1)
    stops.insert(place - 1, _made(wanted, id=ids.new(), path="stop."))
    return stops


def moved(itinerary: Itinerary, stop_id: UUID, *, position: int) -> list[Stop]:
    """Errors: NotFound, InvalidInput."""
    stop = _named(itinerary, stop_id)
    stops = [each for each in itinerary.stops if each.id != stop_id]
    _check_position(position, most=len(stops) + 1)
    stops.insert(position - 1, stop)
    return stops


def without(itinerary: Itinerary, stop_id: UUID) -> list[Stop]:
    """Errors: NotFound."""
    stop = _named(itinerary, stop_id)
    return [each for each in itinerary.stops if each is not stop]


def updated(itinerary: Itinerary, change: StopChange) -> list[Stop]:
    """Errors: NotFound, InvalidInput."""
    stop = _named(itinerary, change.stop_id)
    after = _checked(replace(stop, **{name: getattr(change, name) for name in change.named}))
    return [after if each is stop else each for each in itinerary.stops]


def answered(itinerary: Itinerary, stop_id: UUID, *, status: str) -> list[Stop]:
    """What the winery, restaurant or hotel of a stop has said.

    Errors: NotFound; InvalidInput for a stop where nobody is asked.
    """
    stop = _named(itinerary, stop_id)
    if stop.kind in ASKS_NOBODY:
        raise InvalidInput(f"Nobody is asked about a stop of kind {stop.kind}.", path="stopId")
    after = replace(stop, third_party_status=status)
    return [after if each is stop else each for each in itinerary.stops]


def _made(wanted: WantedStop, *, id: UUID, path: str) -> Stop:
    """A stop of a wish; its kind says which place it has.

    Errors: InvalidInput.
    """
    place = PLACE_OF.get(wanted.kind)
    ids = {name: getattr(wanted, f"{name}_id") for name in PLACE_OF.values()}
    strange = next((name for name, id in ids.items() if id is not None and name != place), None)
    if strange is not None:
        raise InvalidInput(
            f"A stop of kind {wanted.kind} is at no {strange}.", path=f"{path}{strange}Id"
        )
    own = wanted.own_place_id
    if place is None and own is not None:
        raise InvalidInput(
            f"A stop of kind {wanted.kind} is at no place.", path=f"{path}ownPlaceId"
        )
    if place is not None and (ids[place] is None) == (own is None):
        raise InvalidInput(
            f"A stop of kind {wanted.kind} is at a {place} of the directory, or at an own place.",
            path=f"{path}{place}Id",
        )
    stop = Stop(
        id=id,
        kind=wanted.kind,
        place_id=ids.get(place) if place else None,
        name=wanted.name,
        address=wanted.address,
        planned_arrival_at=wanted.planned_arrival_at,
        minutes=wanted.minutes,
        own_place_id=own,
    )
    return _checked(stop, path=path)


def _checked(stop: Stop, *, path: str = "") -> Stop:
    """A stop in its normal form.

    Shape:  `path` stands before the names of the input's fields: `stops.2.`.
    Errors: InvalidInput.
    """
    name = one_line(stop.name, most=LONGEST_NAME, path=f"{path}name")
    if name is None and stop.kind in NEEDS_NAME:
        raise InvalidInput(f"A stop of kind {stop.kind} needs a name.", path=f"{path}name")
    if not MINUTES_MIN <= stop.minutes <= MINUTES_MAX:
        raise InvalidInput(
            f"A stop takes {MINUTES_MIN} to {MINUTES_MAX} minutes.", path=f"{path}minutes"
        )
    at, named = stop.planned_arrival_at, f"{path}plannedArrivalAt"
    if at is not None and at.tzinfo is None:
        raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path=named)
    if at is not None:
        check_day(at, path=named)
    address = one_line(stop.address, most=LONGEST_ADDRESS, path=f"{path}address")
    return replace(stop, name=name, address=address)


def document(stops: Sequence[Stop]) -> list[Plain]:
    """Stops as an event keeps them."""
    return [
        {
            "id": str(stop.id),
            "position": position,
            "kind": stop.kind,
            "place_id": str(stop.place_id) if stop.place_id else None,
            "own_place_id": str(stop.own_place_id) if stop.own_place_id else None,
            "name": stop.name,
            "address": stop.address,
            "planned_arrival_at": (
                stop.planned_arrival_at.isoformat() if stop.planned_arrival_at else None
            ),
            "minutes": stop.minutes,
            "third_party_status": stop.third_party_status,
        }
        for position, stop in enumerate(stops, start=1)
    ]


def _kept(old: Stop, wanted: Stop) -> Stop:
    """What another place was asked is not known of this one."""
    same = (old.kind, old.place) == (wanted.kind, wanted.place)
    status = old.third_party_status if same else "none"
    return replace(wanted, third_party_status=status, arrived_at=old.arrived_at)


def _named(itinerary: Itinerary, stop_id: UUID) -> Stop:
    for stop in itinerary.stops:
        if stop.id == stop_id:
            return stop
    raise NotFound(path="stopId")


def _check_position(position: int, *, most: int) -> None:
    if not 1 <= position <= most:
        raise InvalidInput(f"The place in the order is 1 to {most}.", path="position")
