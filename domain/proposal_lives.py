"""A proposal's life: sent, seen, signed or declined, run out, opened again, planned to the end."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.customers import normal_name
from domain.errors import DomainError, InvalidInput, StaleVersion, WrongState
from domain.events import Plain
from domain.proposals import (
    OPEN,
    VALID_FOR,
    ProposalExpired,
    normal_text,
    plain,
    status_at,
)

PHASES: Mapping[str, frozenset[str]] = {
    "proposal": frozenset({"active_planning"}),
    "active_planning": frozenset({"finalized"}),
    "finalized": frozenset(),
}
LONGEST_VALIDITY = timedelta(days=365)
LONGEST_REASON = 1000


class ProposalIsEmpty(WrongState):
    """A proposal without a line has nothing to accept. Add its lines, then send it."""

    code = "PROPOSAL_IS_EMPTY"

    def __init__(self) -> None:
        super().__init__("The proposal has no lines yet. Add them, then send it.", path="id")


class NoAddress(DomainError):
    """The customer has no e-mail address to send to. Add one to the customer."""

    code = "NO_ADDRESS"

    def __init__(self) -> None:
        super().__init__("The customer has no e-mail address. Add one, then send it.", path="id")


class TermsNotAccepted(DomainError):
    """A proposal is accepted with its terms. Set `termsAccepted` when the client has agreed."""

    code = "TERMS_NOT_ACCEPTED"

    def __init__(self) -> None:
        super().__init__("Accepting needs the terms to be accepted.", path="termsAccepted")


class ChangedSinceSent(WrongState):
    """The proposal was edited after it was sent. Staff send it again (`resendProposal`), and the
    mail brings the client a new link: the one before opens nothing from then on.
    """

    code = "CHANGED_SINCE_SENT"

    def __init__(self) -> None:
        super().__init__(
            "The proposal was edited after it was sent. It has to be sent again.", path="id"
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a proposal is in its life, as its client may know it too."""

    id: UUID
    number: str
    status: str
    planning_phase: str
    valid_until: datetime
    version: int
    edited_version: int
    sent_version: int | None = None
    sent_at: datetime | None = None
    viewed_at: datetime | None = None
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    decline_reason: str | None = None

    def status_at(self, now: datetime) -> str:
        return status_at(self.status, self.valid_until, now)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The wish of a client who signs."""

    proposal_id: UUID
    expected_version: int
    signature_name: str
    terms_accepted: bool


@dataclass(frozen=True, slots=True)
class Sending:
    """The wish to send, or to send again; `valid_until` is the end of its validity, if named."""

    proposal_id: UUID
    expected_version: int
    valid_until: datetime | None = None


def sent(offer: Offer, wish: Sending, *, now: datetime) -> Offer:
    """A draft goes to its client, for 30 days unless another end is named.

    Errors: StaleVersion, WrongState, InvalidInput.
    """
    check_version(offer, wish.expected_version)
    if offer.status != "draft":
        raise WrongState(f"A proposal that is {offer.status_at(now)} is not a draft.", path="id")
    return replace(
        offer,
        status="sent",
        valid_until=_validity(wish.valid_until, now=now) or now + VALID_FOR,
        sent_at=offer.sent_at or now,
        sent_version=offer.edited_version,
        version=offer.version + 1,
    )


def check_ahead(starts_on: date, *, today: date) -> None:
    """Refuse to send a proposal of days that are over. Errors: WrongState."""
    if starts_on < today:
        raise WrongState("The first day is over. Change the dates, then send it.", path="id")


def sent_again(offer: Offer, wish: Sending, *, now: datetime) -> Offer:
    """Its client is sent what it says by now, under a new address; the end stays unless named.

    Errors: StaleVersion, WrongState, ProposalExpired, InvalidInput.
    """
    check_version(offer, wish.expected_version)
    _check_open(offer, now=now)
    return replace(
        offer,
        valid_until=_validity(wish.valid_until, now=now) or offer.valid_until,
        sent_version=offer.edited_version,
        version=offer.version + 1,
    )


def viewed(offer: Offer, *, now: datetime) -> Offer:
    """The first opening is remembered; every other changes nothing."""
    if offer.status_at(now) != "sent":
        return offer
    return replace(offer, status="viewed", viewed_at=now, version=offer.version + 1)


def accepted(offer: Offer, wish: Acceptance, *, now: datetime) -> tuple[Offer, str]:
    """The offer with its signature, and the name as it was signed.

    Errors: StaleVersion, WrongState, ProposalExpired, ChangedSinceSent, TermsNotAccepted,
            InvalidInput.
    Source: docs/domain.md, section "Proposal".
    """
    check_version(offer, wish.expected_version)
    _check_open(offer, now=now)
    if offer.sent_version is not None and offer.sent_version < offer.edited_version:
        raise ChangedSinceSent
    if not wish.terms_accepted:
        raise TermsNotAccepted
    try:
        name = normal_name(wish.signature_name)
    except InvalidInput as error:
        raise InvalidInput(error.message, path="signatureName") from error
    return replace(offer, status="accepted", accepted_at=now, version=offer.version + 1), name


def declined(offer: Offer, reason: str | None, *, expected_version: int, now: datetime) -> Offer:
    """Errors: StaleVersion, WrongState, ProposalExpired, InvalidInput."""
    check_version(offer, expected_version)
    _check_open(offer, now=now)
    return replace(
        offer,
        status="declined",
        declined_at=now,
        decline_reason=normal_text(reason, path="reason", longest=LONGEST_REASON),
        version=offer.version + 1,
    )


def expired(offer: Offer, *, now: datetime) -> Offer:
    """What has run out says so; what has not stays as it is."""
    if offer.status not in OPEN or offer.status_at(now) != "expired":
        return offer
    return replace(offer, status="expired", version=offer.version + 1)


def reopened(offer: Offer, wish: Sending, *, now: datetime) -> Offer:
    """Back to a draft with a new validity. What has run out unswept is to be swept first.

    Errors: StaleVersion, WrongState, InvalidInput.
    """
    if offer.status not in {"declined", "expired"}:
        raise WrongState(f"A proposal that is {offer.status} is not opened again.", path="id")
    return replace(
        offer,
        status="draft",
        valid_until=_validity(wish.valid_until, now=now) or now + VALID_FOR,
        declined_at=None,
        decline_reason=None,
        version=offer.version + 1,
    )


def planned(offer: Offer, phase: str, *, expected_version: int) -> Offer:
    """The next phase of planning; the same phase changes nothing.

    Errors: StaleVersion, WrongState.
    """
    check_version(offer, expected_version)
    if phase == offer.planning_phase:
        return offer
    if offer.status not in {"accepted", "converted"}:
        raise WrongState("Planning begins when the proposal is accepted.", path="id")
    if phase not in PHASES[offer.planning_phase]:
        raise WrongState(f"After {offer.planning_phase} does not come {phase}.", path="phase")
    return replace(offer, planning_phase=phase, version=offer.version + 1)


def converted(offer: Offer, *, expected_version: int) -> Offer:
    """Errors: StaleVersion, WrongState."""
    check_version(offer, expected_version)
    if offer.status != "accepted":
        raise WrongState("A proposal becomes bookings once it is accepted.", path="id")
    return replace(offer, status="converted", version=offer.version + 1)


def life_facts(offer: Offer) -> dict[str, Plain]:
    """What an event says of a life, by the names of the columns."""
    left_out = {"id", "number"}
    return {
        each.name: plain(getattr(offer, each.name))
        for each in fields(offer)
        if each.name not in left_out
    }


def check_version(offer: Offer, expected: int) -> None:
    """Errors: StaleVersion."""
    if expected != offer.version:
        raise StaleVersion(expected=expected, current=offer.version)


def _check_open(offer: Offer, *, now: datetime) -> None:
    status = offer.status_at(now)
    if status == "expired":
        raise ProposalExpired
    if status not in OPEN:
        raise WrongState(f"A proposal that is {status} is not answered or sent.", path="id")


def _validity(until: datetime | None, *, now: datetime) -> datetime | None:
    if until is not None and until <= now:
        raise InvalidInput("A validity ends later than now.", path="validUntil")
    if until is not None and until > now + LONGEST_VALIDITY:
        raise InvalidInput("A validity ends within a year from now.", path="validUntil")
    return until
