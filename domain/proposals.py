"""A proposal's head: what staff write of it, which status allows what, and what a change leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.events import Change, Plain
from domain.money import PPM
from domain.pricing import Totals
from domain.schedule import check_day
from domain.texts import deceives, storable

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"sent"}),
    "sent": frozenset({"viewed", "accepted", "declined", "expired"}),
    "viewed": frozenset({"accepted", "declined", "expired"}),
    "accepted": frozenset({"converted"}),
    "declined": frozenset({"draft"}),
    "expired": frozenset({"draft"}),
    "converted": frozenset(),
}
PRICED = frozenset({"draft", "sent", "viewed"})
PLANNED = PRICED | {"accepted"}
OPEN = frozenset({"sent", "viewed"})
VALID_FOR = timedelta(days=30)
LONGEST_TITLE = 200
LONGEST_NOTE = 4000
MOST_GUESTS = 500
MOST_DAYS = 60


class ProposalExpired(WrongState):
    """The proposal's time has run out. Open it again, which gives it a new one."""

    code = "PROPOSAL_EXPIRED"

    def __init__(self) -> None:
        super().__init__("The proposal has run out. Open it again with a new validity.", path="id")


@dataclass(frozen=True, slots=True)
class Head:
    """What staff write of a proposal besides its plan, its lines and its guests.

    Units:  `_ppm` are parts per million: 100,000 are 10 %.
    """

    title: str
    party_size: int
    starts_on: date
    ends_on: date
    discount_ppm: int = 0
    gratuity_ppm: int = 0
    individual_billing: bool = False
    client_notes: str | None = None
    internal_notes: str | None = None

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True, slots=True)
class NewProposal:
    """The wish for a draft."""

    customer_id: UUID
    head: Head


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stored proposal, as those who write it need it."""

    id: UUID
    number: str
    status: str
    planning_phase: str
    valid_until: datetime
    version: int
    edited_version: int
    head: Head
    sums: Totals

    def status_at(self, now: datetime) -> str:
        return status_at(self.status, self.valid_until, now)


@dataclass(frozen=True, slots=True)
class HeadChange:
    """The wish to change the head; what is not named stays as it is."""

    proposal_id: UUID
    expected_version: int
    named: Mapping[str, Any] = field(default_factory=dict)


MONEY = frozenset({"party_size", "discount_ppm", "gratuity_ppm", "individual_billing"})
DATES = frozenset({"starts_on", "ends_on"})
FOR_STAFF = frozenset({"internal_notes"})


def status_at(status: str, valid_until: datetime, now: datetime) -> str:
    """What is open ends with its time, whether or not anybody has swept it yet."""
    return "expired" if status in OPEN and valid_until <= now else status


def drafted(new: NewProposal, *, today: date) -> Head:
    """The head of a new draft in its normal form.

    Errors: InvalidInput.
    """
    head = _normal(new.head)
    _check_ahead(head, today=today)
    return head


def revised(proposal: Proposal, wish: HeadChange, *, today: date, now: datetime) -> Head:
    """Decide a change of the head; the same head if nothing would change.

    Errors: StaleVersion, WrongState, ProposalExpired, InvalidInput.
    Source: docs/domain.md, section "Proposal".
    """
    check_version(proposal, wish.expected_version)
    head = _normal(replace(proposal.head, **wish.named))
    changed = {
        each.name
        for each in fields(Head)
        if getattr(head, each.name) != getattr(proposal.head, each.name)
    }
    if changed - FOR_STAFF:
        check_status(proposal, PLANNED if changed.isdisjoint(MONEY) else PRICED, now=now)
    if changed & DATES:
        _check_dates(proposal, head)
    if "starts_on" in changed:
        _check_ahead(head, today=today)
    return head


def check_version(proposal: Proposal, expected: int) -> None:
    """Errors: StaleVersion."""
    if expected != proposal.version:
        raise StaleVersion(expected=expected, current=proposal.version)


def check_status(proposal: Proposal, allowed: frozenset[str], *, now: datetime) -> None:
    """Errors: ProposalExpired, WrongState."""
    status = proposal.status_at(now)
    if status == "expired":
        raise ProposalExpired
    if status not in allowed:
        raise WrongState(f"A proposal that is {status} is not changed like that.", path="id")


def check_plan_is_open(proposal: Proposal, *, now: datetime) -> None:
    """Days and stops move until the plan is final, or has become bookings.

    Errors: ProposalExpired, WrongState.
    """
    check_status(proposal, PLANNED, now=now)
    if proposal.planning_phase == "finalized":
        raise WrongState("The plan is final.", path="id")


def edited(proposal: Proposal, head: Head, sums: Totals, *, seen: bool = True) -> Proposal:
    """The proposal after an edit; `seen` says that the client sees what was edited."""
    version = proposal.version + 1
    return replace(
        proposal,
        head=head,
        sums=sums,
        version=version,
        edited_version=version if seen else proposal.edited_version,
    )


def facts(proposal: Proposal) -> dict[str, Plain]:
    """What an event says of a proposal's sums and versions, by the names of the columns."""
    told: dict[str, Plain] = {
        each.name: getattr(proposal.sums, each.name) for each in fields(Totals)
    }
    return told | {"version": proposal.version, "edited_version": proposal.edited_version}


def changes(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> dict[str, Change]:
    """The facts that differ, each with its value before and after."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: (before.get(name), after[name]) for name in names}


def plain(value: Any) -> Plain:
    """As JSON can say it."""
    if value is None or isinstance(value, str | int):
        return value
    return str(value) if isinstance(value, UUID) else str(value.isoformat())


def normal_text(text: str | None, *, path: str, longest: int = LONGEST_NOTE) -> str | None:
    """Free text without blanks around it; nothing is None.

    Errors: InvalidInput.
    """
    if text is None or not text.strip():
        return None
    if len(text) > longest:
        raise InvalidInput(f"`{path}` has more than {longest} characters.", path=path)
    return storable(text.strip(), path=path)


def one_line(text: str | None, *, path: str, longest: int = LONGEST_TITLE) -> str | None:
    """One line of text that turns no direction and hides no character.

    Errors: InvalidInput.
    """
    found = normal_text(text, path=path, longest=longest)
    if found is not None and deceives(found):
        raise InvalidInput(f"`{path}` has a character that does not show.", path=path)
    return found


def _normal(head: Head) -> Head:
    title = one_line(head.title, path="title")
    if title is None:
        raise InvalidInput("A title has 1 to 200 characters.", path="title")
    if not 1 <= head.party_size <= MOST_GUESTS:
        raise InvalidInput(f"A party has 1 to {MOST_GUESTS} guests.", path="partySize")
    for path, ppm in (
        ("discountPercent", head.discount_ppm),
        ("gratuityPercent", head.gratuity_ppm),
    ):
        if not 0 <= ppm <= PPM:
            raise InvalidInput("A percentage is between 0 and 100.", path=path)
    for path, day in (("startsOn", head.starts_on), ("endsOn", head.ends_on)):
        check_day(day, path=path)
    if not 1 <= head.days <= MOST_DAYS:
        raise InvalidInput(f"A proposal has 1 to {MOST_DAYS} days.", path="endsOn")
    return replace(
        head,
        title=title,
        client_notes=normal_text(head.client_notes, path="clientNotes"),
        internal_notes=normal_text(head.internal_notes, path="internalNotes"),
    )


def _check_ahead(head: Head, *, today: date) -> None:
    if head.starts_on < today:
        raise InvalidInput("The day is over. Choose a later one.", path="startsOn")


def _check_dates(proposal: Proposal, head: Head) -> None:
    if proposal.planning_phase == "finalized":
        raise WrongState("The plan is final.", path="id")
    if proposal.status == "accepted" and head.days != proposal.head.days:
        raise WrongState("What was accepted keeps its number of days.", path="endsOn")
