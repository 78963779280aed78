"""Compliance: what forbids a driver or a vehicle to go on a tour, and what may be overridden."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final

from domain.errors import DomainError, InvalidInput
from domain.events import Change
from domain.hours_of_service import Duty, Hours, hours_with


class Fault(StrEnum):
    """What is wrong with a driver or a vehicle, as clients read it."""

    HOURS_OF_DRIVING = "hours_of_driving"
    HOURS_ON_DUTY = "hours_on_duty"
    HOURS_IN_A_WEEK = "hours_in_a_week"
    HOURS_UNKNOWN = "hours_unknown"
    DRIVER_NOT_ACTIVE = "driver_not_active"
    LICENCE = "licence"
    MEDICAL_CERTIFICATE = "medical_certificate"
    ROAD_TEST = "road_test"
    MVR = "mvr"
    ANNUAL_REVIEW = "annual_review"
    VEHICLE_OUT_OF_SERVICE = "vehicle_out_of_service"
    VEHICLE_IN_MAINTENANCE = "vehicle_in_maintenance"
    INSURANCE = "insurance"
    REGISTRATION = "registration"
    INSPECTION = "inspection"
    WORKING_HOURS = "working_hours"
    TIME_OFF = "time_off"
    BUSY = "busy"


OVERRIDABLE: Final = frozenset(
    {
        Fault.ROAD_TEST,
        Fault.MVR,
        Fault.ANNUAL_REVIEW,
        Fault.VEHICLE_IN_MAINTENANCE,
        Fault.INSURANCE,
        Fault.REGISTRATION,
        Fault.INSPECTION,
        Fault.WORKING_HOURS,
    }
)
OF_A_DRIVER: Final = (
    Fault.LICENCE,
    Fault.MEDICAL_CERTIFICATE,
    Fault.ROAD_TEST,
    Fault.MVR,
    Fault.ANNUAL_REVIEW,
)
OF_A_VEHICLE: Final = (Fault.INSURANCE, Fault.REGISTRATION, Fault.INSPECTION)
# A road test is passed once: it is asked for, and not until when.
WITHOUT_END: Final = frozenset({Fault.ROAD_TEST})
LONGEST_REASON: Final = 500

Papers = Mapping[str, date | None]
"""The latest day on which a paper of a kind is good; None if nobody has said."""


class NotCompliant(DomainError):
    """The driver or the vehicle may not go on that tour. The message lists why, and what of it a
    reason can override; choose another, renew the papers, or override with a reason.
    """

    code = "NOT_COMPLIANT"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, and how it shows in this case."""

    fault: Fault
    says: str

    @property
    def overridable(self) -> bool:
        return self.fault in OVERRIDABLE


@dataclass(frozen=True, slots=True)
class DriverRecord:
    """What is known of a driver. `duties` is None where the hours cannot be told."""

    status: str
    papers: Papers
    duties: Sequence[Duty] | None
    week: Mapping[int, tuple[time, time] | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VehicleRecord:
    """What is known of a vehicle."""

    status: str
    papers: Papers


@dataclass(frozen=True, slots=True)
class Override:
    """The wish to go all the same, and why. Errors: InvalidInput without a reason."""

    reason: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.reason.strip()) <= LONGEST_REASON:
            raise InvalidInput(
                f"An override needs a reason of up to {LONGEST_REASON} characters.",
                path="override",
            )


def faults_of_driver(driver: DriverRecord | None, tour: Duty, *, last_day: date) -> list[Finding]:
    """What keeps a driver from a tour; whatever cannot be checked is a fault.

    Shape:  `last_day` is the local day on which the tour ends: papers must be good until then.
    Source: docs/domain.md, section "Hours of service".
    """
    if driver is None:
        return [Finding(Fault.DRIVER_NOT_ACTIVE, "nothing is known of the driver")]
    found = []
    if driver.status != "active":
        found.append(Finding(Fault.DRIVER_NOT_ACTIVE, f"the driver is {driver.status}"))
    found += _of_papers(OF_A_DRIVER, driver.papers, last_day)
    return [*found, *_of_duties(driver, tour)]


def faults_at_another_time(driver: DriverRecord, tour: Duty, *, last_day: date) -> list[Finding]:
    """What keeps a driver who is on a tour from driving it then: hours, and what has run out.

    Shape:  what a reason has overridden, or can override, is left as it was.
    """
    papers = [each for each in OF_A_DRIVER if each.value in driver.papers]
    found = [*_of_papers(papers, driver.papers, last_day), *_of_duties(driver, tour)]
    return [each for each in found if not each.overridable]


def faults_of_vehicle(vehicle: VehicleRecord | None, *, last_day: date) -> list[Finding]:
    """What keeps a vehicle from a tour; whatever cannot be checked is a fault."""
    if vehicle is None:
        return [Finding(Fault.VEHICLE_OUT_OF_SERVICE, "nothing is known of the vehicle")]
    found = []
    if vehicle.status == "maintenance":
        found.append(Finding(Fault.VEHICLE_IN_MAINTENANCE, "the vehicle is in maintenance"))
    elif vehicle.status != "active":
        words = vehicle.status.replace("_", " ")
        found.append(Finding(Fault.VEHICLE_OUT_OF_SERVICE, f"the vehicle is {words}"))
    return [*found, *_of_papers(OF_A_VEHICLE, vehicle.papers, last_day)]


def faults_of_vehicle_on(
    vehicle: VehicleRecord | None, *, last_day: date, was_last_day: date
) -> list[Finding]:
    """What keeps a vehicle that is on a tour from going on another day.

    Shape:  what spoke against it on the day that the tour had is left as it was.
    """
    known = {each.fault for each in faults_of_vehicle(vehicle, last_day=was_last_day)}
    found = faults_of_vehicle(vehicle, last_day=last_day)
    return [each for each in found if each.fault not in known]


def check_vans_on(vans: Sequence[VehicleRecord], *, last_day: date, was_last_day: date) -> None:
    """Refuse to move a tour with drivers to a day on which a van of it may not go.

    Errors: NotCompliant.
    """
    for van in vans:
        found = faults_of_vehicle_on(van, last_day=last_day, was_last_day=was_last_day)
        if found:
            said = "; ".join(f"{each.says} ({each.fault.name})" for each in found)
            raise NotCompliant(
                f"A van of the tour may not go then: {said}. Replace it, or take it off, move the"
                " tour, and assign it with an override.",
                path="startsAt",
            )


def check_vans(vans: Sequence[VehicleRecord], *, last_day: date) -> None:
    """Refuse a driver to a tour whose vans may not go on it: a sale looks at seats alone.

    Shape:  those whose faults somebody has overridden are left out.
    Errors: NotCompliant.
    """
    for van in vans:
        if found := faults_of_vehicle(van, last_day=last_day):
            said = "; ".join(f"{each.says} ({each.fault.name})" for each in found)
            raise NotCompliant(
                f"A van of the tour may not go: {said}. Replace it, or take it off and assign it"
                " with an override.",
                path="bookingId",
            )


def warnings_of(hours: Hours) -> list[Finding]:
    """Hours that come near to their limit; they forbid nothing."""
    return _of_hours(hours.near)


def permit(found: Sequence[Finding], override: Override | None, *, path: str) -> list[Finding]:
    """The faults that a reason has overridden; none where there were none.

    Errors: NotCompliant, listing the faults.
    """
    final = [each for each in found if not each.overridable]
    if not final and (override is not None or not found):
        return list(found)
    said = "; ".join(f"{each.says} ({each.fault.name})" for each in found)
    remedy = (
        "No reason overrides "
        + ", ".join(each.fault.name for each in final)
        + ". Choose another, or renew what has run out."
        if final
        else "Choose another, renew what has run out, or override with a reason."
    )
    raise NotCompliant(f"This may not go on the tour: {said}. {remedy}", path=path)


def told(found: Sequence[Finding], override: Override | None) -> dict[str, Change]:
    """Who overrides says why, and the event keeps it with what was overridden."""
    if not found or override is None:
        return {}
    return {
        "overridden": (None, ", ".join(each.fault.value for each in found)),
        "override_reason": (None, override.reason.strip()),
    }


def _of_duties(driver: DriverRecord, tour: Duty) -> list[Finding]:
    if driver.duties is None:
        return [Finding(Fault.HOURS_UNKNOWN, "the hours of duty cannot be told")]
    return _of_hours(hours_with(tour, driver.duties).excess)


def _of_papers(wanted: Iterable[Fault], papers: Papers, last_day: date) -> list[Finding]:
    found = []
    for paper in wanted:
        words = paper.value.replace("_", " ")
        if paper.value not in papers:
            found.append(Finding(paper, f"there is no {words}"))
            continue
        good_until = papers[paper.value]
        if good_until is None and paper not in WITHOUT_END:
            found.append(Finding(paper, f"nobody knows until when the {words} is good"))
        elif good_until is not None and good_until < last_day:
            found.append(Finding(paper, f"the {words} ran out on {good_until.isoformat()}"))
    return found


def _of_hours(worked: Mapping[str, timedelta]) -> list[Finding]:
    kinds = {
        "driving": (Fault.HOURS_OF_DRIVING, "of driving in one shift"),
        "on_duty": (Fault.HOURS_ON_DUTY, "on duty in one shift"),
        "in_a_week": (Fault.HOURS_IN_A_WEEK, "on duty in seven days"),
    }
    return [
        Finding(kinds[name][0], f"it makes {_clock(length)} h {kinds[name][1]}")
        for name, length in worked.items()
    ]


def _clock(length: timedelta) -> str:
    minutes = -(-length // timedelta(minutes=1))
    return f"{minutes // 60}:{minutes % 60:02}"
