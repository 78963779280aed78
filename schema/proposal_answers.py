"""What a proposal is told: to be sent, seen, signed, declined, opened again, or planned further."""

from datetime import date, datetime, time

import strawberry

from domain.errors import InvalidInput
from domain.proposal_bookings import Conversion, Times
from domain.proposal_lives import Acceptance, Sending
from schema.enums import PlanningPhase
from schema.global_ids import decode_as


def sending(id: strawberry.ID, expected_version: int, valid_until: datetime | None) -> Sending:
    """Errors: InvalidInput for a time without an offset."""
    if valid_until is not None and valid_until.tzinfo is None:
        raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path="validUntil")
    return Sending(decode_as("Proposal", id), expected_version, valid_until)


@strawberry.input(description="Send a draft to its client.")
class SendProposalInput:
    """It is kept as a version, and may be accepted until its validity ends."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    valid_until: datetime | None = strawberry.field(
        default=None, description="End of its validity, with an offset; 30 days from now if unsaid."
    )


@strawberry.input(description="Send a proposal again, as it is by now.")
class ResendProposalInput:
    """The client gets a new address of it; the old one goes on."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    valid_until: datetime | None = strawberry.field(
        default=None, description="A new end of its validity, with an offset."
    )


@strawberry.input(description="Open a declined or expired proposal again, as a draft.")
class ReopenProposalInput:
    """It keeps its number and its versions."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    valid_until: datetime | None = strawberry.field(
        default=None, description="End of its validity, with an offset; 30 days from now if unsaid."
    )


@strawberry.input(description="Go on to the next phase of planning.")
class SetProposalPhaseInput:
    """Phases are never gone back."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    phase: PlanningPhase = strawberry.field(description="The next phase.")


@strawberry.input(description="Tell that the client has opened a proposal.")
class ViewProposalInput:
    """Only the first time changes anything."""

    id: strawberry.ID = strawberry.field(description="The proposal.")


@strawberry.input(description="Accept a proposal with a signature.")
class AcceptProposalInput:
    """What is signed is the version that was sent."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    signature_name: str = strawberry.field(description="The client's name, typed as a signature.")
    terms_accepted: bool = strawberry.field(description="Has the client agreed to the terms?")

    def to_domain(self) -> Acceptance:
        return Acceptance(
            decode_as("Proposal", self.id),
            self.expected_version,
            self.signature_name,
            self.terms_accepted,
        )


@strawberry.input(description="Decline a proposal.")
class DeclineProposalInput:
    """Staff may open it again."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    reason: str | None = strawberry.field(default=None, description="Why, in the client's words.")


@strawberry.input(description="When the tour of a day runs.")
class TourTimesInput:
    """A local clock; the tour stays within its day."""

    on_date: date = strawberry.field(description="A day of the plan.")
    starts_at_local: time = strawberry.field(description="Start, in the brand's zone.")
    ends_at_local: time = strawberry.field(description="End, in the brand's zone.")


@strawberry.input(description="Make bookings of an accepted proposal, one a day.")
class ConvertProposalInput:
    """A day whose times are not named runs from its first stop to the end of its last."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expected_version: int = strawberry.field(description="The version that you read.")
    days: list[TourTimesInput] = strawberry.field(
        default_factory=list, description="Times of days whose stops do not say them."
    )

    def to_domain(self) -> Conversion:
        """Errors: InvalidInput for a day that is named twice, or a time with an offset."""
        times = {
            each.on_date: Times(each.starts_at_local, each.ends_at_local) for each in self.days
        }
        if len(times) < len(self.days):
            raise InvalidInput("A day is named once.", path="days")
        if any(each.starts_at_local.tzinfo or each.ends_at_local.tzinfo for each in self.days):
            raise InvalidInput("A local time has no offset: 10:30.", path="days")
        return Conversion(decode_as("Proposal", self.id), self.expected_version, times)
