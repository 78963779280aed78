"""Who drives a shared tour: one more driver or one less, and what of it is their duty."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.assignments import AlreadyAssigned, NotAssigned
from domain.compliance import Override
from domain.errors import WrongState
from domain.hours_of_service import Duty
from domain.shared_tours import SharedTour, check_version


@dataclass(frozen=True, slots=True)
class TourDriverWish:
    """The wish to put a driver on a shared tour, or to take one off."""

    tour_id: UUID
    driver_id: UUID
    expected_version: int
    override: Override | None = None


def with_driver(tour: SharedTour, drivers: Sequence[UUID], wish: TourDriverWish) -> SharedTour:
    """Errors: StaleVersion, WrongState, AlreadyAssigned."""
    _check(tour, wish)
    if wish.driver_id in drivers:
        raise AlreadyAssigned("The driver is on this tour already.", path="driverId")
    return replace(tour, version=tour.version + 1)


def without_driver(tour: SharedTour, drivers: Sequence[UUID], wish: TourDriverWish) -> SharedTour:
    """Errors: StaleVersion, WrongState, NotAssigned."""
    _check(tour, wish)
    if wish.driver_id not in drivers:
        raise NotAssigned("The driver is not on this tour.", path="driverId")
    return replace(tour, version=tour.version + 1)


def duty_of(tour: SharedTour) -> Duty:
    """The tour as its driver's time: it has no itinerary, so that all of it is driven."""
    return Duty(tour.starts_at, tour.ends_at, tour.ends_at - tour.starts_at)


def _check(tour: SharedTour, wish: TourDriverWish) -> None:
    check_version(tour, wish.expected_version)
    if not tour.is_scheduled:
        raise WrongState(
            f"A tour that is {tour.status} is given no driver, and loses none.", path="sharedTourId"
        )
