"""What signs a guest or a driver in once: a link and six digits, both made of the id of a row."""

import hashlib
import hmac
import re
from typing import Final
from uuid import UUID

from auth.keys import KeyRing
from auth.signed_ids import SignedIds

DIGITS: Final = re.compile(r"[0-9]{6}")
SPACES: Final = re.compile(r"[\s-]")


class SignInCodes:
    """Signs the id of an attempt for three purposes, of which none is good for another.

    Shape:  whoever asked holds the request, which opens nothing; the mail holds the link and the
            digits. Nothing secret is stored: the digits are of a signature that only we can make.
    """

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self.requests = SignedIds(ring, issuer, prefix="sr_", purpose="requests")
        self.links = SignedIds(ring, issuer, prefix="si_", purpose="sign-ins")
        self._digits = SignedIds(ring, issuer, prefix="", purpose="digits")

    def digits_of(self, id: UUID) -> str:
        digest = hashlib.sha256(self._digits.token_of(id).encode()).digest()
        return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"

    def are_digits_of(self, id: UUID, said: str) -> bool:
        """Compared in a time that tells nothing of them; spaces and hyphens are for the eye."""
        given = SPACES.sub("", said)
        right = hmac.compare_digest(given.encode(), self.digits_of(id).encode())
        return right and DIGITS.fullmatch(given) is not None
