"""Who goes on a tour: which vans and drivers it has, and what one more or one less comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.errors import DomainError, PartyTooLarge, StaleVersion, WrongState
from domain.hours_of_service import Duty

STAFFED: Final = frozenset({"pending", "confirmed", "assigned"})
# A pencil has vans and no drivers: who drives is settled when it is sure that there is a tour.
DRIVEN: Final = frozenset({"confirmed", "assigned"})
BEFORE_DRIVEN: Final = frozenset({"draft", "held", "pending"})
REPLACED: Final = STAFFED | {"in_progress"}
MOST_PROPOSED: Final = 20


class AlreadyAssigned(DomainError):
    """The vehicle or driver is on that tour already. Nothing needs to be done."""

    code = "ALREADY_ASSIGNED"


class NotAssigned(DomainError):
    """The vehicle or driver is not on that tour. Read the booking again."""

    code = "NOT_ASSIGNED"


@dataclass(frozen=True, slots=True)
class Van:
    """A vehicle on a tour or meant for one, and how many of its guests it takes."""

    id: UUID
    seats: int
    guests: int = 0


@dataclass(frozen=True, slots=True)
class Tour:
    """A booking with its vans and drivers, and the pause that its operator keeps behind it."""

    id: UUID
    number: str
    status: str
    version: int
    party_size: int
    starts_at: datetime
    ends_at: datetime
    buffer_minutes: int
    standing_minutes: int = 0
    vans: tuple[Van, ...] = ()
    drivers: tuple[UUID, ...] = ()

    @property
    def blocked_until(self) -> datetime:
        return self.ends_at + timedelta(minutes=self.buffer_minutes)

    @property
    def unseated(self) -> int:
        """Guests that no van takes yet."""
        return max(0, self.party_size - sum(van.guests for van in self.vans))

    @property
    def duty(self) -> Duty:
        """The tour as its driver's time: all of it on duty, driven but for the stops."""
        length = self.ends_at - self.starts_at
        driving = max(timedelta(), length - timedelta(minutes=self.standing_minutes))
        return Duty(self.starts_at, self.ends_at, driving)


@dataclass(frozen=True, slots=True)
class Assigned:
    """A decided change of who goes: the van as it is seated, the booking's status and version."""

    status: str
    version: int
    guests: int = 0


def check(tour: Tour, *, expected_version: int, states: frozenset[str] = STAFFED) -> None:
    """Errors: StaleVersion, WrongState."""
    if expected_version != tour.version:
        raise StaleVersion(expected=expected_version, current=tour.version)
    if tour.status in states:
        return
    if states == DRIVEN and tour.status in BEFORE_DRIVEN:
        raise WrongState(
            f"A booking that is {tour.status} is given no driver. Confirm it first.",
            path="bookingId",
        )
    raise WrongState(
        f"A booking that is {tour.status} is given no vans and drivers, and loses none.",
        path="bookingId",
    )


def assign_van(tour: Tour, van: Van, *, guests: int | None) -> Assigned:
    """Seat guests in one more van; without a number, all that have no seat yet.

    Errors: AlreadyAssigned, PartyTooLarge, WrongState for a party that is seated already.
    """
    if van.id in {each.id for each in tour.vans}:
        raise AlreadyAssigned("The vehicle is on this tour already.", path="vehicleId")
    wanted = tour.unseated if guests is None else guests
    if tour.unseated == 0:
        raise WrongState("All guests have a seat. Take a van away first.", path="vehicleId")
    _check_seats(van, wanted, unseated=tour.unseated)
    return _with(tour, (*tour.vans, Van(van.id, van.seats, wanted)), tour.drivers, wanted)


def unassign_van(tour: Tour, van_id: UUID) -> Assigned:
    """Errors: NotAssigned."""
    _on_tour(tour, van_id)
    return _with(tour, tuple(van for van in tour.vans if van.id != van_id), tour.drivers)


def replace_van(tour: Tour, van_id: UUID, van: Van) -> Assigned:
    """The other van takes the guests of the one that goes, and the tour keeps its status.

    Errors: NotAssigned, AlreadyAssigned, PartyTooLarge.
    """
    gone = _on_tour(tour, van_id)
    if van.id in {each.id for each in tour.vans}:
        raise AlreadyAssigned("The vehicle is on this tour already.", path="replacementVehicleId")
    if gone.guests > van.seats:
        raise PartyTooLarge(
            f"The van has {van.seats} seats for {gone.guests} guests. Choose a larger one.",
            path="replacementVehicleId",
        )
    kept = tuple(each for each in tour.vans if each.id != van_id)
    return _with(tour, (*kept, Van(van.id, van.seats, gone.guests)), tour.drivers, gone.guests)


def add_driver(tour: Tour, driver_id: UUID) -> Assigned:
    """Errors: AlreadyAssigned."""
    if driver_id in tour.drivers:
        raise AlreadyAssigned("The driver is on this tour already.", path="driverId")
    return _with(tour, tour.vans, (*tour.drivers, driver_id))


def remove_driver(tour: Tour, driver_id: UUID) -> Assigned:
    """Errors: NotAssigned."""
    if driver_id not in tour.drivers:
        raise NotAssigned("The driver is not on this tour.", path="driverId")
    return _with(tour, tour.vans, tuple(each for each in tour.drivers if each != driver_id))


def replace_driver(tour: Tour, driver_id: UUID, substitute_id: UUID) -> Assigned:
    """Errors: AlreadyAssigned. A driver who has gone meanwhile is not missed."""
    if substitute_id in tour.drivers:
        raise AlreadyAssigned("The driver is on this tour already.", path="driverId")
    kept = tuple(each for each in tour.drivers if each != driver_id)
    return _with(tour, tour.vans, (*kept, substitute_id))


def propose(vans: Sequence[Van], *, guests: int) -> list[UUID]:
    """Free vans that take so many guests, smallest first; if none does, the largest first."""
    fitting = sorted((van.seats, van.id) for van in vans if van.seats >= guests)
    largest = sorted((-van.seats, van.id) for van in vans)
    return [id for _, id in (fitting or largest)][:MOST_PROPOSED]


def _with(
    tour: Tour, vans: tuple[Van, ...], drivers: tuple[UUID, ...], guests: int = 0
) -> Assigned:
    """With a seat for every guest and a driver for every van, a confirmed tour is assigned.

    Shape:  an assigned one that lacks somebody is confirmed again.
    """
    seats = sum(van.seats for van in vans)
    staffed = seats >= tour.party_size and len(drivers) >= len(vans) > 0
    moves = {("confirmed", True): "assigned", ("assigned", False): "confirmed"}
    return Assigned(moves.get((tour.status, staffed), tour.status), tour.version + 1, guests)


def _on_tour(tour: Tour, van_id: UUID) -> Van:
    for van in tour.vans:
        if van.id == van_id:
            return van
    raise NotAssigned("The vehicle is not on this tour.", path="vehicleId")


def _check_seats(van: Van, guests: int, *, unseated: int) -> None:
    if guests > van.seats:
        raise PartyTooLarge(
            f"The van has {van.seats} seats for {guests} guests. Choose a larger one, or say with"
            " `guests` how many of a divided party it takes.",
            path="vehicleId",
        )
    if not 1 <= guests <= unseated:
        raise PartyTooLarge(
            f"{unseated} guests have no seat yet; give the van 1 to {unseated}.", path="guests"
        )
