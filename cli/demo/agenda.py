"""Who and what is free on which day: one tour a day for each van and each driver, across brands.

A day at a time is stricter than the rule (blocks must not overlap) and keeps hours of service: no
tour is longer than eight hours, so no driver passes 60 hours in seven days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Van:
    id: str
    seats: int


class Agenda:
    """The free vans and drivers of one tenant, day by day."""

    __slots__ = ("_drivers", "_free_drivers", "_free_vans", "_vans")

    def __init__(self, vans: Sequence[Van], drivers: Sequence[str]) -> None:
        self._vans = list(vans)
        self._drivers = list(drivers)
        self._free_vans: dict[date, list[Van]] = {}
        self._free_drivers: dict[date, list[str]] = {}

    @property
    def vans(self) -> Sequence[Van]:
        return self._vans

    @property
    def seats(self) -> int:
        """The seats of the largest van: a larger party needs several."""
        return self.largest.seats

    @property
    def largest(self) -> Van:
        return max(self._vans, key=lambda van: van.seats)

    def take_vans(self, day: date, parties: Sequence[int]) -> tuple[Van, ...] | None:
        """The smallest free van that fits each party, or nothing at all."""
        free = self._vans_on(day)
        taken: list[Van] = []
        for party in parties:
            van = next((van for van in free if van.seats >= party and van not in taken), None)
            if van is None:
                return None
            taken.append(van)
        for van in taken:
            free.remove(van)
        return tuple(taken)

    def take_largest(self, day: date) -> Van | None:
        free = self._vans_on(day)
        return free.pop() if free else None

    def take_drivers(self, day: date, count: int) -> tuple[str, ...]:
        free = self._drivers_on(day)
        if len(free) < count:
            raise ValueError(f"{count} drivers are needed on {day}, {len(free)} are free.")
        return tuple(free.pop() for _ in range(count))

    def take_driver(self, day: date) -> str | None:
        free = self._drivers_on(day)
        return free.pop() if free else None

    def withdraw_van(self, van: Van, day: date) -> None:
        self._vans_on(day).remove(van)

    def withdraw_driver(self, driver: str, day: date) -> None:
        self._drivers_on(day).remove(driver)

    def _vans_on(self, day: date) -> list[Van]:
        free = self._free_vans.get(day)
        if free is None:
            free = sorted(_rotated(self._vans, day), key=lambda van: van.seats)
            self._free_vans[day] = free
        return free

    def _drivers_on(self, day: date) -> list[str]:
        free = self._free_drivers.get(day)
        if free is None:
            free = self._free_drivers[day] = list(_rotated(self._drivers, day))
        return free


def _rotated(values: Sequence[T], day: date) -> Sequence[T]:
    """Begin with another one each day, so that work is spread."""
    first = day.toordinal() % len(values)
    return [*values[first:], *values[:first]]
