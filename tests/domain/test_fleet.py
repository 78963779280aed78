"""The register on paper: vehicles and drivers change, papers are renewed, times are taken."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.blocks import Block, NewBlock, check_owner, close_pair, open_pair, release, take_out
from domain.drivers import (
    Driver,
    DriverChange,
    WorkingDay,
    WorkingDayWish,
    change_driver,
    check_weekday,
    decide_status,
    register_driver,
    set_working_day,
)
from domain.errors import (
    DomainError,
    EndBeforeStart,
    InvalidInput,
    RuleBroken,
    StaleVersion,
    WrongState,
)
from domain.papers import Paper, Renewal, check_days, record_paper, renew_paper
from domain.vehicles import (
    StatusChange,
    Vehicle,
    VehicleChange,
    change_vehicle,
    register_vehicle,
    set_status,
)

ID, OTHER = UUID(int=1), UUID(int=2)
AT = datetime(2026, 6, 8, 15, tzinfo=UTC)
VAN = Vehicle(ID, "Van 1", 14, mileage=120_000, version=3)
DAN = Driver(ID, "Dan Driver", "dan@example.com", "+15095550142", version=2)
PAPER = Paper(ID, OTHER, None, "insurance", "P-1", date(2026, 12, 31), version=2)
BLOCK = Block(ID, OTHER, None, "maintenance", AT, AT + timedelta(hours=2), None, version=2)


def refused(by: type[DomainError], path: str | None, work: Any, *args: Any, **kwargs: Any) -> None:
    with pytest.raises(by) as error:
        work(*args, **kwargs)
    assert error.value.path == path


def test_a_vehicle_is_registered_in_its_normal_form() -> None:
    given = {"name": "  Big   Van ", "seats": 14, "make": " ", "year": 2021, "mileage": 0}
    assert register_vehicle(given, id=ID) == Vehicle(ID, "Big Van", 14, year=2021, mileage=0)


@pytest.mark.parametrize(
    ("given", "by", "path"),
    [
        ({"name": None}, InvalidInput, "name"),
        ({"name": " "}, InvalidInput, "name"),
        ({"name": "x" * 101}, InvalidInput, "name"),
        ({"name": "Van\u202e"}, InvalidInput, "name"),
        ({"seats": None}, InvalidInput, "seats"),
        ({"seats": 0}, InvalidInput, "seats"),
        ({"seats": 81}, InvalidInput, "seats"),
        ({"year": 1979}, InvalidInput, "year"),
        ({"year": 2101}, InvalidInput, "year"),
        ({"vehicle_type": "x" * 101}, InvalidInput, "vehicleType"),
        ({"mileage": -1}, InvalidInput, "mileage"),
        ({"mileage": 5_000_001}, InvalidInput, "mileage"),
        ({"mileage": 119_999}, RuleBroken, "mileage"),
        ({"mileage": None}, RuleBroken, "mileage"),
    ],
)
def test_a_vehicle_is_not_changed_into_what_no_vehicle_is(
    given: dict[str, Any], by: type[DomainError], path: str
) -> None:
    refused(by, path, change_vehicle, VAN, VehicleChange(ID, 3, given))


def test_a_vehicle_that_stays_what_it_is_is_the_very_same() -> None:
    wish = VehicleChange(ID, 3, {"name": " Van  1", "mileage": 120_000})
    assert change_vehicle(VAN, wish) is VAN
    assert change_vehicle(VAN, replace(wish, given={"seats": 12})) == replace(
        VAN, seats=12, version=4
    )
    refused(StaleVersion, "expectedVersion", change_vehicle, VAN, replace(wish, expected_version=2))


@pytest.mark.parametrize(
    ("before", "after", "reason", "by"),
    [
        ("active", "maintenance", None, None),
        ("active", "out_of_service", None, None),
        ("out_of_service", "active", "New brakes", None),
        ("out_of_service", "active", None, InvalidInput),
        ("out_of_service", "maintenance", None, None),
        ("maintenance", "retired", None, None),
        ("retired", "active", "Sold back", WrongState),
        ("retired", "maintenance", None, None),
    ],
)
def test_a_vehicle_goes_from_status_to_status_and_comes_back_mended(
    before: str, after: str, reason: str | None, by: type[DomainError] | None
) -> None:
    van, wish = replace(VAN, status=before), StatusChange(ID, 3, after, reason)
    if by is None:
        assert set_status(van, wish) == replace(van, status=after, version=4)
        assert set_status(van, replace(wish, status=before)) is van
    else:
        with pytest.raises(by):
            set_status(van, wish)


def test_a_driver_is_reached_by_what_has_the_form_of_an_address_and_a_number() -> None:
    given = {"name": " Ann  Lee ", "email": " Ann@Example.com", "phone": "+1 509 555 0101"}
    assert register_driver(given, id=ID) == Driver(ID, "Ann Lee", "ann@example.com", "+15095550101")
    same = DriverChange(ID, 2, {"email": "DAN@example.com"})
    assert change_driver(DAN, same) is DAN
    assert change_driver(DAN, DriverChange(ID, 2, {"phone": None})) == replace(
        DAN, phone=None, version=3
    )
    refused(InvalidInput, "phone", change_driver, DAN, DriverChange(ID, 2, {"phone": "555"}))
    refused(StaleVersion, "expectedVersion", change_driver, DAN, DriverChange(ID, 1, {}))


@pytest.mark.parametrize(
    ("before", "after", "passes"),
    [
        ("active", "suspended", True),
        ("suspended", "active", True),
        ("suspended", "left", True),
        ("left", "active", True),
        ("left", "suspended", False),
    ],
)
def test_a_driver_is_suspended_leaves_and_comes_back(
    before: str, after: str, *, passes: bool
) -> None:
    dan, wish = replace(DAN, status=before), StatusChange(ID, 2, after)
    if passes:
        assert decide_status(dan, wish) == replace(dan, status=after, version=3)
        assert decide_status(dan, replace(wish, status=before)) is dan
    else:
        refused(WrongState, None, decide_status, dan, wish)
    refused(StaleVersion, "expectedVersion", decide_status, dan, replace(wish, expected_version=1))


def test_a_working_day_has_both_times_in_order_or_none() -> None:
    unsaid = WorkingDay(ID, OTHER, 1, None, None, 0)
    wish = WorkingDayWish(OTHER, 1, 0, time(8), time(18))
    said = set_working_day(unsaid, wish)
    assert said == WorkingDay(ID, OTHER, 1, time(8), time(18), 1)
    assert set_working_day(unsaid, WorkingDayWish(OTHER, 1, 0)).version == 1
    assert set_working_day(said, replace(wish, expected_version=1)) is said
    refused(StaleVersion, "expectedVersion", set_working_day, said, wish)
    for begins, ends in ((time(8), None), (None, time(8)), (time(9), time(9)), (time(9), time(8))):
        wrong = WorkingDayWish(OTHER, 1, 0, begins, ends)
        refused(InvalidInput, "toLocal", set_working_day, unsaid, wrong)
    for weekday in (0, 8):
        refused(InvalidInput, "weekday", check_weekday, weekday)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"vehicle_id": None}, "vehicleId"),
        ({"driver_id": OTHER}, "vehicleId"),
        ({"kind": "licence"}, "kind"),
        ({"vehicle_id": None, "driver_id": OTHER}, "kind"),
        ({"expires_on": date(2201, 1, 1)}, "expiresOn"),
        ({"reference": "x" * 101}, "reference"),
    ],
)
def test_a_paper_is_of_one_of_the_two_and_of_its_kind(values: dict[str, Any], path: str) -> None:
    assert record_paper(PAPER) == PAPER
    refused(InvalidInput, path, record_paper, replace(PAPER, **values))


def test_a_renewed_paper_lasts_longer() -> None:
    wish = Renewal(ID, 2, date(2027, 12, 31), " P-2 ")
    renewed = renew_paper(PAPER, wish)
    assert renewed == replace(PAPER, expires_on=date(2027, 12, 31), reference="P-2", version=3)
    assert renew_paper(PAPER, Renewal(ID, 2, None)).expires_on is None
    assert renew_paper(PAPER, Renewal(ID, 2, PAPER.expires_on)) is PAPER
    refused(InvalidInput, "expiresOn", renew_paper, PAPER, Renewal(ID, 2, date(2026, 12, 30)))
    refused(StaleVersion, "expectedVersion", renew_paper, PAPER, Renewal(ID, 1, None))
    for days in (-1, 367):
        refused(InvalidInput, "days", check_days, days)


@pytest.mark.parametrize(
    ("values", "by", "path"),
    [
        ({"kind": "time_off"}, InvalidInput, "kind"),
        ({"kind": "booking"}, InvalidInput, "kind"),
        ({"vehicle_id": None, "driver_id": OTHER}, InvalidInput, "kind"),
        ({"ends_at": AT}, EndBeforeStart, "endsAt"),
        ({"ends_at": AT + timedelta(days=367)}, InvalidInput, "endsAt"),
        ({"reason": "x" * 501}, InvalidInput, "reason"),
    ],
)
def test_a_time_is_taken_for_what_is_no_booking(
    values: dict[str, Any], by: type[DomainError], path: str
) -> None:
    wish = NewBlock(OTHER, None, "maintenance", AT, AT + timedelta(hours=2))
    assert take_out(wish, id=ID) == replace(BLOCK, version=1)
    refused(by, path, take_out, replace(wish, **values), id=ID)


def test_a_block_is_given_back_once_and_a_bookings_not_at_all() -> None:
    given_back = release(BLOCK, expected_version=2, now=AT)
    assert given_back == replace(BLOCK, released_at=AT, version=3)
    assert release(given_back, expected_version=3, now=AT) is given_back
    refused(StaleVersion, "expectedVersion", release, BLOCK, expected_version=1, now=AT)
    tour = replace(BLOCK, kind="booking")
    refused(WrongState, None, release, tour, expected_version=2, now=AT)
    refused(WrongState, None, release, BLOCK, expected_version=2, now=AT, by_driver=True)


def test_a_pair_has_a_first_side_that_an_owner_opens_and_a_second_beside_it() -> None:
    first = open_pair(BLOCK, expected_version=2, pair_id=OTHER)
    assert first == replace(BLOCK, offset_pair_id=OTHER, offset_pair_side=1, version=3)
    assert open_pair(first, expected_version=3, pair_id=ID) is first
    wish = NewBlock(OTHER, None, "maintenance", AT, AT + timedelta(hours=2))
    second = take_out(wish, id=ID, beside=first)
    assert (second.offset_pair_id, second.offset_pair_side) == (OTHER, 2)
    assert close_pair(first, expected_version=3) == replace(BLOCK, version=4)
    assert close_pair(BLOCK, expected_version=2) is BLOCK
    refused(WrongState, "besideId", take_out, wish, id=ID, beside=BLOCK)
    gone = replace(first, released_at=AT)
    refused(WrongState, "besideId", take_out, wish, id=ID, beside=gone)
    unpaired = replace(BLOCK, released_at=AT)
    refused(WrongState, None, open_pair, unpaired, expected_version=2, pair_id=OTHER)
    check_owner("owner")
    refused(RuleBroken, None, check_owner, "manager")
