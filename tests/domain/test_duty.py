"""The duty clock and the report on paper."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.duty import Entry, Turn, moment, turn_clock
from domain.errors import DomainError, InvalidInput, RuleBroken, WrongState
from domain.inspections import Defect, Inspection, NewInspection, inspect
from domain.vehicles import Vehicle

DAN, VAN, ID = UUID(int=1), UUID(int=2), UUID(int=3)
AT = datetime(2026, 6, 8, 15, tzinfo=UTC)
LATER = AT + timedelta(hours=2)
ON_DUTY = Entry(UUID(int=4), DAN, "on_duty", AT)
DRIVING = Entry(UUID(int=5), DAN, "driving", AT + timedelta(hours=1))


@pytest.mark.parametrize(
    ("running", "turn", "begun", "ended"),
    [
        ([], Turn.CLOCK_IN, "on_duty", []),
        ([ON_DUTY], Turn.START_DRIVING, "driving", []),
        ([ON_DUTY, DRIVING], Turn.STOP_DRIVING, None, [DRIVING]),
        ([ON_DUTY], Turn.CLOCK_OUT, None, [ON_DUTY]),
        ([DRIVING, ON_DUTY], Turn.CLOCK_OUT, None, [DRIVING, ON_DUTY]),
    ],
)
def test_a_turn_begins_a_time_or_ends_what_runs(
    running: list[Entry], turn: Turn, begun: str | None, ended: list[Entry]
) -> None:
    done = turn_clock(running, turn, driver_id=DAN, at=LATER, id=ID)
    assert done.begun == (Entry(ID, DAN, begun, LATER) if begun else None)
    assert done.ended == (
        [replace(each, ends_at=LATER, version=2) for each in ended] if ended else ()
    )
    expected = begun or ("driving" if turn is Turn.STOP_DRIVING else "on_duty")
    assert done.entry.kind == expected


@pytest.mark.parametrize(
    ("running", "turn"),
    [
        ([ON_DUTY], Turn.CLOCK_IN),
        ([], Turn.CLOCK_OUT),
        ([], Turn.START_DRIVING),
        ([], Turn.STOP_DRIVING),
        ([ON_DUTY], Turn.STOP_DRIVING),
        ([ON_DUTY, DRIVING], Turn.START_DRIVING),
    ],
)
def test_a_turn_that_does_not_fit_what_runs_is_refused(running: list[Entry], turn: Turn) -> None:
    with pytest.raises(WrongState):
        turn_clock(running, turn, driver_id=DAN, at=LATER, id=ID)


def test_nothing_ends_before_it_began_nor_drives_before_it_was_on_duty() -> None:
    before = AT - timedelta(seconds=1)
    for turn, at in ((Turn.CLOCK_OUT, AT), (Turn.START_DRIVING, before)):
        with pytest.raises(InvalidInput):
            turn_clock([ON_DUTY], turn, driver_id=DAN, at=at, id=ID)


@pytest.mark.parametrize(
    ("hours", "by_driver", "passes"),
    [
        (-1, False, True),
        (-8 * 24, False, True),
        (-8 * 24 - 1, False, False),
        (1, False, False),
        (-1, True, False),
    ],
)
def test_dispatch_writes_down_what_was_forgotten_and_a_drivers_clock_shows_now(
    hours: int, *, by_driver: bool, passes: bool
) -> None:
    at = LATER + timedelta(hours=hours)
    assert moment(None, now=LATER, by_driver=by_driver) == LATER
    if passes:
        assert moment(at, now=LATER, by_driver=by_driver) == at
    else:
        with pytest.raises(InvalidInput):
            moment(at, now=LATER, by_driver=by_driver)


BRAKES = Defect("brakes", "They squeal", critical=True)
SEAT = Defect("seat", None, critical=False)
REPORT = NewInspection(
    VAN, DAN, "pre_trip", 120_010, [replace(BRAKES, part=" brakes ", description=" They  squeal")]
)


def test_a_report_is_filed_in_its_normal_form_and_knows_whether_it_is_critical() -> None:
    van = Vehicle(VAN, "Van", 14, mileage=120_000)
    filed = inspect(van, REPORT, id=ID, now=AT)
    assert filed == Inspection(ID, VAN, DAN, "pre_trip", AT, 120_010, [BRAKES])
    assert filed.critical
    harmless = replace(REPORT, defects=[SEAT])
    assert not inspect(van, harmless, id=ID, now=AT).critical


@pytest.mark.parametrize(
    ("van", "report", "by"),
    [
        ({"status": "retired"}, {}, WrongState),
        ({}, {"mileage": 119_999}, RuleBroken),
        ({}, {"mileage": -1}, InvalidInput),
        ({}, {"defects": [replace(SEAT, part=" ")]}, InvalidInput),
        ({}, {"defects": [replace(SEAT, description="x" * 501)]}, InvalidInput),
        ({}, {"defects": [SEAT] * 51}, InvalidInput),
    ],
)
def test_a_report_that_cannot_be_is_refused(
    van: dict[str, Any], report: dict[str, Any], by: type[DomainError]
) -> None:
    vehicle = replace(Vehicle(VAN, "Van", 14, mileage=120_000), **van)
    with pytest.raises(by):
        inspect(vehicle, replace(REPORT, **report), id=ID, now=AT)
