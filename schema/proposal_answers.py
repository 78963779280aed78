"""What a proposal is told: to be sent, seen, signed, declined, opened again, or planned further."""

from datetime import datetime

import strawberry

from domain.errors import InvalidInput
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
