"""What can be wished of inquiries and tasks, and what is answered, in the contract."""

from datetime import date, datetime

import strawberry

from schema.enums import InquiryStep, Source, TourType
from schema.errors import UserError
from schema.leads import Inquiry, Task

VERSION = "The version that you read."


@strawberry.input(description="Take in an inquiry: an unpaid lead.")
class CreateInquiryInput:
    """An e-mail address or a phone number has to be among what is said."""

    name: str = strawberry.field(description="Who asks.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    phone: str | None = strawberry.field(default=None, description="Phone with the country code.")
    wished_on: date | None = strawberry.field(default=None, description="The wished day.")
    party_size: int | None = strawberry.field(default=None, description="Guests.")
    tour_type: TourType | None = strawberry.field(
        default=None, description="What kind of tour is wished."
    )
    message: str | None = strawberry.field(default=None, description="What they wrote or said.")
    source: Source = strawberry.field(
        default=Source.PHONE, description="How it came in; looked at if staff say so."
    )


@strawberry.input(description="Correct an inquiry. A field that is left out stays as it is.")
class UpdateInquiryInput:
    """`null` clears everything but the name; one way to reach them has to stay."""

    id: strawberry.ID = strawberry.field(description="The inquiry.")
    expected_version: int = strawberry.field(description=VERSION)
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Who asks.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="Phone with the country code."
    )
    wished_on: date | None = strawberry.field(
        default=strawberry.UNSET, description="The wished day."
    )
    party_size: int | None = strawberry.field(default=strawberry.UNSET, description="Guests.")
    tour_type: TourType | None = strawberry.field(
        default=strawberry.UNSET, description="What kind of tour is wished."
    )
    message: str | None = strawberry.field(
        default=strawberry.UNSET, description="What they wrote or said."
    )


@strawberry.input(description="Bring an inquiry to its next state.")
class MoveInquiryInput:
    """New, contacted, quoted; lost at any time before it is won."""

    id: strawberry.ID = strawberry.field(description="The inquiry.")
    expected_version: int = strawberry.field(description=VERSION)
    status: InquiryStep = strawberry.field(description="The state that it comes to.")
    reason: str | None = strawberry.field(
        default=None, description="Why it is lost; nothing for any other state."
    )


@strawberry.input(description="Take back what one has asked.")
class WithdrawInquiryInput:
    """Nobody answers it any more."""

    id: strawberry.ID = strawberry.field(description="The inquiry.")
    expected_version: int = strawberry.field(description=VERSION)
    reason: str | None = strawberry.field(default=None, description="Why, if one wants to say.")


@strawberry.input(description="Say who answers an inquiry.")
class AssignInquiryInput:
    """A member of the brand, or nobody."""

    id: strawberry.ID = strawberry.field(description="The inquiry.")
    expected_version: int = strawberry.field(description=VERSION)
    assignee_id: strawberry.ID | None = strawberry.field(
        default=None, description="A member of the brand; left out for nobody."
    )


@strawberry.input(description="Say what an inquiry became; it is won by that.")
class ConvertInquiryInput:
    """What it became is told where it came from."""

    id: strawberry.ID = strawberry.field(description="The inquiry.")
    expected_version: int = strawberry.field(description=VERSION)
    into: strawberry.ID = strawberry.field(
        description="The reservation, proposal or booking that it became."
    )


@strawberry.type(description="That an inquiry has come in, or why it has not.")
class CreateInquiryPayload:
    """Whoever asks is told the number; whoever may read inquiries is shown it."""

    inquiry: Inquiry | None = strawberry.field(
        description="The inquiry, to those who read inquiries."
    )
    id: strawberry.ID | None = strawberry.field(description="Its global id.")
    number: str | None = strawberry.field(description="Its human number.")
    checkout_token: str | None = strawberry.field(
        description="Whoever holds it sees this inquiry, may withdraw it, and nothing else."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it came in.")


@strawberry.type(description="The inquiry, or why nothing was changed.")
class InquiryPayload:
    """Exactly one of the two says something."""

    inquiry: Inquiry | None = strawberry.field(description="The inquiry as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")


@strawberry.input(description="Tell staff to do something about an object.")
class CreateTaskInput:
    """It is open until somebody has done it."""

    kind: str = strawberry.field(description="What kind of work, in small letters: `call_back`.")
    title: str = strawberry.field(description="What is to be done, on one line.")
    subject_id: strawberry.ID = strawberry.field(
        description="The inquiry, customer, reservation, booking, proposal, payment, vehicle or"
        " driver that it is about."
    )
    due_at: datetime = strawberry.field(description="To be done before this, with an offset.")
    assignee_id: strawberry.ID | None = strawberry.field(
        default=None, description="A member of the brand; left out for nobody."
    )


@strawberry.input(description="Say who does a task.")
class AssignTaskInput:
    """A member of the brand, or nobody."""

    id: strawberry.ID = strawberry.field(description="The task.")
    expected_version: int = strawberry.field(description=VERSION)
    assignee_id: strawberry.ID | None = strawberry.field(
        default=None, description="A member of the brand; left out for nobody."
    )


@strawberry.input(description="Give a task another due time.")
class PostponeTaskInput:
    """Later or sooner, and after now."""

    id: strawberry.ID = strawberry.field(description="The task.")
    expected_version: int = strawberry.field(description=VERSION)
    due_at: datetime = strawberry.field(description="To be done before this, with an offset.")


@strawberry.input(description="Say that a task is done.")
class CompleteTaskInput:
    """By whoever says so."""

    id: strawberry.ID = strawberry.field(description="The task.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="Say that a task is to be done after all.")
class ReopenTaskInput:
    """It is open again, and due when it was."""

    id: strawberry.ID = strawberry.field(description="The task.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.type(description="The task, or why nothing was changed.")
class TaskPayload:
    """Exactly one of the two says something."""

    task: Task | None = strawberry.field(description="The task as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was done.")
