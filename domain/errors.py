"""Refusals and failures as facts: each class is one, with the code that clients branch on.

The docstring says when it happens and what to do; the message says it of this case.
"""

from typing import ClassVar
from uuid import UUID


class OperatorError(Exception):
    """What the person at the terminal can mend: the message is one sentence that says how."""


class DomainError(Exception):
    """Something that a caller asked for and cannot have."""

    code: ClassVar[str] = "BAD_USER_INPUT"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class InvalidInput(DomainError):
    """An argument has the wrong form. Send what the message asks for."""


class NotFound(DomainError):
    """Absent, another brand's or not yours, told apart by nobody. Check the id and the brand."""

    code = "NOT_FOUND"

    def __init__(self, *, path: str | None = None) -> None:
        super().__init__("There is no such object for this caller.", path=path)


class Unauthenticated(DomainError):
    """The credential is missing, wrong, expired or revoked. Send a valid one."""

    code = "UNAUTHENTICATED"


class Forbidden(DomainError):
    """The credential is valid, and not for this: a scope, a brand or a website it is not of. The
    message says which; ask for a credential that carries it.
    """

    code = "FORBIDDEN"


class StaleVersion(DomainError):
    """Somebody changed the object since you read it. The payload shows it as it is now, and
    `conflicts` in the error what was changed: decide anew and send its `version`.
    """

    code = "STALE_VERSION"

    def __init__(
        self,
        *,
        expected: int,
        current: int,
        path: str = "expectedVersion",
        of: UUID | None = None,
        first: int = 1,
    ) -> None:
        super().__init__(
            f"You changed version {expected}; the current version is {current}. "
            "Read the object again and repeat the change.",
            path=path,
        )
        self.expected = expected
        self.current = current
        self.of = of
        self.first = first

    @property
    def was_read(self) -> bool:
        """Whether the object ever had that version."""
        return self.first <= self.expected < self.current


class VehicleBusy(DomainError):
    """A vehicle is taken at that time, by whichever brand. Choose another time or vehicle."""

    code = "VEHICLE_BUSY"

    def __init__(self) -> None:
        super().__init__("The vehicle is busy at that time. Choose another time.", path="startsAt")


class DriverBusy(DomainError):
    """A driver is taken at that time, by whichever brand. Choose another time or driver."""

    code = "DRIVER_BUSY"

    def __init__(self, *, path: str = "startsAt") -> None:
        other = "driver" if path == "driverId" else "time"
        super().__init__(f"The driver is busy at that time. Choose another {other}.", path=path)


class PartyTooLarge(DomainError):
    """The party has more guests than the vehicles have seats. Assign a larger one, or, if all of
    them together are too small, ask for a smaller party.
    """

    code = "PARTY_TOO_LARGE"


class WrongState(DomainError):
    """The object's status does not allow the change. Bring it to another; the message names it."""

    code = "WRONG_STATE"


class StartInPast(DomainError):
    """The tour would start before now. Choose a later time."""

    code = "START_IN_PAST"

    def __init__(self) -> None:
        super().__init__("The tour would start in the past. Choose a later time.", path="startsAt")


class EndBeforeStart(DomainError):
    """The tour would end before it starts. Correct the times."""

    code = "END_BEFORE_START"

    def __init__(self) -> None:
        super().__init__("The tour would end before it starts. Correct the times.", path="endsAt")


class EndBeforeLastStop(DomainError):
    """The tour would end before it reaches its last stop. Lengthen it, or shorten the itinerary."""

    code = "END_BEFORE_LAST_STOP"

    def __init__(self) -> None:
        message = "The tour would end before its last stop. Lengthen it, or take stops away."
        super().__init__(message, path="endsAt")


class OutsideOperatingDay(DomainError):
    """The tour would leave the brand's operating day. Stay in the hours that the message names."""

    code = "OUTSIDE_OPERATING_DAY"


class EmailTaken(DomainError):
    """Another customer of the brand has that e-mail address. Change that one, or merge them."""

    code = "EMAIL_TAKEN"

    def __init__(self) -> None:
        super().__init__("Another customer of this brand has that address.", path="email")


class ConflictingChange(DomainError):
    """Other changes kept getting in the way. Nothing was stored; try again."""

    code = "CONFLICT"
    retryable = True

    def __init__(self) -> None:
        super().__init__("Other changes kept getting in the way; nothing was stored. Try again.")


class RuleBroken(DomainError):
    """The database refused a value by one of its rules. Change what the message names."""

    code = "RULE_BROKEN"


class ServiceUnavailable(DomainError):
    """A part of the service is away. Nothing was lost; try again after a moment."""

    code = "SERVICE_UNAVAILABLE"
    retryable = True


class DeadlineExceeded(DomainError):
    """The operation took longer than it may. Ask for less, or try again."""

    code = "DEADLINE_EXCEEDED"
    retryable = True

    def __init__(self, seconds: float | None = None) -> None:
        limit = "it may" if seconds is None else f"{seconds:g} s"
        super().__init__(f"The operation took longer than {limit}. Ask for less, or try again.")
