"""A booking's life: its states, and what a change of its time needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import (
    EndBeforeLastStop,
    InvalidInput,
    OutsideOperatingDay,
    StaleVersion,
    WrongState,
)
from domain.schedule import (
    OperatingDay,
    block_ends_at,
    check_day,
    check_order,
    check_within,
)

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "held": frozenset({"pending", "expired", "cancelled"}),
    "draft": frozenset({"pending", "cancelled"}),
    "pending": frozenset({"confirmed", "cancelled"}),
    "confirmed": frozenset({"assigned", "cancelled"}),
    "assigned": frozenset({"confirmed", "in_progress", "cancelled"}),
    "in_progress": frozenset({"completed", "cancelled"}),
    "expired": frozenset({"pending"}),
    "cancelled": frozenset({"pending"}),
    "completed": frozenset(),
}
SURE = frozenset({"confirmed", "assigned"})
MOVABLE = frozenset({"held", "draft", "pending", "confirmed", "assigned"})


def status_at(status: str, hold_expires_at: datetime | None, now: datetime) -> str:
    """A hold ends with its time, whether or not anybody has swept it yet."""
    ends = status == "held" and hold_expires_at is not None and hold_expires_at <= now
    return "expired" if ends else status


@dataclass(frozen=True, slots=True)
class Booking:
    """What the rules need to know of a stored booking."""

    id: UUID
    number: str
    status: str
    starts_at: datetime
    ends_at: datetime
    version: int
    hold_expires_at: datetime | None = None
    last_arrival_at: datetime | None = None

    def has_run_out(self, now: datetime) -> bool:
        return self.status != status_at(self.status, self.hold_expires_at, now)


@dataclass(frozen=True, slots=True)
class NewTimes:
    """The wish to move a booking, made on the version that the caller saw.

    Errors: InvalidInput for a time that no local day can be found of.
    """

    booking_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    expected_version: int

    def __post_init__(self) -> None:
        check_day(self.starts_at, path="startsAt")
        if self.ends_at is not None:
            check_day(self.ends_at, path="endsAt")


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """A decided move: the tour's new times and the end of what it blocks."""

    starts_at: datetime
    ends_at: datetime
    blocked_until: datetime
    version: int


def reschedule(
    booking: Booking, wish: NewTimes, *, day: OperatingDay | None, now: datetime
) -> Rescheduled | None:
    """Decide a move; without an end the tour keeps its length.

    Shape:  None if nothing would change; `day` is None where the brand has no hours.
    Errors: StaleVersion, WrongState, StartInPast, EndBeforeStart, EndBeforeLastStop,
            OutsideOperatingDay.
    Source: docs/domain.md, section "Bookings".
    """
    if wish.expected_version != booking.version:
        raise StaleVersion(expected=wish.expected_version, current=booking.version)
    if booking.status not in MOVABLE:
        raise WrongState(f"A booking that is {booking.status} cannot be moved.", path="id")
    if booking.has_run_out(now):
        raise WrongState("The hold has run out. Hold the tour again.", path="id")
    ends_at = wish.ends_at or wish.starts_at + (booking.ends_at - booking.starts_at)
    if (wish.starts_at, ends_at) == (booking.starts_at, booking.ends_at):
        return None
    check_order(wish.starts_at, ends_at, now=now)
    if not _reaches_last_stop(booking, ends_at - wish.starts_at):
        raise EndBeforeLastStop
    if day is None:
        raise OutsideOperatingDay("The brand has no opening hours for that day.", path="startsAt")
    check_within(wish.starts_at, ends_at, day=day)
    blocked_until = block_ends_at(ends_at, day)
    return Rescheduled(wish.starts_at, ends_at, blocked_until, booking.version + 1)


def check_length(booking: Booking, change: Rescheduled) -> None:
    """Refuse a guest who would have more, or less, than the hours that were sold.

    Errors: InvalidInput.
    """
    if change.ends_at - change.starts_at != booking.ends_at - booking.starts_at:
        raise InvalidInput("Its length was sold with the tour. Leave the end out.", path="endsAt")


def _reaches_last_stop(booking: Booking, length: timedelta) -> bool:
    """Stops move with the start; only a shorter tour can lose one."""
    last = booking.last_arrival_at
    kept = length >= booking.ends_at - booking.starts_at
    return kept or last is None or last - booking.starts_at < length
