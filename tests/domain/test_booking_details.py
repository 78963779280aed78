"""What is written on a booking, in its normal form."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.booking_details import (
    FIELDS,
    Detailed,
    Details,
    DetailsChange,
    change_details,
    differences,
)
from domain.errors import DomainError, InvalidInput, StaleVersion, WrongState

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE = Detailed(
    UUID(int=1), "pending", 3, None, Details(pickup="Hotel", customer_name="Ada Guest")
)


def changed(
    wanted: dict[str, str | None], booking: Detailed = BEFORE, version: int = 3
) -> Detailed | None:
    return change_details(booking, DetailsChange(booking.id, version, wanted), now=NOW)


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        ("pickup", "  12  Main Street ", "12 Main Street"),
        ("pickup", " ", None),
        ("dropoff", "Airport", "Airport"),
        ("special_requests", " two\r\nlines\rthree ", "two\nlines\nthree"),
        ("internal_notes", "a\tb", "a\tb"),
        ("driver_notes", "x" * 4000, "x" * 4000),
        ("customer_name", " Ada  Lovelace ", "Ada Lovelace"),
        ("customer_email", " Ada@Example.COM ", "ada@example.com"),
        ("customer_phone", "+1 (509) 555-0199", "+15095550199"),
        ("customer_phone", None, None),
    ],
)
def test_a_field_is_kept_in_its_normal_form(
    field: str, given: str | None, stored: str | None
) -> None:
    booking = replace(BEFORE, details=replace(BEFORE.details, customer_phone="+15095550142"))
    after = changed({field: given}, booking)

    expected = replace(booking.details, **{field: stored})
    assert after == replace(booking, details=expected, version=4)


@pytest.mark.parametrize(
    ("field", "given", "path"),
    [
        ("pickup", "x" * 501, "pickup"),
        ("pickup", "two\nlines", "pickup"),
        ("dropoff", "a\u202eb", "dropoff"),
        ("special_requests", "x" * 4001, "specialRequests"),
        ("internal_notes", "a\x00b", "internalNotes"),
        ("driver_notes", "a\u2066b", "driverNotes"),
        ("customer_name", None, "customerName"),
        ("customer_email", "nobody", "customerEmail"),
        ("customer_phone", "555", "customerPhone"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_the_name_of_its_field(
    field: str, given: str | None, path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed({field: given})
    assert refused.value.path == path


def test_what_is_there_already_is_no_change() -> None:
    assert changed({"pickup": " Hotel ", "dropoff": "", "customer_name": "Ada Guest"}) is None
    assert changed({}) is None


@pytest.mark.parametrize(
    ("values", "version", "by"),
    [
        ({}, 2, StaleVersion),
        ({"status": "completed"}, 3, WrongState),
        ({"status": "cancelled"}, 3, WrongState),
        ({"status": "expired"}, 3, WrongState),
        ({"status": "held", "hold_expires_at": NOW}, 3, WrongState),
    ],
)
def test_what_is_over_or_was_changed_meanwhile_is_not_changed(
    values: dict[str, Any], version: int, by: type[DomainError]
) -> None:
    with pytest.raises(by):
        changed({"pickup": "Elsewhere"}, replace(BEFORE, **values), version)


@pytest.mark.parametrize("status", ["held", "draft", "pending", "confirmed", "assigned"])
def test_what_is_not_over_is_changed(status: str) -> None:
    booking = replace(BEFORE, status=status, hold_expires_at=NOW + timedelta(minutes=1))

    assert (changed({"pickup": "Elsewhere"}, booking) or BEFORE).version == 4


def test_differences_name_each_field_that_differs_and_no_other() -> None:
    assert differences(BEFORE.details, replace(BEFORE.details, pickup=None, dropoff="B")) == {
        "pickup": ("Hotel", None),
        "dropoff": (None, "B"),
    }
    assert set(differences(Details(), Details(**dict.fromkeys(FIELDS, "x")))) == set(FIELDS)
