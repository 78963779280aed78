"""Compliance: each fault, whether a reason overrides it, and that the unknown is a fault."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.compliance import (
    OVERRIDABLE,
    DriverRecord,
    Fault,
    Finding,
    NotCompliant,
    Override,
    Papers,
    VehicleRecord,
    faults_of_driver,
    faults_of_vehicle,
    permit,
)
from domain.errors import InvalidInput
from domain.hours_of_service import Duty

DAY = date(2026, 6, 8)
GOOD: Papers = dict.fromkeys(
    ("licence", "medical_certificate", "road_test", "mvr", "annual_review"), DAY
)
VAN: Papers = dict.fromkeys(("insurance", "registration", "inspection"), DAY)
START = datetime(2026, 6, 8, 17, tzinfo=UTC)
TOUR = Duty(START, START + timedelta(hours=6), timedelta(hours=6))
YESTERDAY = DAY - timedelta(days=1)


def without(papers: Papers, kind: str) -> Papers:
    return {each: until for each, until in papers.items() if each != kind}


@pytest.mark.parametrize("kind", GOOD)
def test_a_drivers_paper_must_be_there_and_good_on_the_day_itself(kind: str) -> None:
    def faults(papers: Papers) -> list[Fault]:
        record = DriverRecord("active", papers, [])
        return [each.fault for each in faults_of_driver(record, TOUR, last_day=DAY)]

    assert faults(GOOD) == []
    assert faults({**GOOD, kind: YESTERDAY}) == [Fault(kind)]
    assert faults(without(GOOD, kind)) == [Fault(kind)]
    unknown = [] if kind == "road_test" else [Fault(kind)]
    assert faults({**GOOD, kind: None}) == unknown


@pytest.mark.parametrize("kind", VAN)
def test_a_vehicles_paper_must_be_there_and_good_on_the_day_itself(kind: str) -> None:
    def faults(papers: Papers) -> list[Fault]:
        record = VehicleRecord("active", papers)
        return [each.fault for each in faults_of_vehicle(record, last_day=DAY)]

    assert faults(VAN) == []
    for papers in ({**VAN, kind: YESTERDAY}, without(VAN, kind), {**VAN, kind: None}):
        assert faults(papers) == [Fault(kind)]


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("maintenance", Fault.VEHICLE_IN_MAINTENANCE),
        ("out_of_service", Fault.VEHICLE_OUT_OF_SERVICE),
        ("retired", Fault.VEHICLE_OUT_OF_SERVICE),
        ("archived", Fault.VEHICLE_OUT_OF_SERVICE),
        ("a word of tomorrow", Fault.VEHICLE_OUT_OF_SERVICE),
    ],
)
def test_a_vehicle_that_is_not_active_stays(status: str, fault: Fault) -> None:
    found = faults_of_vehicle(VehicleRecord(status, VAN), last_day=DAY)

    assert [each.fault for each in found] == [fault]


@pytest.mark.parametrize("status", ["suspended", "left", "archived", "a word of tomorrow"])
def test_a_driver_who_does_not_work_here_drives_nobody(status: str) -> None:
    found = faults_of_driver(DriverRecord(status, GOOD, []), TOUR, last_day=DAY)

    assert [each.fault for each in found] == [Fault.DRIVER_NOT_ACTIVE]


def test_what_is_not_known_fails_closed() -> None:
    """Failure 13: checks that could not be made were passed."""
    record = DriverRecord("active", GOOD, None)

    assert [each.fault for each in faults_of_driver(record, TOUR, last_day=DAY)] == [
        Fault.HOURS_UNKNOWN
    ]
    assert [each.fault for each in faults_of_driver(None, TOUR, last_day=DAY)] == [
        Fault.DRIVER_NOT_ACTIVE
    ]
    assert [each.fault for each in faults_of_vehicle(None, last_day=DAY)] == [
        Fault.VEHICLE_OUT_OF_SERVICE
    ]


@pytest.mark.parametrize(
    ("worked", "fault"),
    [
        ([(5, 4, 4)], None),
        ([(6, 5, 5)], Fault.HOURS_OF_DRIVING),
        ([(10, 9, 0)], None),
        ([(11, 10, 0)], Fault.HOURS_ON_DUTY),
        ([(24 * day + 8, 11, 0) for day in range(1, 6)], Fault.HOURS_IN_A_WEEK),
    ],
)
def test_hours_beyond_the_limits_are_a_fault(
    worked: list[tuple[int, int, int]], fault: Fault | None
) -> None:
    duties = [
        Duty(
            START - timedelta(hours=ago),
            START + timedelta(hours=length - ago),
            timedelta(hours=driven),
        )
        for ago, length, driven in worked
    ]
    found = faults_of_driver(DriverRecord("active", GOOD, duties), TOUR, last_day=DAY)

    assert [each.fault for each in found] == ([fault] if fault else [])


@pytest.mark.parametrize("fault", Fault)
def test_hours_licence_medical_and_what_is_out_of_service_are_never_overridden(
    fault: Fault,
) -> None:
    never = {
        Fault.HOURS_OF_DRIVING,
        Fault.HOURS_ON_DUTY,
        Fault.HOURS_IN_A_WEEK,
        Fault.HOURS_UNKNOWN,
        Fault.LICENCE,
        Fault.MEDICAL_CERTIFICATE,
        Fault.DRIVER_NOT_ACTIVE,
        Fault.VEHICLE_OUT_OF_SERVICE,
        Fault.TIME_OFF,
        Fault.BUSY,
    }
    found, why = [Finding(fault, "it is so")], Override("It must be.")
    assert (fault in OVERRIDABLE) == (fault not in never)
    with pytest.raises(NotCompliant):
        permit(found, None, path="driverId")
    if fault in never:
        with pytest.raises(NotCompliant, match=f"No reason overrides {fault.name}"):
            permit([*found, Finding(Fault.MVR, "old")], why, path="driverId")
    else:
        assert permit(found, why, path="driverId") == found


def test_where_nothing_is_wrong_a_reason_changes_nothing() -> None:
    assert permit([], Override("To be sure."), path="driverId") == []
    assert permit([], None, path="driverId") == []


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_an_override_needs_a_reason(reason: str) -> None:
    with pytest.raises(InvalidInput):
        Override(reason)
