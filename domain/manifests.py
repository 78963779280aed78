"""The day sheet: for each driver the tours of one local day, with what is needed on the road."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import InvalidInput

MOST_TOURS: Final = 300


@dataclass(frozen=True, slots=True)
class SheetStop:
    """A stop as a driver needs it: where, when, and what the place has said."""

    position: int
    kind: str
    name: str | None
    address: str | None
    planned_arrival_at: datetime | None
    minutes: int
    arrived_at: datetime | None
    departed_at: datetime | None
    third_party_status: str


@dataclass(frozen=True, slots=True)
class SheetVehicle:
    """A van of a tour, and how many of the party ride in it."""

    id: UUID
    name: str
    guests: int


@dataclass(frozen=True, slots=True)
class SheetTour:
    """A tour without its prices: only a first name, and the telephone on the day."""

    id: UUID
    number: str
    status: str
    tour_type: str
    party_size: int
    starts_at: datetime
    ends_at: datetime
    pickup: str | None
    dropoff: str | None
    guest_first_name: str | None
    driver_notes: str | None
    special_requests: str | None
    driver_ids: Sequence[UUID]
    phone: str | None = None
    stops: Sequence[SheetStop] = ()
    vehicles: Sequence[SheetVehicle] = ()


@dataclass(frozen=True, slots=True)
class SheetParty:
    """The guests of one ticket, by the first name of who bought it."""

    ticket_id: UUID
    number: str
    status: str
    guests: int
    with_lunch: bool
    first_name: str | None
    version: int


@dataclass(frozen=True, slots=True)
class SheetSharedTour:
    """A tour that is sold by the seat, with who sits in it."""

    id: UUID
    title: str
    status: str
    starts_at: datetime
    ends_at: datetime
    version: int
    vehicle_id: UUID | None
    vehicle_name: str | None
    driver_ids: Sequence[UUID]
    parties: Sequence[SheetParty] = ()

    @property
    def guests(self) -> int:
        return sum(party.guests for party in self.parties)

    @property
    def lunches(self) -> int:
        return sum(party.guests for party in self.parties if party.with_lunch)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The day of one driver; without a driver, the tours that nobody drives yet."""

    driver_id: UUID | None
    driver_name: str | None
    tours: Sequence[SheetTour] = field(default_factory=list)
    shared_tours: Sequence[SheetSharedTour] = field(default_factory=list)


def sheets(
    tours: Sequence[SheetTour],
    names: Mapping[UUID, str],
    *,
    shared: Sequence[SheetSharedTour] = (),
    of: UUID | None = None,
) -> list[Sheet]:
    """One sheet a driver, by name, each with its tours in their order.

    Shape:  a tour of two drivers stands on both sheets, one of none on the last; `of` leaves the
            sheet of that driver alone. A driver of whom no name is known is nobody's to see.
    Errors: InvalidInput for more tours than a day sheet holds.
    """
    if max(len(tours), len(shared)) > MOST_TOURS:
        raise InvalidInput(
            f"The day has more than {MOST_TOURS} tours. Ask driver by driver.", path="driverId"
        )
    wanted = [of] if of else sorted(names, key=lambda each: (names[each], each))
    made = [
        Sheet(
            id,
            names[id],
            [each for each in tours if id in each.driver_ids],
            [each for each in shared if id in each.driver_ids],
        )
        for id in wanted
        if id in names
    ]
    if not of:
        free = [each for each in tours if not each.driver_ids]
        made.append(Sheet(None, None, free, [each for each in shared if not each.driver_ids]))
    return [each for each in made if each.tours or each.shared_tours]
