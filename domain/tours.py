"""The day of a tour: it starts when all is ready, stops are reached and left, and it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import DomainError, StaleVersion, WrongState
from domain.schedule import day_starts_at


class NotReady(DomainError):
    """What the day of the tour asks for is missing: a clock-in, an inspection, a sound vehicle.
    The message says what; do it and repeat.
    """

    code = "NOT_READY"


@dataclass(frozen=True, slots=True)
class RunningTour:
    """A booking on its day."""

    id: UUID
    number: str
    status: str
    version: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str

    @property
    def times(self) -> tuple[datetime, datetime]:
        return (self.starts_at, self.ends_at)

    @property
    def day_begins_at(self) -> datetime:
        """The first instant of the tour's local day: what is checked is of that day."""
        zone = ZoneInfo(self.time_zone)
        return day_starts_at(self.starts_at.astimezone(zone).date(), zone)


@dataclass(frozen=True, slots=True)
class Ready:
    """How far a van or driver of the tour is on its day.

    Shape:  of a van, the last inspections before and after the trip, and whether the one before
            found a critical defect; of a driver, since when they are on duty.
    """

    name: str
    is_driver: bool
    in_service: bool
    ready_at: datetime | None
    done_at: datetime | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop as it was reached and left so far."""

    position: int
    arrived_at: datetime | None
    departed_at: datetime | None


def start(tour: RunningTour, ready: Sequence[Ready], *, expected_version: int) -> str:
    """The status of a tour that sets out; whatever cannot be shown to be ready keeps it.

    Errors: StaleVersion, WrongState, NotReady.
    Source: docs/domain.md, section "Dispatch".
    """
    _check(tour, "assigned", expected_version=expected_version)
    drivers = [each for each in ready if each.is_driver]
    vans = [each for each in ready if not each.is_driver]
    faults = [f"{each.name} has not clocked in" for each in drivers if each.ready_at is None]
    faults += [f"{each.name} is not in service" for each in ready if not each.in_service]
    for van in vans:
        if van.ready_at is None:
            faults.append(f"{van.name} has no pre-trip inspection of the day")
        elif van.critical:
            faults.append(f"{van.name} has a critical defect")
    if not drivers or not vans:
        faults.append("the tour lacks a driver or a van")
    _refuse(faults, "start")
    return "in_progress"


def complete(tour: RunningTour, ready: Sequence[Ready], *, expected_version: int) -> str:
    """Errors: StaleVersion, WrongState, NotReady."""
    _check(tour, "in_progress", expected_version=expected_version)
    vans = [each for each in ready if not each.is_driver]
    faults = [
        f"{van.name} has no post-trip inspection of this trip"
        for van in vans
        if van.done_at is None or van.ready_at is None or van.done_at <= van.ready_at
    ]
    if not vans:
        faults.append("the tour lacks a van")
    _refuse(faults, "be completed")
    return "completed"


def fail_to_appear(tour: RunningTour, *, expected_version: int) -> str:
    """Errors: StaleVersion, WrongState."""
    _check(tour, "in_progress", expected_version=expected_version)
    return "completed"


def arrive(tour: RunningTour, stops: Sequence[Stop], position: int) -> Stop | None:
    """The stop as it was; None if there is none at that place.

    Errors: WrongState.
    """
    stop = _stop_of(tour, stops, position)
    if stop is None:
        return None
    if stop.arrived_at is not None:
        raise WrongState("The stop was reached already.", path="position")
    for other in stops:
        if other.arrived_at is not None and other.departed_at is None:
            raise WrongState(f"Leave stop {other.position} first.", path="position")
    return stop


def depart(tour: RunningTour, stops: Sequence[Stop], position: int) -> Stop | None:
    """The stop as it was; None if there is none at that place.

    Errors: WrongState.
    """
    stop = _stop_of(tour, stops, position)
    if stop is None:
        return None
    if stop.arrived_at is None:
        raise WrongState("The stop was not reached yet.", path="position")
    if stop.departed_at is not None:
        raise WrongState("The stop was left already.", path="position")
    return stop


def _stop_of(tour: RunningTour, stops: Sequence[Stop], position: int) -> Stop | None:
    if tour.status != "in_progress":
        raise WrongState(f"The tour is {tour.status}. Start it first.", path="bookingId")
    return next((stop for stop in stops if stop.position == position), None)


def _check(tour: RunningTour, status: str, *, expected_version: int) -> None:
    if expected_version != tour.version:
        raise StaleVersion(expected=expected_version, current=tour.version)
    if tour.status != status:
        words = status.replace("_", " ")
        raise WrongState(
            f"The tour is {tour.status.replace('_', ' ')}; for this it must be {words}.",
            path="bookingId",
        )


def _refuse(faults: Sequence[str], verb: str) -> None:
    if faults:
        raise NotReady(f"The tour cannot {verb}: {'; '.join(faults)}.", path="bookingId")
