"""What a worker signs: the tokens that it mails, and that are stored nowhere."""

from dataclasses import dataclass

from auth.keys import KeyRing
from auth.links import LinkTokens
from auth.session_tokens import StaffCodes


@dataclass(frozen=True, slots=True)
class Signers:
    """Of links to one object, and of codes that set a password."""

    links: LinkTokens
    codes: StaffCodes

    @classmethod
    def of(cls, ring: KeyRing, issuer: str) -> "Signers":
        return cls(LinkTokens(ring, issuer), StaffCodes(ring, issuer))
