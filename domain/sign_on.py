"""Why single sign-on came to nothing: the kinds of refusal, and what somebody is told of each."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from domain.errors import DomainError


class Why(StrEnum):
    """The kinds of refusal, as the log names them."""

    REQUEST = "request"
    NO_PROVIDER = "no_provider"
    NOT_SET_UP = "not_set_up"
    BAD_RETURN = "bad_return"
    BAD_CHALLENGE = "bad_challenge"
    STATE = "state"
    PROVIDER_CHANGED = "provider_changed"
    ISSUER_ADDRESS = "issuer_address"
    ISSUER_AWAY = "issuer_away"
    ISSUER_SLOW = "issuer_slow"
    ISSUER_HUGE = "issuer_huge"
    ISSUER_ANSWER = "issuer_answer"
    ISSUER_ANOTHER = "issuer_another"
    ISSUER_MIXED_UP = "issuer_mixed_up"
    ISSUER_SAID_NO = "issuer_said_no"
    CODE = "code"
    IDENTITY_FORM = "identity_form"
    IDENTITY_ALGORITHM = "identity_algorithm"
    IDENTITY_KEY = "identity_key"
    IDENTITY_SIGNATURE = "identity_signature"
    IDENTITY_ISSUER = "identity_issuer"
    IDENTITY_AUDIENCE = "identity_audience"
    IDENTITY_TIME = "identity_time"
    IDENTITY_NONCE = "identity_nonce"
    EMAIL_MISSING = "email_missing"
    EMAIL_UNVERIFIED = "email_unverified"
    EMAIL_DOMAIN = "email_domain"
    NO_ROLE = "no_role"
    NOT_A_MEMBER = "not_a_member"
    LINKED_OTHERWISE = "linked_otherwise"
    HAND_OVER = "hand_over"


UNTRUSTED: Final = "What the identity provider said of you cannot be trusted. Tell your owner."
UNREACHED: Final = (
    "The identity provider does not answer as it must. Try again, or tell your owner."
)
MESSAGES: Final[Mapping[Why, str]] = {
    Why.REQUEST: "The address says something twice, or at too great a length.",
    Why.NO_PROVIDER: "This tenant has no single sign-on. Sign in by password.",
    Why.NOT_SET_UP: "This server does not know its own address: PUBLIC_URL is not set.",
    Why.BAD_RETURN: "`return_to` is a path of this server, or a page of the brand's website.",
    Why.BAD_CHALLENGE: "`challenge` is the S256 challenge of a verifier that the page keeps; "
    "a page of a website must send one.",
    Why.STATE: "This sign-in was begun in another browser, or too long ago. Begin again.",
    Why.PROVIDER_CHANGED: "Single sign-on was changed in the meantime. Begin again.",
    Why.ISSUER_ADDRESS: "The identity provider's address is none of the public internet.",
    Why.ISSUER_AWAY: UNREACHED,
    Why.ISSUER_SLOW: UNREACHED,
    Why.ISSUER_HUGE: UNREACHED,
    Why.ISSUER_ANSWER: UNREACHED,
    Why.ISSUER_ANOTHER: "The identity provider calls itself by another name than was set.",
    Why.ISSUER_MIXED_UP: "The answer came from another identity provider than was asked.",
    Why.ISSUER_SAID_NO: "The identity provider did not sign you in. Begin again.",
    Why.CODE: "The identity provider did not take its own code. Begin again.",
    **{why: UNTRUSTED for why in Why if why.startswith("identity_")},
    Why.EMAIL_MISSING: "The identity provider did not say your e-mail address.",
    Why.EMAIL_UNVERIFIED: "The identity provider has not verified your e-mail address.",
    Why.EMAIL_DOMAIN: "Your e-mail address is of another domain than this tenant's.",
    Why.NO_ROLE: "The identity provider gives you no role here. Ask whoever runs it.",
    Why.NOT_A_MEMBER: "You are no member here. Ask an owner to invite you.",
    Why.LINKED_OTHERWISE: "Your address is linked to another identity. Ask an owner to unlink it.",
    Why.HAND_OVER: "The code is over, was used, or is another browser's. Begin again.",
}
AWAY: Final = frozenset({Why.ISSUER_AWAY, Why.ISSUER_SLOW, Why.NOT_SET_UP})


class SignOnRefused(DomainError):
    """Single sign-on came to nothing; the message says why, and the log which kind it was. Begin
    again, or ask an owner of the tenant.
    """

    code = "SIGN_ON_REFUSED"

    def __init__(self, why: Why) -> None:
        super().__init__(MESSAGES[why])
        self.why = why

    @property
    def away(self) -> bool:
        """Whether it may go well later."""
        return self.why in AWAY


class SignOnRequired(DomainError):
    """The tenant's members sign in by its identity provider, and only owners by password. Begin at
    `/auth/oidc/start?tenant=…`.
    """

    code = "SIGN_ON_REQUIRED"

    def __init__(self, tenant: str) -> None:
        super().__init__(f"Sign in at /auth/oidc/start?tenant={tenant}.")
