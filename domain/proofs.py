"""How a member of the staff proved who they are, how lately, and what asks for more than that."""

from datetime import datetime, timedelta
from typing import Final

from domain.errors import DomainError
from domain.identity import Kind, Principal, Scope

FRESH: Final = timedelta(minutes=10)
# How somebody proved who they are, by the names of RFC 8176.
PASSWORD: Final = ("pwd",)
BOTH: Final = ("pwd", "otp", "mfa")
FEDERATED: Final = ("fed",)
FEDERATED_STRONGLY: Final = ("fed", "mfa")
FEDERATED_BOTH: Final = ("fed", "otp", "mfa")
ENROLLING: Final = frozenset({Scope.VIEWER_READ, Scope.ACCOUNT_WRITE})
"""What one may do who owes a second factor: look who they are, and enrol."""


class SecondFactorRequired(DomainError):
    """The password was right, and the member has a second factor too. Post its code with the
    `challenge` beside this error to `/auth/second-factor`, or the code alone to `/auth/step-up`.
    """

    code = "SECOND_FACTOR_REQUIRED"

    def __init__(self, challenge: str | None = None) -> None:
        super().__init__("Send the code of your authenticator, or a recovery code.")
        self.challenge = challenge


class EnrolmentRequired(DomainError):
    """The operator asks for a second factor, and the member has none. Enrol one with `beginTotp`
    and `confirmTotp`; until then nothing else is answered.
    """

    code = "ENROLMENT_REQUIRED"

    def __init__(self) -> None:
        super().__init__(
            "The operator asks for a second factor, and you have none: `beginTotp` and"
            " `confirmTotp` enrol one."
        )


class ReauthenticationRequired(DomainError):
    """The session proved long ago who is asking, and this asks for a proof of the last ten minutes.
    Post the password, or the code of the second factor, to `/auth/step-up`, and ask again with the
    token that it answers; `tourbase token` makes another for the demo data.
    """

    code = "REAUTHENTICATION_REQUIRED"

    def __init__(self) -> None:
        super().__init__(
            f"Prove again who you are, at `/auth/step-up`: this needs a proof of the last"
            f" {FRESH // timedelta(minutes=1)} minutes."
        )


def check_fresh(principal: Principal, *, now: datetime) -> None:
    """Errors: ReauthenticationRequired for a member whose proof is old.

    Shape:  others have no session: a key, a link or a worker is as good as it ever was.
    """
    if principal.kind is not Kind.STAFF:
        return
    if principal.proved_at is None or now - principal.proved_at > FRESH:
        raise ReauthenticationRequired


def check_enrolled(principal: Principal, scope: Scope) -> None:
    """Errors: EnrolmentRequired."""
    if principal.owes_factor and scope not in ENROLLING:
        raise EnrolmentRequired
