"""What a worker signs: the tokens that it mails, and that are stored nowhere."""

from dataclasses import dataclass

from auth.keys import KeyRing
from auth.links import LinkTokens
from auth.session_tokens import StaffCodes
from auth.sign_in_codes import SignInCodes


@dataclass(frozen=True, slots=True)
class Signers:
    """Of links to one object, of codes that set a password, and of mails that sign in."""

    links: LinkTokens
    codes: StaffCodes
    sign_ins: SignInCodes

    @classmethod
    def of(cls, ring: KeyRing, issuer: str) -> "Signers":
        return cls(LinkTokens(ring, issuer), StaffCodes(ring, issuer), SignInCodes(ring, issuer))
