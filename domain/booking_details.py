"""What is written on a booking beside its times and prices, and what a change of it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from domain.customers import normal_email, normal_name, normal_phone
from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.listing import argument
from domain.texts import one_line, paragraphs

OVER = frozenset({"completed", "cancelled", "expired"})
LONGEST_ADDRESS, LONGEST_NOTE = 500, 4000


@dataclass(frozen=True, slots=True)
class Details:
    """What a change of details is about."""

    pickup: str | None = None
    dropoff: str | None = None
    special_requests: str | None = None
    internal_notes: str | None = None
    driver_notes: str | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    customer_phone: str | None = None


FIELDS = tuple(Details.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Detailed:
    """A stored booking with its details."""

    id: UUID
    status: str
    version: int
    hold_expires_at: datetime | None
    details: Details = field(default_factory=Details)


@dataclass(frozen=True, slots=True)
class DetailsChange:
    """The wish to change details; a field that is not named stays as it is."""

    booking_id: UUID
    expected_version: int
    wanted: Mapping[str, str | None]


def change_details(booking: Detailed, wish: DetailsChange, *, now: datetime) -> Detailed | None:
    """Decide a change of details, each in its normal form.

    Shape:  None if nothing would change.
    Errors: StaleVersion, WrongState, InvalidInput.
    """
    check_alive(booking, wish.expected_version, now=now)
    normal = {name: NORMAL[name](text, name) for name, text in wish.wanted.items()}
    details = replace(booking.details, **normal)
    if details == booking.details:
        return None
    return replace(booking, details=details, version=booking.version + 1)


def check_alive(booking: Detailed, expected_version: int, *, now: datetime) -> None:
    """Errors: StaleVersion, WrongState."""
    if expected_version != booking.version:
        raise StaleVersion(expected=expected_version, current=booking.version)
    if booking.status in OVER:
        raise WrongState(f"A booking that is {booking.status} is not changed.", path="id")
    expires_at = booking.hold_expires_at
    if booking.status == "held" and expires_at is not None and expires_at <= now:
        raise WrongState("The hold has run out. Hold the tour again.", path="id")


def differences(before: Details, after: Details) -> dict[str, tuple[str | None, str | None]]:
    """The fields that differ, each with its value before and after."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in FIELDS}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _line(text: str | None, name: str) -> str | None:
    return one_line(text, most=LONGEST_ADDRESS, path=argument(name))


def _note(text: str | None, name: str) -> str | None:
    return paragraphs(text, most=LONGEST_NOTE, path=argument(name))


def _contact(normal: Callable[[str | None], str | None]) -> Callable[[str | None, str], str | None]:
    def named(text: str | None, name: str) -> str | None:
        try:
            return normal(text)
        except InvalidInput as error:
            raise InvalidInput(error.message, path=argument(name)) from None

    return named


NORMAL: Mapping[str, Callable[[str | None, str], str | None]] = {
    "pickup": _line,
    "dropoff": _line,
    "special_requests": _note,
    "internal_notes": _note,
    "driver_notes": _note,
    "customer_name": _contact(normal_name),
    "customer_email": _contact(normal_email),
    "customer_phone": _contact(normal_phone),
}
