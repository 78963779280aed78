"""An inquiry's life: somebody asks, staff answer, and it becomes something else or is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.changes import differences, initial
from domain.customers import normal_email, normal_name, normal_phone
from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.events import Event
from domain.quotes import MOST_GUESTS
from domain.schedule import check_day
from domain.texts import storable

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "new": frozenset({"contacted", "lost"}),
    "contacted": frozenset({"quoted", "lost"}),
    "quoted": frozenset({"won", "lost"}),
    "won": frozenset(),
    "lost": frozenset(),
}
TO_WON = ("new", "contacted", "quoted", "won")
LONGEST_MESSAGE = 5_000
LONGEST_REASON = 500
WITHDRAWN = "Withdrawn by the guest"
CHANGEABLE = frozenset(
    {"name", "email", "phone", "wished_on", "party_size", "tour_type", "message"}
)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A stored inquiry."""

    id: UUID
    number: str
    status: str
    customer_id: UUID | None
    name: str
    email: str | None
    phone: str | None
    wished_on: date | None
    party_size: int | None
    tour_type: str | None
    message: str | None
    source: str
    assignee_id: UUID | None
    lost_reason: str | None
    created_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class NewInquiry:
    """What somebody asks for, as it was said."""

    name: str
    email: str | None
    phone: str | None
    source: str
    wished_on: date | None = None
    party_size: int | None = None
    tour_type: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class InquiryChange:
    """The wish to correct an inquiry; a field that is not named stays as it is."""

    inquiry_id: UUID
    expected_version: int
    named: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InquiryMove:
    """The wish to bring an inquiry to another state; one that is lost says why."""

    inquiry_id: UUID
    expected_version: int
    status: str
    reason: str | None = None


def check_ahead(wished_on: date | None, *, today: date) -> None:
    """Errors: InvalidInput for a day that is over."""
    if wished_on is not None and wished_on < today:
        raise InvalidInput("The day is over. Choose a later one.", path="wishedOn")


def draft(wish: NewInquiry, *, id: UUID, number: str, now: datetime) -> Inquiry:
    """Take an inquiry in, its contact data in normal form.

    Errors: InvalidInput.
    """
    made = Inquiry(
        id=id,
        number=number,
        status="new",
        customer_id=None,
        name=normal_name(wish.name),
        email=normal_email(wish.email),
        phone=normal_phone(wish.phone),
        wished_on=wish.wished_on,
        party_size=wish.party_size,
        tour_type=wish.tour_type,
        message=wish.message,
        source=wish.source,
        assignee_id=None,
        lost_reason=None,
        created_at=now,
    )
    _check(made)
    _check_reachable(made)
    return made


def change(inquiry: Inquiry, wish: InquiryChange) -> Inquiry | None:
    """Decide a correction of contact data and wishes.

    Shape:  None if nothing would change.
    Errors: StaleVersion, WrongState, InvalidInput.
    """
    check_version(inquiry, wish.expected_version)
    if inquiry.status in {"won", "lost"}:
        raise WrongState(f"An inquiry that is {inquiry.status} is not changed.", path="id")
    given = dict(wish.named)
    for name, normal in (("name", normal_name), ("email", normal_email), ("phone", normal_phone)):
        if name in given:
            given[name] = normal(given[name])
    after = replace(inquiry, **given)
    _check(after)
    if given.keys() & {"email", "phone"}:
        _check_reachable(after)
    return _grown(inquiry, after)


def move(inquiry: Inquiry, wish: InquiryMove) -> Inquiry | None:
    """Decide the next state. What is won was converted: there is no other way to win.

    Shape:  None if it is in that state.
    Errors: StaleVersion, WrongState, InvalidInput.
    """
    check_version(inquiry, wish.expected_version)
    reason = (wish.reason or "").strip() or None
    if wish.status == inquiry.status:
        return None
    if wish.status == "won":
        raise WrongState("An inquiry is won by converting it.", path="status")
    if wish.status not in TRANSITIONS[inquiry.status]:
        raise WrongState(
            f"An inquiry that is {inquiry.status} does not become {wish.status}.", path="status"
        )
    if (reason is not None) != (wish.status == "lost"):
        raise InvalidInput("Say why an inquiry is lost, and only then.", path="reason")
    if reason is not None and len(storable(reason, path="reason")) > LONGEST_REASON:
        raise InvalidInput(f"A reason has up to {LONGEST_REASON} characters.", path="reason")
    return _grown(inquiry, replace(inquiry, status=wish.status, lost_reason=reason))


def withdraw(inquiry: Inquiry, *, expected_version: int, reason: str | None) -> Inquiry:
    """Decide that whoever asked wants nothing any more.

    Errors: StaleVersion, WrongState, InvalidInput.
    """
    check_version(inquiry, expected_version)
    if "lost" not in TRANSITIONS[inquiry.status]:
        raise WrongState(f"An inquiry that is {inquiry.status} is not withdrawn.", path="id")
    said = storable(reason or "", path="reason").strip()
    if len(said) > LONGEST_REASON:
        raise InvalidInput(f"A reason has up to {LONGEST_REASON} characters.", path="reason")
    why = f"{WITHDRAWN}: {said}" if said else WITHDRAWN
    return replace(inquiry, status="lost", lost_reason=why, version=inquiry.version + 1)


def assign(inquiry: Inquiry, assignee_id: UUID | None, *, expected_version: int) -> Inquiry | None:
    """Decide who answers it; None is nobody.

    Shape:  None if nothing would change.
    Errors: StaleVersion.
    """
    check_version(inquiry, expected_version)
    return _grown(inquiry, replace(inquiry, assignee_id=assignee_id))


def win(inquiry: Inquiry, customer_id: UUID | None) -> tuple[Inquiry, Sequence[str]]:
    """Decide that it became something else, whoever it became.

    Shape:  with the states that it passes on its way, the last one `won`.
    Errors: WrongState for one that was won or lost before.
    """
    if inquiry.status not in TO_WON[:-1]:
        raise WrongState(f"An inquiry that is {inquiry.status} is not converted.", path="inquiryId")
    passed = TO_WON[TO_WON.index(inquiry.status) + 1 :]
    version = inquiry.version + 1
    return replace(inquiry, status="won", customer_id=customer_id, version=version), passed


def check_version(inquiry: Inquiry, expected: int) -> None:
    if expected != inquiry.version:
        raise StaleVersion(expected=expected, current=inquiry.version)


def event(
    kind: str, after: Inquiry, before: Inquiry | None = None, *, id: UUID, now: datetime
) -> Event:
    """What is told of a new inquiry, or of a change."""
    changes, personal = initial(after) if before is None else differences(before, after)
    return Event(id, kind, "inquiry", after.id, after.version, now, changes, personal)


def _grown(before: Inquiry, after: Inquiry) -> Inquiry | None:
    return None if after == before else replace(after, version=before.version + 1)


def _check_reachable(inquiry: Inquiry) -> None:
    if inquiry.email is None and inquiry.phone is None:
        raise InvalidInput("Say an e-mail address or a phone number.", path="email")


def _check(inquiry: Inquiry) -> None:
    if inquiry.party_size is not None and not 1 <= inquiry.party_size <= MOST_GUESTS:
        raise InvalidInput(f"A party has 1 to {MOST_GUESTS} guests.", path="partySize")
    if inquiry.wished_on is not None:
        check_day(inquiry.wished_on, path="wishedOn")
    message = inquiry.message
    if message is not None and len(storable(message, path="message")) > LONGEST_MESSAGE:
        raise InvalidInput(f"A message has up to {LONGEST_MESSAGE} characters.", path="message")
