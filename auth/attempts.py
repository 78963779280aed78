"""Single sign-on under way: the attempt that a browser keeps, and the code that ends it."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import jwt

from auth.keys import KeyRing
from domain.federation import ATTEMPT, HAND_OVER
from domain.sign_on import SignOnRefused, Why

CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
PREFIX: Final = "so_"


def draw() -> str:
    """256 bits that nobody guesses, as a state, a nonce or a verifier."""
    return secrets.token_urlsafe(32)


def challenge_of(verifier: str) -> str:
    """Source: RFC 7636, section 4.2: S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that a browser has begun. `challenge` is the page's that it goes back to, if that
    keeps a verifier itself.
    """

    state: str
    nonce: str
    verifier: str
    tenant: str
    brand: str | None
    provider_id: UUID
    issuer: str
    return_to: str
    challenge: str | None


@dataclass(frozen=True, slots=True)
class HandOver:
    """A session that begins when whoever has the verifier asks for it.

    Shape:  `session` is its identity, so that it begins once.
    """

    session: UUID
    staff_id: UUID
    tenant: str
    brand: str
    provider_id: UUID
    challenge: str
    strong: bool
    proved_at: datetime


class Attempts:
    """Signs attempts for the browser's cookie, and hand-overs for the page."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self._ring = ring
        self._kept = f"{issuer}/attempts"
        self._handed = f"{issuer}/hand-overs"

    def sign(self, attempt: Attempt, *, now: datetime) -> str:
        payload = {
            "aud": self._kept,
            "sub": attempt.state,
            "exp": now + ATTEMPT,
            "nonce": attempt.nonce,
            "verifier": attempt.verifier,
            "tenant": attempt.tenant,
            "brand": attempt.brand,
            "provider": str(attempt.provider_id),
            "issuer": attempt.issuer,
            "return_to": attempt.return_to,
            "challenge": attempt.challenge,
        }
        return self._ring.sign(payload)

    def read(self, cookie: str | None, state: str | None) -> Attempt:
        """The attempt of this browser that the state is of. Errors: SignOnRefused."""
        said = self._read(cookie, self._kept, Why.STATE)
        if state is None or not same(str(said["sub"]), state):
            raise SignOnRefused(Why.STATE)
        return Attempt(
            state=state,
            nonce=said["nonce"],
            verifier=said["verifier"],
            tenant=said["tenant"],
            brand=said["brand"],
            provider_id=UUID(said["provider"]),
            issuer=said["issuer"],
            return_to=said["return_to"],
            challenge=said["challenge"],
        )

    def hand_over(self, given: HandOver, *, now: datetime) -> str:
        payload = {
            "aud": self._handed,
            "sub": str(given.session),
            "exp": now + HAND_OVER,
            "staff": str(given.staff_id),
            "tenant": given.tenant,
            "brand": given.brand,
            "provider": str(given.provider_id),
            "challenge": given.challenge,
            "strong": given.strong,
            "proved_at": given.proved_at.isoformat(),
        }
        return PREFIX + self._ring.sign(payload)

    def taken_over(self, code: str, verifiers: Sequence[str]) -> HandOver:
        """What a code stands for, for whoever has its verifier. Errors: SignOnRefused."""
        said = self._read(code.removeprefix(PREFIX), self._handed, Why.HAND_OVER)
        challenge = str(said["challenge"])
        if not any(same(challenge_of(each), challenge) for each in verifiers):
            raise SignOnRefused(Why.HAND_OVER)
        return HandOver(
            session=UUID(said["sub"]),
            staff_id=UUID(said["staff"]),
            tenant=said["tenant"],
            brand=said["brand"],
            provider_id=UUID(said["provider"]),
            challenge=challenge,
            strong=said["strong"],
            proved_at=datetime.fromisoformat(said["proved_at"]),
        )

    def _read(self, text: str | None, audience: str, why: Why) -> dict[str, Any]:
        try:
            return self._ring.read(text or "", audience=audience, required=("aud", "sub", "exp"))
        except jwt.InvalidTokenError:
            raise SignOnRefused(why) from None
