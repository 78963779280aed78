"""What ends with its time has ended at that instant, whether or not anybody has swept it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from domain import bookings, offers, proposals, tickets

NOON = datetime(2026, 6, 8, 12, tzinfo=UTC)
RULES = [
    (bookings, "held", "expired"),
    (offers, "offered", "expired"),
    (proposals, "sent", "expired"),
    (proposals, "viewed", "expired"),
    (tickets, "pending", "cancelled"),
]


@pytest.mark.parametrize(("rule", "open", "closed"), RULES)
def test_what_is_open_closes_with_its_time_and_what_is_not_stays(
    rule: object, open: str, closed: str
) -> None:
    status_at: Callable[..., str] = vars(rule)["status_at"]
    for status, ends_at, shown in (
        (open, NOON, closed),
        (open, NOON - timedelta(days=1), closed),
        (open, NOON + timedelta(microseconds=1), open),
        ("confirmed", NOON - timedelta(days=1), "confirmed"),
    ):
        assert status_at(status, ends_at, NOON) == shown


@pytest.mark.parametrize(("rule", "open"), [(bookings, "held"), (tickets, "pending")])
def test_what_nobody_set_an_end_for_stays_open(rule: object, open: str) -> None:
    assert vars(rule)["status_at"](open, None, NOON) == open
