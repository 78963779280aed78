"""Codes of an authenticator by RFC 6238: six digits that change every 30 seconds."""

import base64
import hmac
import os
import re
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_BYTES: Final = 20
DIGITS: Final = 6
STEP_SECONDS: Final = 30
DRIFT: Final = 1
CODE: Final = re.compile(r"[0-9]{6}")


def new_secret() -> bytes:
    """As long as the hash, as RFC 4226 asks for."""
    return os.urandom(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """The secret for whoever types it."""
    return base64.b32encode(secret).decode()


def address_of(secret: bytes, *, account: str, issuer: str) -> str:
    """The `otpauth` address that an authenticator reads from a picture."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def looks_like_a_code(text: str) -> bool:
    return CODE.fullmatch(text) is not None


def step_of(secret: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """The step that the code is of, if that is this one or one beside it, and later than `after`.

    Shape:  every step is compared, in the time that all of them take.
    """
    totp, current, found = _totp(secret), int(now.timestamp()) // STEP_SECONDS, None
    for step in range(current - DRIFT, current + DRIFT + 1):
        right = hmac.compare_digest(totp.generate(step * STEP_SECONDS), code.encode())
        if right and step > after:
            found = step
    return found


def _totp(secret: bytes) -> TOTP:
    # SHA-1 is what authenticators know; HMAC does not need it to be free of collisions.
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
