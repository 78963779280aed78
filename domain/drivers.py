"""A driver of the operating company: how they are reached, if they drive, and when they can."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Final
from uuid import UUID

from domain.customers import normal_email, normal_name, normal_phone
from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.vehicles import StatusChange

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "active": frozenset({"suspended", "left"}),
    "suspended": frozenset({"active", "left"}),
    "left": frozenset({"active"}),
}
# Told apart from the event, so that it can be erased.
PERSONAL: Final = frozenset({"name", "email", "phone"})
WEEKDAYS = range(1, 8)


@dataclass(frozen=True, slots=True)
class Driver:
    """All that is stored of a driver."""

    id: UUID
    name: str
    email: str | None = None
    phone: str | None = None
    status: str = "active"
    version: int = 1


@dataclass(frozen=True, slots=True)
class DriverChange:
    """The wish to change how a driver is called and reached; what is not given stays."""

    driver_id: UUID
    expected_version: int
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """When a driver can be asked to work on one day of the week; without times, not at all.

    Units:  weekdays of ISO 8601: Monday is 1. Version 0 is a day of which nothing was ever said.
    """

    id: UUID
    driver_id: UUID
    weekday: int
    from_local: time | None
    to_local: time | None
    version: int


@dataclass(frozen=True, slots=True)
class WorkingDayWish:
    """The wish to say when a driver can work on a weekday."""

    driver_id: UUID
    weekday: int
    expected_version: int
    from_local: time | None = None
    to_local: time | None = None


def register_driver(given: Mapping[str, Any], *, id: UUID) -> Driver:
    """A new driver, who may drive.

    Errors: InvalidInput.
    """
    return _checked(Driver(id=id, **given))


def change_driver(driver: Driver, wish: DriverChange) -> Driver:
    """The driver as wished; the very same if nothing would change.

    Errors: StaleVersion, InvalidInput.
    """
    if wish.expected_version != driver.version:
        raise StaleVersion(expected=wish.expected_version, current=driver.version)
    after = _checked(replace(driver, **wish.given))
    return driver if after == driver else replace(after, version=driver.version + 1)


def decide_status(driver: Driver, wish: StatusChange) -> Driver:
    """The driver in another status; the very same if they are in it already.

    Errors: StaleVersion, WrongState.
    """
    if wish.expected_version != driver.version:
        raise StaleVersion(expected=wish.expected_version, current=driver.version)
    if wish.status == driver.status:
        return driver
    if wish.status not in TRANSITIONS[driver.status]:
        raise WrongState(f"A driver who is {driver.status} does not become {wish.status}.")
    return replace(driver, status=wish.status, version=driver.version + 1)


def set_working_day(day: WorkingDay, wish: WorkingDayWish) -> WorkingDay:
    """The day as wished; the very same if nothing would change.

    Errors: StaleVersion, InvalidInput.
    """
    if wish.expected_version != day.version:
        raise StaleVersion(expected=wish.expected_version, current=day.version, first=0)
    begins, ends = wish.from_local, wish.to_local
    if (begins is None) != (ends is None):
        raise InvalidInput("A working day has both times, or none.", path="toLocal")
    if begins is not None and ends is not None and begins >= ends:
        raise InvalidInput("A working day ends after it begins.", path="toLocal")
    if day.version > 0 and (begins, ends) == (day.from_local, day.to_local):
        return day
    return replace(day, from_local=begins, to_local=ends, version=day.version + 1)


def check_weekday(weekday: int) -> None:
    """Errors: InvalidInput."""
    if weekday not in WEEKDAYS:
        raise InvalidInput("`weekday` is 1 for Monday to 7 for Sunday.", path="weekday")


def _checked(driver: Driver) -> Driver:
    return replace(
        driver,
        name=normal_name(driver.name),
        email=normal_email(driver.email),
        phone=normal_phone(driver.phone),
    )
