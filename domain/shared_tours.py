"""Tours that are sold by the seat: what may be changed of one, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.compliance import Override
from domain.errors import (
    DomainError,
    InvalidInput,
    OutsideOperatingDay,
    StaleVersion,
    WrongState,
)
from domain.schedule import OperatingDay, check_order, check_within

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "scheduled": frozenset({"completed", "cancelled"}),
    "completed": frozenset(),
    "cancelled": frozenset(),
}
MOST_GUESTS: Final = 14
FEWEST_GUESTS: Final = 2


class TicketsOpen(DomainError):
    """Guests are neither checked in nor absent. Say so of each, then complete the tour."""

    code = "TICKETS_OPEN"


@dataclass(frozen=True, slots=True)
class SharedTour:
    """A stored tour."""

    id: UUID
    title: str
    status: str
    starts_at: datetime
    ends_at: datetime
    guests_min: int
    guests_max: int
    seat_cents: int
    seat_with_lunch_cents: int
    sales_close_at: datetime
    cancel_until: datetime
    vehicle_id: UUID | None
    version: int

    @property
    def is_scheduled(self) -> bool:
        return self.status == "scheduled"


@dataclass(frozen=True, slots=True)
class TourChange:
    """The wish to change a tour; what is None stays. Close and cutoff move with the start.

    Shape:  the override is for the papers of another van, where somebody drives it already.
    """

    tour_id: UUID
    expected_version: int
    title: str | None = None
    starts_at: datetime | None = None
    vehicle_id: UUID | None = None
    guests_min: int | None = None
    guests_max: int | None = None
    seat_cents: int | None = None
    seat_with_lunch_cents: int | None = None
    override: Override | None = None


def change_tour(
    tour: SharedTour,
    wish: TourChange,
    *,
    sold: int,
    seats: int | None,
    day: OperatingDay | None,
    now: datetime,
) -> SharedTour:
    """The tour as it would be; the same one if nothing would change.

    Shape:  `sold` counts the guests of live tickets, `seats` those of the van that it would have.
    Errors: StaleVersion, WrongState, InvalidInput, StartInPast, OutsideOperatingDay.
    """
    check_version(tour, wish.expected_version)
    if not tour.is_scheduled:
        raise WrongState(f"A tour that is {tour.status} is not changed.", path="id")
    named = {
        name: value
        for name in (each.name for each in fields(SharedTour))
        if name not in {"id", "status", "version"}
        and (value := getattr(wish, name, None)) is not None
    }
    after = _moved(replace(tour, **named), tour, sold=sold, day=day, now=now)
    if after == tour:
        return tour
    _check_sums(after, sold=sold, seats=seats)
    return replace(after, version=tour.version + 1)


def _moved(
    after: SharedTour, tour: SharedTour, *, sold: int, day: OperatingDay | None, now: datetime
) -> SharedTour:
    by = after.starts_at - tour.starts_at
    if not by:
        return replace(after, starts_at=tour.starts_at)
    if day is None:
        raise OutsideOperatingDay("The brand has no opening hours for that day.", path="startsAt")
    ends_at = tour.ends_at + by
    check_order(after.starts_at, ends_at, now=now)
    check_within(after.starts_at, ends_at, day=day)
    days = {at.astimezone(day.zone).date() for at in (after.starts_at, tour.starts_at)}
    if sold and len(days) > 1:
        raise WrongState(
            "Seats are sold for that day. Cancel the tour, or move it within the day.",
            path="startsAt",
        )
    return replace(
        after,
        ends_at=ends_at,
        sales_close_at=tour.sales_close_at + by,
        cancel_until=tour.cancel_until + by,
    )


def _check_sums(after: SharedTour, *, sold: int, seats: int | None) -> None:
    if not after.title.strip():
        raise InvalidInput("A title has at least one letter.", path="title")
    if not FEWEST_GUESTS <= after.guests_min <= after.guests_max <= MOST_GUESTS:
        raise InvalidInput(
            f"A tour is for {FEWEST_GUESTS} to {MOST_GUESTS} guests.", path="guestsMax"
        )
    if after.guests_max < sold:
        raise InvalidInput(f"{sold} seats are sold already.", path="guestsMax")
    if seats is not None and after.guests_max > seats:
        raise InvalidInput(f"The van has {seats} seats.", path="guestsMax")
    if not 0 <= after.seat_cents <= after.seat_with_lunch_cents:
        raise InvalidInput("A seat with lunch costs no less than one without.", path="seatCents")


def end(tour: SharedTour, status: str, *, expected_version: int) -> SharedTour | None:
    """The tour in its last state; None if it is in that already.

    Errors: StaleVersion, WrongState.
    """
    check_version(tour, expected_version)
    if tour.status == status:
        return None
    if status not in TRANSITIONS[tour.status]:
        raise WrongState(f"A tour that is {tour.status} does not become {status}.", path="id")
    return replace(tour, status=status, version=tour.version + 1)


def check_over(tour: SharedTour, *, waiting: int, now: datetime) -> None:
    """Errors: WrongState before the end, TicketsOpen while guests are neither here nor absent."""
    if now < tour.ends_at:
        raise WrongState("The tour is not over yet.", path="id")
    if waiting:
        raise TicketsOpen(
            f"Of {waiting} tickets it is not said whether the guests came."
            " Check them in, or mark them as absent.",
            path="id",
        )


def check_version(tour: SharedTour, expected: int) -> None:
    if expected != tour.version:
        raise StaleVersion(expected=expected, current=tour.version)
